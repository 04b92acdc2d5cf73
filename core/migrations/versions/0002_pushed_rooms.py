"""Pushed rooms: who comes to a team's channel, what threads remember, what goes out as one."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.models.base import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FACTS = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

NO, NOTHING, EMPTY = sa.text("false"), sa.text("''"), sa.text("'{}'")
ADDED: dict[str, tuple[sa.Column[Any], ...]] = {
    "account": (sa.Column("is_greeted", sa.Boolean(), nullable=False, server_default=NO),),
    "place": (
        sa.Column("name", sa.Text(), nullable=False, server_default=NOTHING),
        sa.Column("role", sa.Text(), nullable=False, server_default=NOTHING),
    ),
    "thread": (
        sa.Column("is_retired", sa.Boolean(), nullable=False, server_default=NO),
        sa.Column("facts", FACTS, nullable=False, server_default=EMPTY),
    ),
    "copy": (sa.Column("is_origin", sa.Boolean(), nullable=False, server_default=NO),),
    "delivery": (sa.Column("joined_to", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),),
    "held_reply": (
        sa.Column("thread_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("typed_id", sa.Text(), nullable=False, server_default=NOTHING),
    ),
}
"""Columns by table; rows that are there already get the default."""


def upgrade() -> None:
    for table, columns in ADDED.items():
        for column in columns:
            op.add_column(table, column)
    op.create_table(
        "candidate",
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("public_name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("room", "external_id", name=op.f("pk_candidate")),
    )


def downgrade() -> None:
    op.drop_table("candidate")
    for table, columns in reversed(ADDED.items()):
        for column in reversed(columns):
            op.drop_column(table, column.name)
