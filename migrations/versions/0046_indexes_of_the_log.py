"""Find entries of the log by who did it and by the day, among a million."""

from alembic import op

from quizapp.online_indexes import create_index

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

INDEXES = {"ix_audit_entry_actor": ["actor", "id"], "ix_audit_entry_at": ["at"]}


def upgrade() -> None:
    for name, columns in INDEXES.items():
        create_index(name, "audit_entry", columns)


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(name, "audit_entry")
