"""Letters: who takes part in a ticket, and what an address has written and got."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OF_ADDRESS = sa.text("identity_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "participant",
        sa.Column("ticket_id", NUMBER, nullable=False),
        sa.Column("identity_id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_participant_ticket_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identity.id"], name=op.f("fk_participant_identity_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("ticket_id", "identity_id", name=op.f("pk_participant")),
    )
    op.create_index("ix_participant_identity_id", "participant", ["identity_id"])
    op.create_index(
        "ix_message_identity", "message", ["identity_id", "id"],
        sqlite_where=OF_ADDRESS, postgresql_where=OF_ADDRESS,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_message_identity", "message")
    op.drop_table("participant")
