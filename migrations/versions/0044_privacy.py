"""What people ask about their data, numbers that were erased, and how long data are kept."""

import sqlalchemy as sa
from alembic import op

from quizapp.db import BigId, Instant
from quizapp.online_indexes import create_index

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

MERGED = "merged_into_id IS NOT NULL"


def upgrade() -> None:
    create_index("ix_person_merged_into", "person", ["merged_into_id"], where=MERGED)
    op.create_table(
        "erased_number",
        sa.Column("contest_id", BigId, nullable=False, autoincrement=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("contest_id", "mark", name="pk_erased_number"),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name="fk_erased_number_contest_id_contest"
        ),
    )
    op.create_table(
        "names_changed",
        sa.Column("contest_id", BigId, nullable=False, autoincrement=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("contest_id", name="pk_names_changed"),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name="fk_names_changed_contest_id_contest"
        ),
    )
    op.create_table(
        "retention",
        sa.Column("contest_id", BigId, nullable=False, autoincrement=False),
        sa.Column("people", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("begun_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.CheckConstraint("people >= 0", name="ck_retention_people_counted"),
        sa.PrimaryKeyConstraint("contest_id", name="pk_retention"),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name="fk_retention_contest_id_contest"
        ),
    )
    op.create_table(
        "privacy_request",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.LargeBinary(), nullable=False),
        sa.Column("contest_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=True),
        sa.Column("wanted", sa.Text(), nullable=True),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("done_by", sa.Date(), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.Column("organiser_id", BigId, nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "length(public_id) = 16", name="ck_privacy_request_public_id_is_random_128_bits"
        ),
        sa.CheckConstraint(
            "kind IN ('correct', 'withdraw', 'export', 'erase')",
            name="ck_privacy_request_kind_known",
        ),
        sa.CheckConstraint(
            "state IN ('open', 'done', 'refused')", name="ck_privacy_request_state_known"
        ),
        sa.CheckConstraint(
            "(state = 'open') = (settled_at IS NULL)", name="ck_privacy_request_settled_unless_open"
        ),
        sa.CheckConstraint(
            "state <> 'refused' OR answer IS NOT NULL",
            name="ck_privacy_request_refused_with_reason",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_privacy_request"),
        sa.UniqueConstraint("public_id", name="uq_privacy_request_public_id"),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name="fk_privacy_request_contest_id_contest"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_privacy_request_person_id_person"
        ),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["organiser.id"], name="fk_privacy_request_organiser_id_organiser"
        ),
    )
    op.create_index(
        "ix_privacy_request_contest", "privacy_request", ["contest_id", "state", "done_by", "id"]
    )
    op.create_index("ix_privacy_request_person", "privacy_request", ["person_id", "id"])
    # Last, for every page waits while a contest's table is locked. A plain ALTER with a constant
    # default rewrites nothing on either engine.
    whole = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    op.execute(f"ALTER TABLE contest ADD COLUMN retention_months {whole} NOT NULL DEFAULT 12")


def downgrade() -> None:
    for table in ("privacy_request", "retention", "names_changed", "erased_number"):
        op.drop_table(table)
    op.drop_index("ix_person_merged_into", "person")
    op.execute("ALTER TABLE contest DROP COLUMN retention_months")
