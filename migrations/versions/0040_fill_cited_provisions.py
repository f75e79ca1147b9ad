"""The places in laws that questions published before rest on."""

import sqlalchemy as sa
from alembic import op

from quizapp.banks.rules.provisions import provision_of

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

AT_ONCE = 2_000
QUESTION = sa.table(
    "question",
    *(sa.column(name) for name in ("id", "bank_version_id", "number")),
    sa.column("citations", sa.JSON),
)
PARTS = ("law", "article", "clause", "point")
CITED = sa.table(
    "cited_provision",
    *(sa.column(name) for name in ("bank_version_id", "question_number", "number", *PARTS)),
)


def upgrade() -> None:
    connection, last = op.get_bind(), 0
    # A version has all its rows or none: from its publication, or from this step run before.
    is_filled = sa.exists().where(CITED.c.bank_version_id == QUESTION.c.bank_version_id)
    filled = set(connection.scalars(sa.select(QUESTION.c.bank_version_id).distinct().where(is_filled)))
    while questions := connection.execute(
        sa.select(QUESTION).where(QUESTION.c.id > last).order_by(QUESTION.c.id).limit(AT_ONCE)
    ).all():
        rows = [row for question in questions if question.bank_version_id not in filled for row in _rows(question)]
        if rows:
            connection.execute(sa.insert(CITED), rows)
        last = questions[-1].id


def downgrade() -> None:
    """Leave the rows: the table goes next, and until then its guards hold them."""


def _rows(question: sa.Row) -> list[dict]:
    found = [
        (number, provision_of(citation))
        for number, citation in enumerate(question.citations, start=1)
    ]
    return [
        {
            "bank_version_id": question.bank_version_id,
            "question_number": question.number,
            "number": number,
        }
        | {part: getattr(provision, part) for part in PARTS}
        for number, provision in found
        if provision is not None
    ]
