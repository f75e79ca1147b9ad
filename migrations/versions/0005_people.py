"""people"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_contestants()
    _create_organisers()


def downgrade() -> None:
    for table in ("one_time_link", "organiser_session", "organiser_grant", "organiser"):
        op.drop_table(table)
    for table in ("throttle", "key_check", "consent", "person"):
        op.drop_table(table)


def _create_contestants() -> None:
    op.create_table(
        "person",
        sa.Column("id", BIG, nullable=False),
        sa.Column("public_id", sa.LargeBinary(), nullable=False),
        sa.Column("contest_id", BIG, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_sort_key", sa.LargeBinary(), nullable=False),
        sa.Column("phone_hash", sa.LargeBinary(), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("pin_hash", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("is_phone_verified", sa.Boolean(), nullable=False),
        sa.Column("unit_id", BIG, nullable=True),
        sa.Column("unit_text", sa.Text(), nullable=True),
        sa.Column("birth_year", BIG, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("joined_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "length(public_id) = 16", name=op.f("ck_person_public_id_is_random_128_bits")
        ),
        sa.CheckConstraint("state IN ('active', 'void', 'erased')", name=op.f("ck_person_state")),
        sa.CheckConstraint(
            "(unit_id IS NULL) <> (unit_text IS NULL)", name=op.f("ck_person_one_declared_unit")
        ),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name=op.f("fk_person_contest_id_contest")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_person_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint(
            "contest_id", "phone_hash", name=op.f("uq_person_contest_id_phone_hash")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_person_public_id")),
    )
    op.create_index(op.f("ix_person_unit_id"), "person", ["unit_id"])
    op.create_table(
        "consent",
        sa.Column("id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("text_version", sa.Text(), nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "purpose IN ('take_part', 'show_name')", name=op.f("ck_consent_purpose")
        ),
        sa.CheckConstraint(
            "withdrawn_at >= given_at", name=op.f("ck_consent_given_before_withdrawn")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_consent_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(
        "uq_consent_in_force",
        "consent",
        ["person_id", "purpose"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "key_check",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("check_value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_key_check")),
    )
    op.create_table(
        "throttle",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("failures", BIG, nullable=False),
        sa.Column("counted_since", MOMENT, nullable=False),
        sa.Column("last_failed_at", MOMENT, nullable=False),
        sa.Column("next_try_at", MOMENT, nullable=False),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_throttle_failures_counted")),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_throttle")),
    )
    op.create_index(op.f("ix_throttle_last_failed_at"), "throttle", ["last_failed_at"])


def _create_organisers() -> None:
    op.create_table(
        "organiser",
        sa.Column("id", BIG, nullable=False),
        sa.Column("public_id", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone_hash", sa.LargeBinary(), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organiser")),
        sa.UniqueConstraint("phone_hash", name=op.f("uq_organiser_phone_hash")),
        sa.UniqueConstraint("public_id", name=op.f("uq_organiser_public_id")),
    )
    op.create_table(
        "organiser_grant",
        sa.Column("organiser_id", BIG, nullable=False),
        sa.Column("unit_id", BIG, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("granted_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "role IN ('owner', 'organiser', 'question_writer', 'help_desk', 'auditor', 'viewer')",
            name=op.f("ck_organiser_grant_role"),
        ),
        sa.ForeignKeyConstraint(
            ["organiser_id"],
            ["organiser.id"],
            name=op.f("fk_organiser_grant_organiser_id_organiser"),
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_organiser_grant_unit_id_unit")
        ),
        sa.PrimaryKeyConstraint("organiser_id", "unit_id", "role", name=op.f("pk_organiser_grant")),
    )
    op.create_table(
        "organiser_session",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("organiser_id", BIG, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organiser_id"],
            ["organiser.id"],
            name=op.f("fk_organiser_session_organiser_id_organiser"),
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_organiser_session")),
    )
    op.create_index(
        op.f("ix_organiser_session_organiser_id"), "organiser_session", ["organiser_id"]
    )
    op.create_table(
        "one_time_link",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("organiser_id", BIG, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.CheckConstraint("purpose IN ('setup', 'reset')", name=op.f("ck_one_time_link_purpose")),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["organiser.id"], name=op.f("fk_one_time_link_organiser_id_organiser")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_one_time_link")),
    )
    op.create_index(op.f("ix_one_time_link_organiser_id"), "one_time_link", ["organiser_id"])
