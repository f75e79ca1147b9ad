"""The texts that people had typed before there was a place for them."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "INSERT INTO typed_unit (contest_id, text)"
        " SELECT DISTINCT contest_id, unit_text FROM person WHERE unit_text IS NOT NULL"
    )


def downgrade() -> None:
    op.execute("DELETE FROM typed_unit")
