"""Long work as rows that the worker goes through."""

import sqlalchemy as sa
from alembic import op

from quizapp.db import BigId, Instant

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

LIVE = "state IN ('waiting', 'running')"


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("done", BigId, nullable=False),
        sa.Column("total", BigId, nullable=True),
        sa.Column("run", BigId, nullable=False),
        sa.Column("tries", BigId, nullable=False),
        sa.Column("cancel_asked", sa.Boolean(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("started_at", Instant(), nullable=True),
        sa.Column("beat_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("result_path", sa.Text(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.CheckConstraint("length(public_id) = 16", name="ck_job_public_id_is_random_128_bits"),
        sa.CheckConstraint("kind <> ''", name="ck_job_has_kind"),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed', 'cancelled')",
            name="ck_job_state_known",
        ),
        sa.CheckConstraint(f"(ended_at IS NULL) = ({LIVE})", name="ck_job_ended_unless_live"),
        sa.CheckConstraint(
            "state <> 'running' OR (started_at IS NOT NULL AND beat_at IS NOT NULL)",
            name="ck_job_begun_when_running",
        ),
        sa.CheckConstraint(
            "(problem IS NULL) = (state <> 'failed')", name="ck_job_problem_when_failed"
        ),
        sa.CheckConstraint(
            "done >= 0 AND (total IS NULL OR done <= total)", name="ck_job_done_of_total"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
        sa.UniqueConstraint("public_id", name="uq_job_public_id"),
    )
    op.create_index("ix_job_asked_by", "job", ["asked_by", "id"])
    op.create_index(
        "ix_job_live", "job", ["id"], sqlite_where=sa.text(LIVE), postgresql_where=sa.text(LIVE)
    )
    op.create_table(
        "job_file",
        sa.Column("job_id", BigId, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("job_id", name="pk_job_file"),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name="fk_job_file_job_id_job"),
    )


def downgrade() -> None:
    op.drop_table("job_file")
    op.drop_table("job")
