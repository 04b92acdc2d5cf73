"""Channels that are sent to: several posts of one message, replies that name their channel, silent dialogs."""

import sqlalchemy as sa
from alembic import op

from core.models.base import Instant

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OF_CHANNEL = sa.text("channel_id IS NOT NULL")


WAS, IS = "uq_copy_message_id_place", "uq_copy_message_id_place_external_id"


def upgrade() -> None:
    with op.batch_alter_table("copy", reflect_kwargs={"resolve_fks": False}) as copy:
        copy.drop_constraint(WAS, type_="unique")
        copy.create_unique_constraint(IS, ["message_id", "place", "external_id"])
    op.add_column("dialog", sa.Column("is_silent", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("held_reply", sa.Column("channel_id", NUMBER, nullable=True))
    op.add_column("held_reply", sa.Column("identity_id", NUMBER, nullable=True))
    op.drop_column("lane", "not_before")
    op.create_index(
        "ix_message_external", "message", ["external_id", "channel_id"],
        sqlite_where=OF_CHANNEL, postgresql_where=OF_CHANNEL,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_message_external", "message")
    op.add_column("lane", sa.Column("not_before", Instant(), nullable=True))
    for name in ("identity_id", "channel_id"):
        op.drop_column("held_reply", name)
    op.drop_column("dialog", "is_silent")
    op.execute("DELETE FROM copy WHERE id NOT IN (SELECT min(id) FROM copy GROUP BY message_id, place)")
    with op.batch_alter_table("copy", reflect_kwargs={"resolve_fks": False}) as copy:
        copy.drop_constraint(IS, type_="unique")
        copy.create_unique_constraint(WAS, ["message_id", "place"])
