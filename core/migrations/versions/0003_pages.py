"""Customers' pages: which process has one of a live dialog open, for how long that holds."""

import sqlalchemy as sa
from alembic import op

from core.models.base import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "presence",
        sa.Column("dialog_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("dialog_id", "holder", name=op.f("pk_presence")),
    )


def downgrade() -> None:
    op.drop_table("presence")
