"""Documents to study of a contest, and the bank version that its practice papers are drawn from."""

import sqlalchemy as sa
from alembic import op

from quizapp.db import BigId, Instant

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "study_document",
        sa.Column("id", BigId, nullable=False),
        sa.Column("contest_id", BigId, nullable=False),
        sa.Column("number", BigId, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("size", BigId, nullable=True),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("added_by", BigId, nullable=False),
        sa.Column("removed_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "shown IN ('always', 'before', 'during')", name="ck_study_document_shown_known"
        ),
        sa.CheckConstraint(
            "kind IS NULL OR kind IN ('pdf', 'docx', 'txt')", name="ck_study_document_kind_known"
        ),
        sa.CheckConstraint(
            "(url IS NULL) <> (content IS NULL)", name="ck_study_document_link_or_file"
        ),
        sa.CheckConstraint(
            "(content IS NULL) = (kind IS NULL) AND (content IS NULL) = (digest IS NULL)"
            " AND (content IS NULL) = (size IS NULL)",
            name="ck_study_document_file_is_described",
        ),
        sa.CheckConstraint(
            "length(content) BETWEEN 1 AND 10485760", name="ck_study_document_at_most_10_mib"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_study_document"),
        sa.UniqueConstraint("contest_id", "number", name="uq_study_document_contest_id_number"),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name="fk_study_document_contest_id_contest"
        ),
        sa.ForeignKeyConstraint(
            ["added_by"], ["organiser.id"], name="fk_study_document_added_by_organiser"
        ),
    )
    op.create_table(
        "practice",
        sa.Column("contest_id", BigId, nullable=False),
        sa.Column("bank_version_id", BigId, nullable=False),
        sa.Column("chosen_at", Instant(), nullable=False),
        sa.Column("chosen_by", BigId, nullable=False),
        sa.PrimaryKeyConstraint("contest_id", name="pk_practice"),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name="fk_practice_contest_id_contest"
        ),
        sa.ForeignKeyConstraint(
            ["bank_version_id"], ["bank_version.id"], name="fk_practice_bank_version_id_bank_version"
        ),
        sa.ForeignKeyConstraint(
            ["chosen_by"], ["organiser.id"], name="fk_practice_chosen_by_organiser"
        ),
    )
    op.create_index("ix_practice_bank_version_id", "practice", ["bank_version_id"])


def downgrade() -> None:
    for table in ("practice", "study_document"):
        op.drop_table(table)
