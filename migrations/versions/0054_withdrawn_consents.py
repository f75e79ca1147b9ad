"""Find what a person agreed to and withdrew, among a million people's consents."""

from alembic import op

from quizapp.online_indexes import create_index

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_index(
        "ix_consent_withdrawn", "consent", ["person_id"], where="withdrawn_at IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_index("ix_consent_withdrawn", "consent")
