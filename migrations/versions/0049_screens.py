"""What is shown while standings are frozen, and the evenings at which screens show them."""

import sqlalchemy as sa
from alembic import op

from quizapp.db import BigId, Instant

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A plain ALTER: a batch would drop the triggers of the table on SQLite.
    whole = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    op.execute(f"ALTER TABLE contest ADD COLUMN freeze_id {whole}")
    op.create_table(
        "standing_freeze",
        sa.Column("id", BigId, nullable=False),
        sa.Column("contest_id", BigId, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("as_of", Instant(), nullable=True),
        sa.Column("final", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("thawed_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_standing_freeze"),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name="fk_standing_freeze_contest_id_contest"
        ),
    )
    op.create_index(
        "uq_standing_freeze_one_at_a_time",
        "standing_freeze",
        ["contest_id"],
        unique=True,
        sqlite_where=sa.text("thawed_at IS NULL"),
        postgresql_where=sa.text("thawed_at IS NULL"),
    )
    op.create_table(
        "frozen_board",
        sa.Column("freeze_id", BigId, nullable=False),
        sa.Column("round_number", BigId, nullable=False),
        sa.Column("board", sa.Text(), nullable=False),
        sa.Column("units_as", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "freeze_id", "round_number", "board", "units_as", name="pk_frozen_board"
        ),
        sa.ForeignKeyConstraint(
            ["freeze_id"], ["standing_freeze.id"], name="fk_frozen_board_freeze_id_standing_freeze"
        ),
    )
    op.create_table(
        "frozen_count",
        sa.Column("freeze_id", BigId, nullable=False),
        sa.Column("round_number", BigId, nullable=False),
        sa.Column("unit_id", BigId, nullable=False),
        sa.Column("people", BigId, nullable=False),
        sa.Column("attempts", BigId, nullable=False),
        sa.Column("points_milli", BigId, nullable=False),
        sa.Column("all_right", BigId, nullable=False),
        sa.Column("passed", BigId, nullable=False),
        sa.PrimaryKeyConstraint("freeze_id", "round_number", "unit_id", name="pk_frozen_count"),
    )
    op.create_table(
        "event",
        sa.Column("id", BigId, nullable=False),
        sa.Column("contest_id", BigId, nullable=False),
        sa.Column("number", BigId, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("round_number", BigId, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("link", BigId, nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("aspect", sa.Text(), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("position", BigId, nullable=False),
        sa.Column("moves", BigId, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint("theme IN ('light', 'dark', 'contrast')", name="ck_event_theme_known"),
        sa.CheckConstraint("aspect IN ('auto', '16:9', '4:3')", name="ck_event_aspect_known"),
        sa.CheckConstraint("length(code) = 6", name="ck_event_code_of_six"),
        sa.CheckConstraint("position >= 0", name="ck_event_position_from_0"),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
        sa.UniqueConstraint("contest_id", "number", name="uq_event_contest_id_number"),
        sa.UniqueConstraint("code", name="uq_event_code"),
        sa.ForeignKeyConstraint(["contest_id"], ["contest.id"], name="fk_event_contest_id_contest"),
    )
    op.create_table(
        "reveal",
        sa.Column("id", BigId, nullable=False),
        sa.Column("event_id", BigId, nullable=False),
        sa.Column("item", BigId, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("places", BigId, nullable=False),
        sa.Column("shown", BigId, nullable=False),
        sa.Column("is_final", BigId, nullable=False),
        sa.Column("begun_at", Instant(), nullable=False),
        sa.CheckConstraint("shown BETWEEN 0 AND places", name="ck_reveal_shown_of_places"),
        sa.PrimaryKeyConstraint("id", name="pk_reveal"),
        sa.UniqueConstraint("event_id", "item", name="uq_reveal_event_id_item"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_reveal_event_id_event"),
    )


def downgrade() -> None:
    for table in ("reveal", "event", "frozen_count", "frozen_board", "standing_freeze"):
        op.drop_table(table)
    op.execute("ALTER TABLE contest DROP COLUMN freeze_id")
