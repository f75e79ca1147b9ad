"""units"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BYTEWISE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "unit",
        sa.Column("id", ID, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("parent_id", ID),
        sa.Column("path", BYTEWISE, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.Column("successor_id", ID),
        sa.Column("awaited_successor_code", sa.Text()),
        sa.CheckConstraint(
            "kind IN ('national', 'province', 'sector', 'corporation', 'upper', 'grassroots')",
            name=op.f("ck_unit_kind_known"),
        ),
        sa.CheckConstraint(
            "(parent_id IS NULL) = (kind = 'national')", name=op.f("ck_unit_only_national_is_root")
        ),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_unit_not_own_parent")),
        sa.CheckConstraint(
            "(parent_id IS NULL AND path = id || '.')"
            " OR (parent_id IS NOT NULL AND path LIKE '%' || parent_id || '.' || id || '.')",
            name=op.f("ck_unit_path_ends_in_parent_and_self"),
        ),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_unit_dates_in_order")),
        sa.CheckConstraint("successor_id <> id", name=op.f("ck_unit_not_own_successor")),
        sa.CheckConstraint(
            "successor_id IS NULL OR awaited_successor_code IS NULL",
            name=op.f("ck_unit_one_successor"),
        ),
        sa.CheckConstraint(
            "valid_to IS NOT NULL OR (successor_id IS NULL AND awaited_successor_code IS NULL)",
            name=op.f("ck_unit_successor_after_end"),
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_parent_id_unit")),
        sa.ForeignKeyConstraint(
            ["successor_id"], ["unit.id"], name=op.f("fk_unit_successor_id_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_code")),
    )
    op.create_index(op.f("ix_unit_parent_id"), "unit", ["parent_id"])
    op.create_index(op.f("ix_unit_path"), "unit", ["path"])
    op.create_index(op.f("ix_unit_successor_id"), "unit", ["successor_id"])
    op.create_table(
        "unit_name",
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text()),
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("initials", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.LargeBinary(), nullable=False),
        sa.Column("keys_version", ID, nullable=False),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_unit_name_dates_in_order")),
        sa.CheckConstraint(
            "confidence IN ('high', 'medium', 'low')", name=op.f("ck_unit_name_confidence_known")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_name_unit_id_unit")),
        sa.PrimaryKeyConstraint("unit_id", "valid_from", name=op.f("pk_unit_name")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_name_code")),
    )
    op.create_table(
        "unit_term",
        sa.Column("term", BYTEWISE, nullable=False),
        sa.Column("unit_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_term_unit_id_unit")),
        sa.PrimaryKeyConstraint("term", "unit_id", name=op.f("pk_unit_term")),
    )
    op.create_index(op.f("ix_unit_term_unit_id"), "unit_term", ["unit_id"])


def downgrade() -> None:
    op.drop_table("unit_term")
    op.drop_table("unit_name")
    op.drop_table("unit")
