"""Alerts with their teams' silences and who is on call, and the words customers are found by."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core import directory
from core.models.base import Instant

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FACTS = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
IN_ORDER = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
OPEN = sa.text("over_at IS NULL")
BATCH = 1_000


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("team_id", NUMBER, nullable=False),
        sa.Column("ticket_id", NUMBER, nullable=True),
        sa.Column("dialog_id", NUMBER, nullable=True),
        sa.Column("said", FACTS, nullable=False),
        sa.Column("is_loud", sa.Boolean(), nullable=False),
        sa.Column("is_silenced", sa.Boolean(), nullable=False),
        sa.Column("raised_at", Instant(), nullable=False),
        sa.Column("acked_at", Instant(), nullable=True),
        sa.Column("acked_by", NUMBER, nullable=True),
        sa.Column("quiet_until", Instant(), nullable=True),
        sa.Column("over_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["acked_by"], ["agent.id"], name=op.f("fk_alert_acked_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["dialog_id"], ["dialog.id"], name=op.f("fk_alert_dialog_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_alert_team_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_alert_ticket_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sqlite_autoincrement=True,
    )
    for name, columns in (("open", ["team_id", "id"]), ("ticket_id", ["ticket_id"]), ("dialog_id", ["dialog_id"])):
        op.create_index(f"ix_alert_{name}", "alert", columns, sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_table(
        "silence",
        sa.Column("team_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_silence_team_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_silence")),
    )
    op.create_table(
        "on_call",
        sa.Column("team_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("agent_id", NUMBER, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_on_call_agent_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_on_call_team_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("team_id", "agent_id", name=op.f("pk_on_call")),
    )
    find_customers_by_words()


def find_customers_by_words() -> None:
    """Those who are known already are found by their words, too."""
    op.create_table(
        "contact_word",
        sa.Column("word", IN_ORDER, nullable=False),
        sa.Column("contact_id", NUMBER, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_contact_word_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("word", "contact_id", name=op.f("pk_contact_word")),
    )
    op.create_index("ix_contact_word_contact_id", "contact_word", ["contact_id"])
    after = 0
    while found := op.get_bind().execute(sa.text(CUSTOMERS), {"after": after, "batch": BATCH}).scalars().all():
        directory.fill(op.get_bind(), found)
        after = found[-1]


CUSTOMERS = "SELECT id FROM contact WHERE id > :after AND erased_at IS NULL ORDER BY id LIMIT :batch"


def downgrade() -> None:
    for table in ("contact_word", "on_call", "silence", "alert"):
        op.drop_table(table)
