"""Evenings that are rehearsals: what they tell is invented from a seed."""

from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    whole = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    op.execute(f"ALTER TABLE event ADD COLUMN seed {whole}")


def downgrade() -> None:
    op.execute("ALTER TABLE event DROP COLUMN seed")
