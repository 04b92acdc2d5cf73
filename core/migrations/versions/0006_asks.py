"""Questions to people who are no agents."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.models.base import Instant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LISTED = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
OPEN = sa.text("answered_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "ask",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("ticket_id", NUMBER, nullable=False),
        sa.Column("agent_id", NUMBER, nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("shown", LISTED, nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_ask_agent_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ask_ticket_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ask")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_ask_open", "ask", ["room", "account", "id"], sqlite_where=OPEN, postgresql_where=OPEN)


def downgrade() -> None:
    op.drop_table("ask")
