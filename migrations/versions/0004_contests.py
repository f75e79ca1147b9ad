"""Contests, the rules fixed for them, their rounds."""

import sqlalchemy as sa
from alembic import op

from quizapp.db import BigId, Instant
from quizapp.insert_only import guard, unguard

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contest",
        sa.Column("id", BigId, nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("preset", sa.Text(), nullable=False),
        sa.Column("owner_unit_id", BigId, nullable=False),
        sa.Column("controller", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("generation", BigId, nullable=False),
        sa.CheckConstraint("generation >= 1", name="ck_contest_generation_from_1"),
        sa.PrimaryKeyConstraint("id", name="pk_contest"),
        sa.UniqueConstraint("slug", name="uq_contest_slug"),
        sa.ForeignKeyConstraint(["owner_unit_id"], ["unit.id"], name="fk_contest_owner_unit_id_unit"),
    )
    op.create_index("ix_contest_owner_unit_id", "contest", ["owner_unit_id"])
    op.create_table(
        "rule_set",
        sa.Column("id", BigId, nullable=False),
        sa.Column("contest_id", BigId, nullable=False),
        sa.Column("number", BigId, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rule_set"),
        sa.UniqueConstraint("contest_id", "number", name="uq_rule_set_contest_id_number"),
        sa.ForeignKeyConstraint(["contest_id"], ["contest.id"], name="fk_rule_set_contest_id_contest"),
    )
    guard("rule_set")
    op.create_table(
        "round",
        sa.Column("id", BigId, nullable=False),
        sa.Column("contest_id", BigId, nullable=False),
        sa.Column("number", BigId, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("tag", sa.LargeBinary(), nullable=False),
        sa.Column("opens_at", Instant(), nullable=False),
        sa.Column("closes_at", Instant(), nullable=False),
        sa.Column("bank_version_id", BigId, nullable=False),
        sa.Column("rule_set_id", BigId, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("generation", BigId, nullable=False),
        sa.CheckConstraint("opens_at < closes_at", name="ck_round_opens_before_closes"),
        sa.CheckConstraint("number >= 1", name="ck_round_number_from_1"),
        sa.CheckConstraint("generation >= 1", name="ck_round_generation_from_1"),
        sa.PrimaryKeyConstraint("id", name="pk_round"),
        sa.UniqueConstraint("contest_id", "number", name="uq_round_contest_id_number"),
        sa.UniqueConstraint("tag", name="uq_round_tag"),
        sa.ForeignKeyConstraint(["contest_id"], ["contest.id"], name="fk_round_contest_id_contest"),
        sa.ForeignKeyConstraint(
            ["bank_version_id"], ["bank_version.id"], name="fk_round_bank_version_id_bank_version"
        ),
        sa.ForeignKeyConstraint(["rule_set_id"], ["rule_set.id"], name="fk_round_rule_set_id_rule_set"),
    )
    op.create_index("ix_round_bank_version_id", "round", ["bank_version_id"])
    op.create_index("ix_round_rule_set_id", "round", ["rule_set_id"])


def downgrade() -> None:
    op.drop_table("round")
    unguard("rule_set")
    op.drop_table("rule_set")
    op.drop_table("contest")
