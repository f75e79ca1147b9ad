"""How many members units have, entered and then locked for good."""

import sqlalchemy as sa
from alembic import op

from quizapp.db import BigId, Instant

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "head_count",
        sa.Column("unit_id", BigId, nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("members", BigId, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.Column("locked_by", sa.Text(), nullable=True),
        sa.Column("locked_at", Instant(), nullable=True),
        sa.CheckConstraint("members >= 1", name="ck_head_count_members_from_1"),
        sa.CheckConstraint("source <> ''", name="ck_head_count_has_source"),
        sa.CheckConstraint(
            "(locked_by IS NULL) = (locked_at IS NULL)", name="ck_head_count_locked_by_somebody"
        ),
        sa.PrimaryKeyConstraint("unit_id", "counted_on", name="pk_head_count"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_head_count_unit_id_unit"),
    )
    op.create_index("ix_head_count_locked_at", "head_count", ["locked_at"])
    if op.get_bind().dialect.name == "sqlite":
        no = "SELECT RAISE(ABORT, 'a locked head count stays')"
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER head_count_no_{verb.lower()} BEFORE {verb} ON head_count"
                f" WHEN OLD.locked_at IS NOT NULL BEGIN {no}; END"
            )
        # REPLACE INTO deletes silently where recursive_triggers is off.
        same = "unit_id = NEW.unit_id AND counted_on = NEW.counted_on AND locked_at IS NOT NULL"
        op.execute(
            "CREATE TRIGGER head_count_no_insert BEFORE INSERT ON head_count"
            f" WHEN EXISTS (SELECT 1 FROM head_count WHERE {same}) BEGIN {no}; END"
        )
        return
    op.execute(
        "CREATE FUNCTION head_count_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'a locked head count stays' USING ERRCODE = '23001'; END $$"
    )
    op.execute(
        "CREATE TRIGGER head_count_no_change BEFORE UPDATE OR DELETE ON head_count FOR EACH ROW"
        " WHEN (OLD.locked_at IS NOT NULL) EXECUTE FUNCTION head_count_stays()"
    )
    op.execute(
        "CREATE TRIGGER head_count_no_truncate BEFORE TRUNCATE ON head_count"
        " FOR EACH STATEMENT EXECUTE FUNCTION head_count_stays()"
    )


def downgrade() -> None:
    op.drop_table("head_count")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION head_count_stays()")
