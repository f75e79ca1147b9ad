"""banks"""

import sqlalchemy as sa
from alembic import op

from quizapp.insert_only import guard, unguard

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "bank",
        sa.Column("id", BIG, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bank"),
        sa.UniqueConstraint("code", name="uq_bank_code"),
    )
    _create_bank_version()
    _create_question()
    guard("bank_version")
    guard("question")


def downgrade() -> None:
    unguard("question")
    unguard("bank_version")
    op.drop_table("question")
    op.drop_table("bank_version")
    op.drop_table("bank")


def _create_bank_version() -> None:
    op.create_table(
        "bank_version",
        sa.Column("id", BIG, nullable=False),
        sa.Column("bank_id", BIG, nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("question_count", BIG, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_bank_version_number_from_one")),
        sa.CheckConstraint("question_count >= 1", name=op.f("ck_bank_version_has_questions")),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_bank_version_digest_in_hex")),
        sa.ForeignKeyConstraint(["bank_id"], ["bank.id"], name="fk_bank_version_bank_id_bank"),
        sa.PrimaryKeyConstraint("id", name="pk_bank_version"),
        sa.UniqueConstraint("bank_id", "number", name="uq_bank_version_bank_id_number"),
        sa.UniqueConstraint("bank_id", "digest", name="uq_bank_version_bank_id_digest"),
    )


def _create_question() -> None:
    op.create_table(
        "question",
        sa.Column("id", BIG, nullable=False),
        sa.Column("bank_version_id", BIG, nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("stem", sa.Text(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("right_mask", BIG, nullable=False),
        sa.Column("fixed_order", sa.Boolean(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column("difficulty", sa.Text(), nullable=True),
        sa.Column("explanation", sa.Text(), nullable=True),
        sa.Column("citations", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        *_question_checks(),
        sa.ForeignKeyConstraint(
            ["bank_version_id"], ["bank_version.id"], name="fk_question_bank_version_id_bank_version"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_question"),
        sa.UniqueConstraint("bank_version_id", "number", name="uq_question_bank_version_id_number"),
        sa.UniqueConstraint("bank_version_id", "code", name="uq_question_bank_version_id_code"),
    )


def _question_checks() -> list[sa.CheckConstraint]:
    checks = {
        "number_from_one": "number >= 1",
        "kind_known": "kind IN ('single')",
        "code_and_stem_told": "code <> '' AND stem <> ''",
        "two_to_eight_options": "json_array_length(options) BETWEEN 2 AND 8",
        "right_among_options": "right_mask BETWEEN 1 AND (1 << json_array_length(options)) - 1",
        "single_has_one_right": "kind <> 'single' OR (right_mask & (right_mask - 1)) = 0",
        "difficulty_known": "difficulty IN ('easy', 'medium', 'hard')",
        "valid_in_order": "valid_from <= valid_to",
    }
    return [
        sa.CheckConstraint(condition, name=op.f(f"ck_question_{name}"))
        for name, condition in checks.items()
    ]
