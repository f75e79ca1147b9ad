"""Figures of contests for the press, and the files drawn from them."""

import sqlalchemy as sa
from alembic import op

from quizapp.db import BigId, Instant
from quizapp.insert_only import guard, unguard

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "press_report",
        sa.Column("id", BigId, nullable=False),
        sa.Column("contest_id", BigId, nullable=False),
        sa.Column("round_number", BigId, nullable=False),
        sa.Column("as_of", Instant(), nullable=False),
        sa.Column("morning_of", Instant(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.CheckConstraint("round_number >= 0", name="ck_press_report_round_number_from_0"),
        sa.CheckConstraint("length(digest) = 64", name="ck_press_report_digest_is_sha256"),
        sa.CheckConstraint("as_of <= made_at", name="ck_press_report_made_after_the_moment"),
        sa.CheckConstraint("morning_of = as_of", name="ck_press_report_morning_of_its_moment"),
        sa.PrimaryKeyConstraint("id", name="pk_press_report"),
        sa.UniqueConstraint(
            "contest_id",
            "round_number",
            "morning_of",
            name="uq_press_report_contest_id_round_number_morning_of",
        ),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name="fk_press_report_contest_id_contest"
        ),
    )
    op.create_index(
        "ix_press_report_contest", "press_report", ["contest_id", "round_number", "as_of"]
    )
    guard("press_report")
    op.create_table(
        "press_file",
        sa.Column("report_id", BigId, nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("version IN ('exact', 'kept_back')", name="ck_press_file_version_known"),
        sa.CheckConstraint(
            "form IN ('docx', 'xlsx', 'png', 'zip')", name="ck_press_file_form_known"
        ),
        sa.PrimaryKeyConstraint("report_id", "version", "form", name="pk_press_file"),
        sa.ForeignKeyConstraint(
            ["report_id"], ["press_report.id"], name="fk_press_file_report_id_press_report"
        ),
    )


def downgrade() -> None:
    op.drop_table("press_file")
    unguard("press_report")
    op.drop_table("press_report")
