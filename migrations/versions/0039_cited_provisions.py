"""Which place in which law a published question rests on, and indexes of its days."""

import sqlalchemy as sa
from alembic import op

from quizapp.db import BigId
from quizapp.insert_only import guard, unguard

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cited_provision",
        sa.Column("bank_version_id", BigId, nullable=False, autoincrement=False),
        sa.Column("question_number", BigId, nullable=False, autoincrement=False),
        sa.Column("number", BigId, nullable=False, autoincrement=False),
        sa.Column("law", sa.Text()),
        sa.Column("article", sa.Text()),
        sa.Column("clause", sa.Text()),
        sa.Column("point", sa.Text()),
        sa.PrimaryKeyConstraint(
            "bank_version_id", "question_number", "number", name="pk_cited_provision"
        ),
        sa.ForeignKeyConstraint(
            ["bank_version_id", "question_number"],
            ["question.bank_version_id", "question.number"],
            name="fk_cited_provision_question",
        ),
        sa.CheckConstraint(
            "law IS NOT NULL OR article IS NOT NULL", name="ck_cited_provision_names_a_place"
        ),
    )
    op.create_index("ix_cited_provision_law", "cited_provision", ["law", "article", "clause"])
    guard("cited_provision")
    for name in ("valid_from", "valid_to"):
        told = sa.text(f"{name} IS NOT NULL")
        op.create_index(
            f"ix_question_{name}", "question", [name], sqlite_where=told, postgresql_where=told
        )


def downgrade() -> None:
    for name in ("valid_from", "valid_to"):
        op.drop_index(f"ix_question_{name}", "question")
    unguard("cited_provision")
    op.drop_table("cited_provision")
