"""What the help desk finds people by, and what it may do for them."""

import sqlalchemy as sa
from alembic import op

from quizapp.db import BigId, Instant
from quizapp.online_indexes import create_index

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

CAUSES = "cause IN ('attempt', 'person', 'merge'{})"


def upgrade() -> None:
    create_index("ix_audit_entry_object", "audit_entry", ["object", "id"])
    # A plain ALTER: a batch would rebuild the table on SQLite.
    kind = "BYTEA" if op.get_bind().dialect.name == "postgresql" else "BLOB"
    op.execute(f"ALTER TABLE person ADD COLUMN search_key {kind}")
    op.create_index("ix_person_search_key", "person", ["contest_id", "search_key"])
    op.create_table(
        "pin_reset",
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.CheckConstraint("made_at < expires_at", name="ck_pin_reset_made_before_expiry"),
        sa.PrimaryKeyConstraint("person_id", name="pk_pin_reset"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_pin_reset_person_id_person"
        ),
    )
    op.create_table(
        "refusal_met",
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("times", BigId, nullable=False),
        sa.Column("first_at", Instant(), nullable=False),
        sa.Column("last_at", Instant(), nullable=False),
        sa.CheckConstraint("times > 0", name="ck_refusal_met_met_once"),
        sa.CheckConstraint("first_at <= last_at", name="ck_refusal_met_first_before_last"),
        sa.PrimaryKeyConstraint("person_id", "kind", name="pk_refusal_met"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_refusal_met_person_id_person"
        ),
    )
    op.create_index("ix_refusal_met_last_at", "refusal_met", ["last_at"])
    op.create_table(
        "former_holder",
        sa.Column("id", BigId, nullable=False),
        sa.Column("attempt_id", BigId, nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_former_holder"),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name="fk_former_holder_attempt_id_attempt"
        ),
    )
    op.create_index("ix_former_holder_attempt_id", "former_holder", ["attempt_id"])
    _change_causes(", 'given_back'")
    _create_trigger()


def downgrade() -> None:
    _drop_trigger()
    op.execute("DELETE FROM attempt_void WHERE cause = 'given_back'")
    _change_causes("")
    for table in ("former_holder", "refusal_met", "pin_reset"):
        op.drop_table(table)
    op.drop_index("ix_audit_entry_object", "audit_entry")
    op.drop_index("ix_person_search_key", "person")
    op.execute("ALTER TABLE person DROP COLUMN search_key")


def _change_causes(more: str) -> None:
    with op.batch_alter_table("attempt_void") as table:
        table.drop_constraint("ck_attempt_void_cause_known", type_="check")
        table.create_check_constraint("ck_attempt_void_cause_known", CAUSES.format(more))


def _create_trigger() -> None:
    insert = "INSERT INTO former_holder (attempt_id, holder) VALUES (OLD.id, OLD.holder)"
    head = "CREATE TRIGGER attempt_taken_over AFTER UPDATE OF holder ON attempt FOR EACH ROW"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"{head} WHEN OLD.holder <> NEW.holder BEGIN {insert}; END")
        return
    op.execute(
        "CREATE FUNCTION attempt_was_taken_over() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {insert}; RETURN NULL; END $$"
    )
    op.execute(
        f"{head} WHEN (OLD.holder <> NEW.holder) EXECUTE FUNCTION attempt_was_taken_over()"
    )


def _drop_trigger() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER attempt_taken_over")
        return
    op.execute("DROP TRIGGER attempt_taken_over ON attempt")
    op.execute("DROP FUNCTION attempt_was_taken_over()")
