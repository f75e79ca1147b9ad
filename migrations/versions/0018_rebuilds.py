"""Rebuilding a contest's standings: how far it is, so that a killed one goes on."""

import sqlalchemy as sa
from alembic import op

from quizapp.db import BigId, Instant

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

LIVE = "state IN ('writing', 'shown')"


def upgrade() -> None:
    op.create_table(
        "rebuild",
        sa.Column("id", BigId, nullable=False),
        sa.Column("contest_id", BigId, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("run", BigId, nullable=False),
        sa.Column("generation", BigId, nullable=False),
        sa.Column("since", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("begun_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "state IN ('writing', 'shown', 'done', 'cancelled')", name="ck_rebuild_state_known"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_rebuild"),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name="fk_rebuild_contest_id_contest"
        ),
    )
    op.create_index(
        "ix_rebuild_one_live",
        "rebuild",
        ["contest_id"],
        unique=True,
        sqlite_where=sa.text(LIVE),
        postgresql_where=sa.text(LIVE),
    )


def downgrade() -> None:
    op.drop_table("rebuild")
