"""Standings are counted from attempts, whose people and contests are checked already.

Each check of a foreign key locked the contest's row, which every submit shares.
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KEYS = {
    "fk_standing_contest_id_contest": ("contest", "contest_id"),
    "fk_standing_person_id_person": ("person", "person_id"),
}


def upgrade() -> None:
    # The table has no triggers that a batch could drop.
    with op.batch_alter_table("standing") as table:
        for name in KEYS:
            table.drop_constraint(name, type_="foreignkey")


def downgrade() -> None:
    with op.batch_alter_table("standing") as table:
        for name, (other, column) in KEYS.items():
            table.create_foreign_key(name, other, [column], ["id"])
