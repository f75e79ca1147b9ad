"""Questions with several right options.

A batch would leave the guards of SQLite's table and the conditions of its columns behind: there
the table is made anew, and guarded anew.
"""

import sqlalchemy as sa
from alembic import op

from quizapp.insert_only import guard

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KNOWN = {"kind_known": "kind IN ('single', 'multiple')"}
KNOWN_BEFORE = {"kind_known": "kind IN ('single')"}
NEW = {
    "multiple_has_right_and_wrong": (
        "kind <> 'multiple' OR ((right_mask & (right_mask - 1)) <> 0"
        " AND right_mask < (1 << json_array_length(options)) - 1)"
    ),
}
KEPT = {
    "number_from_one": "number >= 1",
    "code_and_stem_told": "code <> '' AND stem <> ''",
    "two_to_eight_options": "json_array_length(options) BETWEEN 2 AND 8",
    "right_among_options": "right_mask BETWEEN 1 AND (1 << json_array_length(options)) - 1",
    "single_has_one_right": "kind <> 'single' OR (right_mask & (right_mask - 1)) = 0",
    "difficulty_known": "difficulty IN ('easy', 'medium', 'hard')",
    "valid_in_order": "valid_from <= valid_to",
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        make_anew(KEPT | KNOWN | NEW)
        return
    op.drop_constraint(op.f("ck_question_kind_known"), "question")
    for name, condition in (KNOWN | NEW).items():
        op.create_check_constraint(op.f(f"ck_question_{name}"), "question", condition)


def downgrade() -> None:
    """Refused by the database while there is a question of the new kind."""
    if op.get_bind().dialect.name == "sqlite":
        make_anew(KEPT | KNOWN_BEFORE)
        return
    for name in KNOWN | NEW:
        op.drop_constraint(op.f(f"ck_question_{name}"), "question")
    for name, condition in KNOWN_BEFORE.items():
        op.create_check_constraint(op.f(f"ck_question_{name}"), "question", condition)


def make_anew(checks: dict[str, str]) -> None:
    """Copy the table into one with these checks, which takes its name and gets its guards."""
    columns = [
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
    ]
    names = ", ".join(column.name for column in columns)
    op.create_table("question_anew", *columns, *conditions(checks))
    op.execute(f"INSERT INTO question_anew ({names}) SELECT {names} FROM question ORDER BY id")
    op.drop_table("question")
    op.rename_table("question_anew", "question")
    guard("question")


def conditions(checks: dict[str, str]) -> list[sa.Constraint]:
    return [
        *(
            sa.CheckConstraint(condition, name=op.f(f"ck_question_{name}"))
            for name, condition in checks.items()
        ),
        sa.ForeignKeyConstraint(
            ["bank_version_id"], ["bank_version.id"], name="fk_question_bank_version_id_bank_version"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_question"),
        sa.UniqueConstraint("bank_version_id", "number", name="uq_question_bank_version_id_number"),
        sa.UniqueConstraint("bank_version_id", "code", name="uq_question_bank_version_id_code"),
    ]
