"""Banks on their way from files to a version, question by question, with every edit."""

import sqlalchemy as sa
from alembic import op

from quizapp.db import BigId, Instant

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What waits in it was read anew each time it was looked at; nothing of it was decided.
    op.drop_table("bank_upload")
    op.create_table(
        "bank_review",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.LargeBinary(), nullable=False),
        sa.Column("organiser_id", BigId, nullable=False),
        sa.Column("unit_id", BigId, nullable=False),
        sa.Column("bank_code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("adds", sa.Boolean(), nullable=False),
        sa.Column("revision", BigId, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "length(public_id) = 16", name="ck_bank_review_public_id_is_random_128_bits"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_bank_review"),
        sa.UniqueConstraint("public_id", name="uq_bank_review_public_id"),
        _reference("bank_review", "organiser_id", "organiser"),
        _reference("bank_review", "unit_id", "unit"),
    )
    op.create_index("ix_bank_review_unit_id", "bank_review", ["unit_id"])
    op.create_table(
        "review_file",
        sa.Column("review_id", BigId, nullable=False),
        sa.Column("number", BigId, nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("format", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("refused", sa.Text(), nullable=True),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("read_at", Instant(), nullable=True),
        sa.CheckConstraint("number >= 1", name="ck_review_file_number_from_one"),
        sa.PrimaryKeyConstraint("review_id", "number", name="pk_review_file"),
        _reference("review_file", "review_id", "bank_review"),
    )
    op.create_table(
        "review_question",
        sa.Column("review_id", BigId, nullable=False),
        sa.Column("number", BigId, nullable=False),
        sa.Column("file_number", BigId, nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.Column("now", sa.JSON(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("revision", BigId, nullable=False),
        sa.CheckConstraint("number >= 1", name="ck_review_question_number_from_one"),
        sa.CheckConstraint(
            "decision IN ('kept', 'skipped', 'replaces')", name="ck_review_question_decision_known"
        ),
        sa.PrimaryKeyConstraint("review_id", "number", name="pk_review_question"),
        _reference("review_question", "review_id", "bank_review"),
    )
    op.create_table(
        "review_edit",
        sa.Column("id", BigId, nullable=False),
        sa.Column("review_id", BigId, nullable=False),
        sa.Column("number", BigId, nullable=False),
        sa.Column("revision", BigId, nullable=False),
        sa.Column("organiser_id", BigId, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_review_edit"),
        _reference("review_edit", "review_id", "bank_review"),
        _reference("review_edit", "organiser_id", "organiser"),
    )
    op.create_index("ix_review_edit_review_id", "review_edit", ["review_id", "number"])


def downgrade() -> None:
    """Forget what is under review; files would have to be brought again."""
    for table in ("review_edit", "review_question", "review_file", "bank_review"):
        op.drop_table(table)
    op.create_table(
        "bank_upload",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.LargeBinary(), nullable=False),
        sa.Column("organiser_id", BigId, nullable=False),
        sa.Column("unit_id", BigId, nullable=False),
        sa.Column("bank_code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "length(public_id) = 16", name="ck_bank_upload_public_id_is_random_128_bits"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_bank_upload"),
        sa.UniqueConstraint("public_id", name="uq_bank_upload_public_id"),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["organiser.id"], name="fk_bank_upload_organiser_id_organiser"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_bank_upload_unit_id_unit"),
    )
    op.create_index("ix_bank_upload_organiser_id", "bank_upload", ["organiser_id"])


def _reference(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}_{to}")
