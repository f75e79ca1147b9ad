"""People compete in divisions: which one a standing is of, and the final rank in it."""

import sqlalchemy as sa
from alembic import op

from quizapp.db import BigId

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

CHECKS = {
    "ck_standing_division_from_1": "division >= 1",
    "ck_standing_division_rank_of_a_division": (
        "division_rank IS NULL OR (division IS NOT NULL AND rank IS NOT NULL)"
    ),
}
OF_DIVISION = "division IS NOT NULL"


def upgrade() -> None:
    # The table has no triggers that a batch could drop.
    with op.batch_alter_table("standing") as table:
        table.add_column(sa.Column("division", BigId, nullable=True))
        table.add_column(sa.Column("division_rank", BigId, nullable=True))
        for name, rule in CHECKS.items():
            table.create_check_constraint(op.f(name), rule)
    op.create_index(
        "ix_standing_division",
        "standing",
        ["contest_id", "round_number", "generation", "division", "rank_key"],
        sqlite_where=sa.text(OF_DIVISION),
        postgresql_where=sa.text(OF_DIVISION),
    )


def downgrade() -> None:
    """Refused where it would lose something: the version before knows no such thing."""
    lost = op.get_bind().scalar(sa.text("SELECT count(*) FROM standing WHERE division IS NOT NULL"))
    if lost:
        raise RuntimeError(f"{lost} places on boards of a division would be lost")
    op.drop_index("ix_standing_division", "standing")
    with op.batch_alter_table("standing") as table:
        for name in CHECKS:
            table.drop_constraint(op.f(name), type_="check")
        table.drop_column("division_rank")
        table.drop_column("division")
