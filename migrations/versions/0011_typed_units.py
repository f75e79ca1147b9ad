"""Units that people typed in their own words, what each is likely to mean, and what was decided."""

import sqlalchemy as sa
from alembic import op

from quizapp.db import BigId
from quizapp.online_indexes import create_index

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_index(
        "ix_person_unit_text",
        "person",
        ["contest_id", "unit_text"],
        where="unit_text IS NOT NULL",
    )
    op.create_table(
        "typed_unit",
        sa.Column("contest_id", BigId, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("group_key", sa.Text(), nullable=False, server_default=""),
        sa.Column("proposed_unit_id", BigId, nullable=True),
        sa.Column("certainty", BigId, nullable=False, server_default="0"),
        sa.Column("looked_with", BigId, nullable=False, server_default="0"),
        sa.Column("decision", sa.Text(), nullable=False, server_default="open"),
        sa.Column("unit_id", BigId, nullable=True),
        sa.Column("previous_unit_id", BigId, nullable=True),
        sa.Column("is_applied", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.CheckConstraint(
            "decision IN ('open', 'matched', 'left')", name="ck_typed_unit_decision_known"
        ),
        sa.CheckConstraint(
            "(decision = 'matched') = (unit_id IS NOT NULL)", name="ck_typed_unit_matched_has_unit"
        ),
        sa.CheckConstraint("certainty BETWEEN 0 AND 1000", name="ck_typed_unit_certainty_of_1000"),
        sa.PrimaryKeyConstraint("contest_id", "text", name="pk_typed_unit"),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name="fk_typed_unit_contest_id_contest"
        ),
        *(
            sa.ForeignKeyConstraint([column], ["unit.id"], name=f"fk_typed_unit_{column}_unit")
            for column in ("proposed_unit_id", "unit_id", "previous_unit_id")
        ),
    )
    op.create_index("ix_typed_unit_group", "typed_unit", ["contest_id", "decision", "group_key"])
    op.create_index(
        "ix_typed_unit_to_look_at",
        "typed_unit",
        ["looked_with"],
        sqlite_where=sa.text("decision = 'open'"),
        postgresql_where=sa.text("decision = 'open'"),
    )
    op.create_index(
        "ix_typed_unit_to_apply",
        "typed_unit",
        ["contest_id", "text"],
        sqlite_where=sa.text("is_applied = 0"),
        postgresql_where=sa.text("NOT is_applied"),
    )


def downgrade() -> None:
    op.drop_index("ix_person_unit_text", table_name="person")
    op.drop_table("typed_unit")
