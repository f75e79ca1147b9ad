"""Codes of a second device at sign-in, recovery codes, and sign-ins that are half done."""

import sqlalchemy as sa
from alembic import op

from quizapp.db import BigId, Instant

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A plain ALTER with a constant default rewrites nothing on either engine.
    op.execute(
        "ALTER TABLE organiser_session ADD COLUMN is_half BOOLEAN NOT NULL DEFAULT "
        + ("false" if op.get_bind().dialect.name == "postgresql" else "0")
    )
    op.create_table(
        "organiser_totp",
        sa.Column("organiser_id", BigId, nullable=False, autoincrement=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.Column("last_step", BigId, nullable=False),
        sa.CheckConstraint("last_step >= 0", name="ck_organiser_totp_last_step_counted"),
        sa.PrimaryKeyConstraint("organiser_id", name="pk_organiser_totp"),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["organiser.id"], name="fk_organiser_totp_organiser_id_organiser"
        ),
    )
    op.create_table(
        "recovery_code",
        sa.Column("organiser_id", BigId, nullable=False, autoincrement=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("organiser_id", "code_hash", name="pk_recovery_code"),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["organiser.id"], name="fk_recovery_code_organiser_id_organiser"
        ),
    )


def downgrade() -> None:
    """Forget second steps; those who have one would be let in by the password alone, so it asks."""
    on = op.get_bind().scalar(
        sa.text("SELECT count(*) FROM organiser_totp WHERE confirmed_at IS NOT NULL")
    )
    if on:
        raise RuntimeError(f"{on} organisers sign in with a second step; the version before has none")
    op.drop_table("recovery_code")
    op.drop_table("organiser_totp")
    op.execute("DELETE FROM organiser_session WHERE is_half")
    op.execute("ALTER TABLE organiser_session DROP COLUMN is_half")
