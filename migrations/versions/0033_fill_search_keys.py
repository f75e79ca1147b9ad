"""The keys by which people who joined before are found by name."""

import sqlalchemy as sa
from alembic import op

from quizapp.vietnamese import name_search_key

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

AT_ONCE = 5_000
PEOPLE = sa.table(
    "person", sa.column("id"), sa.column("name"), sa.column("search_key", sa.LargeBinary)
)


def upgrade() -> None:
    connection, last = op.get_bind(), 0
    write = (
        sa.update(PEOPLE)
        .where(PEOPLE.c.id == sa.bindparam("this"))
        .values(search_key=sa.bindparam("key"))
    )
    while rows := connection.execute(
        sa.select(PEOPLE.c.id, PEOPLE.c.name)
        .where(PEOPLE.c.id > last)
        .order_by(PEOPLE.c.id)
        .limit(AT_ONCE)
    ).all():
        keys = [{"this": row.id, "key": name_search_key(row.name)} for row in rows]
        connection.execute(write, keys)
        last = rows[-1].id


def downgrade() -> None:
    op.execute("UPDATE person SET search_key = NULL")
