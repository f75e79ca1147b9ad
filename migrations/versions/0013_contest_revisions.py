"""A number of each contest that goes up with every change of it or of its rounds.

Whoever keeps a contest in memory asks for the number alone to know whether it is still the same.
"""

import sqlalchemy as sa
from alembic import op

from quizapp.db import BigId

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ROUND_CHANGES = ("INSERT", "UPDATE", "DELETE")


def upgrade() -> None:
    op.add_column(
        "contest", sa.Column("revision", BigId, nullable=False, server_default=sa.text("1"))
    )
    if op.get_bind().dialect.name == "sqlite":
        revise_sqlite()
    else:
        revise_postgresql()


def revise_sqlite() -> None:
    # The condition ends the recursion: the trigger's own UPDATE changes the number.
    op.execute(
        "CREATE TRIGGER contest_revised AFTER UPDATE ON contest WHEN NEW.revision = OLD.revision"
        " BEGIN UPDATE contest SET revision = revision + 1 WHERE id = NEW.id; END"
    )
    for verb in ROUND_CHANGES:
        row = "OLD" if verb == "DELETE" else "NEW"
        op.execute(
            f"CREATE TRIGGER round_{verb.lower()}_revises_contest AFTER {verb} ON round"
            f" BEGIN UPDATE contest SET revision = revision + 1 WHERE id = {row}.contest_id; END"
        )


def revise_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION revise_contest() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN NEW.revision := OLD.revision + 1; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER contest_revised BEFORE UPDATE ON contest FOR EACH ROW"
        " WHEN (NEW.revision = OLD.revision) EXECUTE FUNCTION revise_contest()"
    )
    op.execute(
        "CREATE FUNCTION revise_contest_of_round() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN UPDATE contest SET revision = revision + 1"
        " WHERE id = COALESCE(NEW.contest_id, OLD.contest_id); RETURN NULL; END $$"
    )
    for verb in ROUND_CHANGES:
        op.execute(
            f"CREATE TRIGGER round_{verb.lower()}_revises_contest AFTER {verb} ON round"
            " FOR EACH ROW EXECUTE FUNCTION revise_contest_of_round()"
        )


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for verb in ROUND_CHANGES:
        name = f"round_{verb.lower()}_revises_contest"
        op.execute(f"DROP TRIGGER {name}" + ("" if is_sqlite else " ON round"))
    op.execute("DROP TRIGGER contest_revised" + ("" if is_sqlite else " ON contest"))
    if not is_sqlite:
        op.execute("DROP FUNCTION revise_contest_of_round()")
        op.execute("DROP FUNCTION revise_contest()")
    op.drop_column("contest", "revision")
