"""Backups that were made, and those that failed."""

import sqlalchemy as sa
from alembic import op

from quizapp.db import BigId, Instant

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "backup_run",
        sa.Column("id", BigId, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=False),
        sa.Column("size", BigId, nullable=True),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.CheckConstraint("ended_at >= started_at", name="ck_backup_run_ended_after_start"),
        sa.CheckConstraint(
            "(problem IS NULL) = (digest IS NOT NULL) AND (problem IS NULL) = (size IS NOT NULL)",
            name="ck_backup_run_file_or_problem",
        ),
        sa.CheckConstraint("length(digest) = 64", name="ck_backup_run_sha256"),
        sa.CheckConstraint("size > 0", name="ck_backup_run_has_size"),
        sa.PrimaryKeyConstraint("id", name="pk_backup_run"),
    )
    op.create_index("ix_backup_run_started_at", "backup_run", ["started_at"])


def downgrade() -> None:
    op.drop_table("backup_run")
