"""Contests that are being prepared, their signed regulations, and what is changed afterwards."""

import sqlalchemy as sa
from alembic import op

from quizapp.db import BigId, Instant
from quizapp.insert_only import guard, unguard

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

PLAIN = (
    ("controller_address", "TEXT DEFAULT '' NOT NULL"),
    ("controller_contact", "TEXT DEFAULT '' NOT NULL"),
    ("regulation_number", "TEXT"),
    ("regulation_date", "DATE"),
)
GUARDED = ("signed_regulation", "rules_change", "notice")


def upgrade() -> None:
    _add_drafts()
    _add_regulations()
    _add_changes()
    for table in GUARDED:
        guard(table)
    _add_columns()


def _add_drafts() -> None:
    op.create_table(
        "contest_draft",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", sa.LargeBinary(), nullable=False),
        sa.Column("unit_id", BigId, nullable=False),
        sa.Column("preset", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("changed_by", BigId, nullable=False),
        sa.Column("archived_at", Instant(), nullable=True),
        sa.Column("contest_id", BigId, nullable=True),
        sa.Column("approved_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "length(public_id) = 16", name="ck_contest_draft_public_id_is_random_128_bits"
        ),
        sa.CheckConstraint(
            "(contest_id IS NULL) = (approved_at IS NULL)",
            name="ck_contest_draft_approved_with_its_contest",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_contest_draft"),
        sa.UniqueConstraint("public_id", name="uq_contest_draft_public_id"),
        sa.UniqueConstraint("contest_id", name="uq_contest_draft_contest_id"),
        _reference("contest_draft", "unit_id", "unit"),
        _reference("contest_draft", "changed_by", "organiser"),
        _reference("contest_draft", "contest_id", "contest"),
    )
    op.create_index("ix_contest_draft_unit_id", "contest_draft", ["unit_id"])


def _add_regulations() -> None:
    op.create_table(
        "signed_regulation",
        sa.Column("id", BigId, nullable=False),
        sa.Column("draft_id", BigId, nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("uploaded_at", Instant(), nullable=False),
        sa.Column("uploaded_by", BigId, nullable=False),
        sa.CheckConstraint(
            "length(content) BETWEEN 1 AND 10485760", name="ck_signed_regulation_at_most_10_mib"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_signed_regulation"),
        _reference("signed_regulation", "draft_id", "contest_draft"),
        _reference("signed_regulation", "uploaded_by", "organiser"),
    )
    op.create_index("ix_signed_regulation_draft_id", "signed_regulation", ["draft_id"])


def _add_changes() -> None:
    op.create_table(
        "rules_change",
        sa.Column("id", BigId, nullable=False),
        sa.Column("round_id", BigId, nullable=False),
        sa.Column("rule_set_id", BigId, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rules_change"),
        sa.UniqueConstraint("round_id", "rule_set_id", name="uq_rules_change_round_id_rule_set_id"),
        _reference("rules_change", "round_id", "round"),
        _reference("rules_change", "rule_set_id", "rule_set"),
    )
    op.create_index("ix_rules_change_round_id", "rules_change", ["round_id"])
    op.create_table(
        "notice",
        sa.Column("id", BigId, nullable=False),
        sa.Column("contest_id", BigId, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
        _reference("notice", "contest_id", "contest"),
    )
    op.create_index("ix_notice_contest_id", "notice", ["contest_id"])


def _add_columns() -> None:
    """Add columns by a plain ALTER: a batch would rebuild the table, which has triggers."""
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    instant = "TIMESTAMPTZ" if on_postgresql else "DATETIME"
    for name, kind in (*PLAIN, ("archived_at", instant)):
        op.execute(f"ALTER TABLE contest ADD COLUMN {name} {kind}")


def downgrade() -> None:
    """Refuse to forget what the public was told; drafts that were never approved may go."""
    told = op.get_bind().scalar(sa.text("SELECT count(*) FROM notice"))
    if told:
        raise RuntimeError(f"{told} notices of changed rules would be lost")
    for name in ("archived_at", *(name for name, _ in PLAIN)):
        op.execute(f"ALTER TABLE contest DROP COLUMN {name}")
    for table in reversed(GUARDED):
        unguard(table)
    for table in ("notice", "rules_change", "signed_regulation", "contest_draft"):
        op.drop_table(table)


def _reference(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}_{to}")
