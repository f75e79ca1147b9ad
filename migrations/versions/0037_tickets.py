"""Questions of contestants, their answers, and questions of banks that contestants report."""

import sqlalchemy as sa
from alembic import op

from quizapp.db import BigId, Instant

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ticket",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.LargeBinary(), nullable=False),
        sa.Column("contest_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("holder_hash", sa.LargeBinary(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'answered', 'closed')", name="ck_ticket_state_known"
        ),
        sa.CheckConstraint("words <> ''", name="ck_ticket_has_words"),
        sa.CheckConstraint(
            "length(public_id) = 16", name="ck_ticket_public_id_is_random_128_bits"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_ticket"),
        sa.UniqueConstraint("public_id", name="uq_ticket_public_id"),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name="fk_ticket_contest_id_contest"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_ticket_person_id_person"),
    )
    op.create_index("ix_ticket_contest_state", "ticket", ["contest_id", "state", "id"])
    op.create_index("ix_ticket_person", "ticket", ["person_id", "id"])
    op.create_index("ix_ticket_holder", "ticket", ["holder_hash", "id"])
    op.create_table(
        "ticket_reply",
        sa.Column("id", BigId, nullable=False),
        sa.Column("ticket_id", BigId, nullable=False),
        sa.Column("organiser_id", BigId, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("replied_at", Instant(), nullable=False),
        sa.CheckConstraint("words <> ''", name="ck_ticket_reply_has_words"),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_reply"),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name="fk_ticket_reply_ticket_id_ticket"
        ),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["organiser.id"], name="fk_ticket_reply_organiser_id_organiser"
        ),
    )
    op.create_index("ix_ticket_reply_ticket_id", "ticket_reply", ["ticket_id"])
    op.create_table(
        "question_report",
        sa.Column("bank_version_id", BigId, nullable=False),
        sa.Column("number", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reported_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "reason IN ('unclear', 'no_right_option', 'out_of_date', 'misspelled', 'other')",
            name="ck_question_report_reason_known",
        ),
        sa.PrimaryKeyConstraint(
            "bank_version_id", "number", "person_id", name="pk_question_report"
        ),
        sa.ForeignKeyConstraint(
            ["bank_version_id"],
            ["bank_version.id"],
            name="fk_question_report_bank_version_id_bank_version",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_question_report_person_id_person"
        ),
    )


def downgrade() -> None:
    for table in ("question_report", "ticket_reply", "ticket"):
        op.drop_table(table)
