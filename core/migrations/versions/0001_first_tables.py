"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core import search
from core.models.base import Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FACTS = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
RANK = sa.Integer().with_variant(sa.SmallInteger(), "postgresql")


DUE, WAITING = "coalesce(due_at, {never})", "coalesce(waiting_since, {never})"
ORDERS = (
    ("ix_ticket_queue", f"team_id, (-priority), {DUE}, id", "is_open"),
    ("ix_ticket_assignee", f"assignee_id, (-priority), {DUE}, id", "is_open"),
    ("ix_ticket_open", f"(-priority), {DUE}, id", "is_open"),
    ("ix_ticket_unassigned", f"(-priority), {DUE}, id", "is_open AND assignee_id IS NULL"),
    ("ix_ticket_due", f"{DUE}, (-priority), id", "is_open"),
    ("ix_ticket_waiting", f"{WAITING}, id", "is_open"),
)
"""The orders of lists over tickets that are not closed; what has no time comes last."""


def _index_orders() -> None:
    never = "'infinity'" if op.get_bind().dialect.name == "postgresql" else "9223372036854775807"
    for name, columns, where in ORDERS:
        op.execute(f"CREATE INDEX {name} ON ticket ({columns.format(never=never)}) WHERE {where}")


def upgrade() -> None:
    op.create_table(
        "agent",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("public_name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("role", sa.String(24), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("is_away", sa.Boolean(), nullable=False),
        sa.Column("away_until", Instant(), nullable=True),
        sa.Column("seen_at", Instant(), nullable=True),
        sa.Column("preferences", FACTS, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent")),
        sa.UniqueConstraint("name", name=op.f("uq_agent_name")),
    )
    op.create_table(
        "bucket",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("not_before", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_bucket")),
    )
    op.create_table(
        "contact",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("claimed_name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("merged_into", KEY, nullable=True),
        sa.Column("blocked_until", Instant(), nullable=True),
        sa.Column("block_reason", sa.Text(), nullable=False),
        sa.Column("is_spammer", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("erased_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["merged_into"], ["contact.id"], name=op.f("fk_contact_merged_into"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_contact_merged_into",
        "contact",
        ["merged_into"],
        unique=False,
        sqlite_where=sa.text("merged_into IS NOT NULL"),
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.create_table(
        "deadline",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("facts", FACTS, nullable=False),
        sa.Column("tries", KEY, nullable=False),
        sa.Column("is_failed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline")),
        sa.UniqueConstraint("subject", "subject_id", "kind", name=op.f("uq_deadline_subject_subject_id_kind")),
    )
    op.create_index(
        "ix_deadline_due",
        "deadline",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("NOT is_failed"),
        postgresql_where=sa.text("NOT is_failed"),
    )
    op.create_table(
        "event",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("ticket_id", KEY, nullable=True),
        sa.Column("ticket_seq", KEY, nullable=True),
        sa.Column("dialog_id", KEY, nullable=True),
        sa.Column("dialog_seq", KEY, nullable=True),
        sa.Column("contact_id", KEY, nullable=True),
        sa.Column("message_id", KEY, nullable=True),
        sa.Column("facts", FACTS, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_dialog_id_dialog_seq", "event", ["dialog_id", "dialog_seq"], unique=False)
    op.create_index("ix_event_ticket_id_ticket_seq", "event", ["ticket_id", "ticket_seq"], unique=False)
    op.create_table(
        "former_body",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("message_id", KEY, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_body")),
    )
    op.create_index(op.f("ix_former_body_message_id"), "former_body", ["message_id"], unique=False)
    op.create_table(
        "kept",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_kept")),
    )
    op.create_table(
        "lane",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("buckets", FACTS, nullable=False),
        sa.Column("leased_by", sa.Text(), nullable=False),
        sa.Column("leased_until", Instant(), nullable=True),
        sa.Column("not_before", Instant(), nullable=True),
        sa.Column("served_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_lane")),
    )
    op.create_table(
        "lease",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_lease")),
    )
    op.create_table(
        "link",
        sa.Column("low_id", KEY, nullable=False),
        sa.Column("high_id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("low_id", "high_id", name=op.f("pk_link")),
    )
    op.create_table(
        "member",
        sa.Column("team_id", KEY, nullable=False),
        sa.Column("agent_id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("team_id", "agent_id", name=op.f("pk_member")),
    )
    op.create_index("ix_member_agent_id", "member", ["agent_id"], unique=False)
    op.create_table(
        "received",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("source", "external_id", name=op.f("pk_received")),
    )
    op.create_index(op.f("ix_received_at"), "received", ["at"], unique=False)
    op.create_table(
        "relay",
        sa.Column("dialog_id", KEY, nullable=False),
        sa.Column("agent_id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("dialog_id", "agent_id", name=op.f("pk_relay")),
    )
    op.create_table(
        "snooze",
        sa.Column("ticket_id", KEY, nullable=False),
        sa.Column("agent_id", KEY, nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("ticket_id", "agent_id", name=op.f("pk_snooze")),
    )
    op.create_table(
        "tag",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("colour", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("name", name=op.f("uq_tag_name")),
    )
    op.create_table(
        "team",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("name", name=op.f("uq_team_name")),
    )
    op.create_table(
        "template",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template")),
        sa.UniqueConstraint("name", name=op.f("uq_template_name")),
    )
    op.create_table(
        "watcher",
        sa.Column("ticket_id", KEY, nullable=False),
        sa.Column("agent_id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("ticket_id", "agent_id", name=op.f("pk_watcher")),
    )
    op.create_table(
        "wording",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wording")),
        sa.UniqueConstraint("name", "language", name=op.f("uq_wording_name_language")),
    )
    op.create_table(
        "account",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("agent_id", KEY, nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_account_agent_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("room", "external_id", name=op.f("uq_account_room_external_id")),
    )
    op.create_table(
        "channel",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("team_id", KEY, nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("settings", FACTS, nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_channel_team_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel")),
        sa.UniqueConstraint("name", name=op.f("uq_channel_name")),
    )
    op.create_table(
        "identity",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("contact_id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("is_verified", sa.Boolean(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("failed_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_identity_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity")),
    )
    op.create_index("ix_identity_contact_id", "identity", ["contact_id"], unique=False)
    op.create_index("ix_identity_kind_address", "identity", ["kind", "address"], unique=False)
    op.create_index(
        "uq_identity_verified",
        "identity",
        ["kind", "address"],
        unique=True,
        sqlite_where=sa.text("is_verified"),
        postgresql_where=sa.text("is_verified"),
    )
    op.create_table(
        "notice",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("agent_id", KEY, nullable=False),
        sa.Column("ticket_id", KEY, nullable=True),
        sa.Column("dialog_id", KEY, nullable=True),
        sa.Column("said", FACTS, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_notice_agent_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index(
        "ix_notice_unseen",
        "notice",
        ["agent_id", "id"],
        unique=False,
        sqlite_where=sa.text("seen_at IS NULL"),
        postgresql_where=sa.text("seen_at IS NULL"),
    )
    op.create_table(
        "place",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("team_id", KEY, nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_place_team_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint("room", "place", "purpose", name=op.f("uq_place_room_place_purpose")),
    )
    op.create_table(
        "pressed",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("agent_id", KEY, nullable=True),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("steps", FACTS, nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_pressed_agent_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_pressed")),
    )
    op.create_index(op.f("ix_pressed_expires_at"), "pressed", ["expires_at"], unique=False)
    op.create_table(
        "quarantined",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("reason", FACTS, nullable=False),
        sa.Column("team_id", KEY, nullable=True),
        sa.Column("contact_id", KEY, nullable=True),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_quarantined_contact_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_quarantined_team_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantined")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_quarantined_source_external_id")),
    )
    op.create_table(
        "sign_in",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("agent_id", KEY, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("browser", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_sign_in_agent_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_sign_in_secret_hash")),
    )
    op.create_table(
        "sign_in_link",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("agent_id", KEY, nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_sign_in_link_agent_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_link")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_sign_in_link_secret_hash")),
    )
    op.create_table(
        "view",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("filter", sa.Text(), nullable=False),
        sa.Column("agent_id", KEY, nullable=True),
        sa.Column("team_id", KEY, nullable=True),
        sa.Column("position", KEY, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_view_agent_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_view_team_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_view")),
        sa.UniqueConstraint("name", "agent_id", "team_id", name=op.f("uq_view_name_agent_id_team_id")),
    )
    op.create_table(
        "ticket",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("priority", RANK, nullable=False),
        sa.Column("team_id", KEY, nullable=False),
        sa.Column("assignee_id", KEY, nullable=True),
        sa.Column("contact_id", KEY, nullable=True),
        sa.Column("channel_id", KEY, nullable=True),
        sa.Column("merged_into", KEY, nullable=True),
        sa.Column("pending_until", Instant(), nullable=True),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("waiting_since", Instant(), nullable=True),
        sa.Column("last_message_at", Instant(), nullable=True),
        sa.Column("first_reply_at", Instant(), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("is_spam", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("rating", KEY, nullable=True),
        sa.Column("last_seq", KEY, nullable=False),
        sa.Column("is_indexed", sa.Boolean(), nullable=False),
        sa.CheckConstraint("is_open = (status <> 'closed')", name=op.f("ck_ticket_open_is_not_closed")),
        sa.ForeignKeyConstraint(["assignee_id"], ["agent.id"], name=op.f("fk_ticket_assignee_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_ticket_channel_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_ticket_contact_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["merged_into"], ["ticket.id"], name=op.f("fk_ticket_merged_into"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_ticket_team_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_ticket_closed",
        "ticket",
        ["closed_at"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NOT NULL"),
        postgresql_where=sa.text("closed_at IS NOT NULL"),
    )
    op.create_index("ix_ticket_contact_id", "ticket", ["contact_id", "id"], unique=False)
    op.create_index("ix_ticket_created", "ticket", ["created_at", "id"], unique=False)
    op.create_index(
        "ix_ticket_merged_into",
        "ticket",
        ["merged_into"],
        unique=False,
        sqlite_where=sa.text("merged_into IS NOT NULL"),
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.create_index("ix_ticket_status", "ticket", ["status", "updated_at", "id"], unique=False)
    op.create_index(
        "ix_ticket_unindexed",
        "ticket",
        ["id"],
        unique=False,
        sqlite_where=sa.text("NOT is_indexed"),
        postgresql_where=sa.text("NOT is_indexed"),
    )
    op.create_index("ix_ticket_updated", "ticket", ["updated_at", "id"], unique=False)
    op.create_table(
        "dialog",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("channel_id", KEY, nullable=False),
        sa.Column("identity_id", KEY, nullable=False),
        sa.Column("contact_id", KEY, nullable=False),
        sa.Column("ticket_id", KEY, nullable=True),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("phase", sa.String(24), nullable=False),
        sa.Column("end_reason", sa.String(24), nullable=True),
        sa.Column("recording", sa.String(24), nullable=False),
        sa.Column("transcript", sa.String(24), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("team_id", KEY, nullable=False),
        sa.Column("assignee_id", KEY, nullable=True),
        sa.Column("priority", RANK, nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("taken_at", Instant(), nullable=True),
        sa.Column("customer_wrote_at", Instant(), nullable=True),
        sa.Column("first_wrote_at", Instant(), nullable=True),
        sa.Column("agent_wrote_at", Instant(), nullable=True),
        sa.Column("customer_left_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("waiting_since", Instant(), nullable=True),
        sa.Column("asked_at", Instant(), nullable=True),
        sa.Column("called_out_at", Instant(), nullable=True),
        sa.Column("delivered_seq", KEY, nullable=False),
        sa.Column("seen_seq", KEY, nullable=False),
        sa.Column("agent_seen_seq", KEY, nullable=False),
        sa.Column("rating", KEY, nullable=True),
        sa.Column("last_seq", KEY, nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("is_indexed", sa.Boolean(), nullable=False),
        sa.Column("facts", FACTS, nullable=False),
        sa.ForeignKeyConstraint(["assignee_id"], ["agent.id"], name=op.f("fk_dialog_assignee_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_dialog_channel_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_dialog_contact_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identity.id"], name=op.f("fk_dialog_identity_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_dialog_team_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_dialog_ticket_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dialog")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_dialog_contact_id", "dialog", ["contact_id"], unique=False)
    op.create_index("ix_dialog_identity_id", "dialog", ["identity_id", "id"], unique=False)
    op.create_index(
        "ix_dialog_live",
        "dialog",
        ["team_id", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'live'"),
        postgresql_where=sa.text("state = 'live'"),
    )
    op.create_index("ix_dialog_ticket_id", "dialog", ["ticket_id"], unique=False)
    op.create_index(
        "ix_dialog_unindexed",
        "dialog",
        ["id"],
        unique=False,
        sqlite_where=sa.text("NOT is_indexed"),
        postgresql_where=sa.text("NOT is_indexed"),
    )
    op.create_index(
        "uq_dialog_live",
        "dialog",
        ["channel_id", "identity_id"],
        unique=True,
        sqlite_where=sa.text("state = 'live'"),
        postgresql_where=sa.text("state = 'live'"),
    )
    op.create_table(
        "held_reply",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("ticket_id", KEY, nullable=True),
        sa.Column("dialog_id", KEY, nullable=True),
        sa.Column("agent_id", KEY, nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("said_at", Instant(), nullable=False),
        sa.Column("release_at", Instant(), nullable=True),
        sa.Column("written_on_seq", KEY, nullable=False),
        sa.Column("stopped_because", sa.Text(), nullable=False),
        sa.Column("afterwards", FACTS, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_held_reply_agent_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["dialog_id"], ["dialog.id"], name=op.f("fk_held_reply_dialog_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_held_reply_ticket_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_reply")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_held_reply_dialog_id", "held_reply", ["dialog_id"], unique=False)
    op.create_index("ix_held_reply_ticket_id", "held_reply", ["ticket_id"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("ticket_id", KEY, nullable=True),
        sa.Column("ticket_seq", KEY, nullable=True),
        sa.Column("dialog_id", KEY, nullable=True),
        sa.Column("dialog_seq", KEY, nullable=True),
        sa.Column("author", sa.String(24), nullable=False),
        sa.Column("reader", sa.String(24), nullable=False),
        sa.Column("contact_id", KEY, nullable=True),
        sa.Column("agent_id", KEY, nullable=True),
        sa.Column("channel_id", KEY, nullable=True),
        sa.Column("identity_id", KEY, nullable=True),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("facts", FACTS, nullable=False),
        sa.Column("said_at", Instant(), nullable=False),
        sa.Column("edited_at", Instant(), nullable=True),
        sa.Column("deleted_at", Instant(), nullable=True),
        sa.Column("redacted_at", Instant(), nullable=True),
        sa.Column("failed_at", Instant(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("is_indexed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_message_agent_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.id"], name=op.f("fk_message_channel_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_message_contact_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["dialog_id"], ["dialog.id"], name=op.f("fk_message_dialog_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identity.id"], name=op.f("fk_message_identity_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_message_ticket_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_message_contact_id", "message", ["contact_id"], unique=False)
    op.create_index(
        "ix_message_unindexed",
        "message",
        ["id"],
        unique=False,
        sqlite_where=sa.text("NOT is_indexed"),
        postgresql_where=sa.text("NOT is_indexed"),
    )
    op.create_index("uq_message_dialog_id_dialog_seq", "message", ["dialog_id", "dialog_seq"], unique=True)
    op.create_index("uq_message_ticket_id_ticket_seq", "message", ["ticket_id", "ticket_seq"], unique=True)
    op.create_table(
        "tagging",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("tag_id", KEY, nullable=False),
        sa.Column("ticket_id", KEY, nullable=True),
        sa.Column("dialog_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["dialog_id"], ["dialog.id"], name=op.f("fk_tagging_dialog_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name=op.f("fk_tagging_tag_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_tagging_ticket_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tagging")),
        sa.UniqueConstraint("dialog_id", "tag_id", name=op.f("uq_tagging_dialog_id_tag_id")),
        sa.UniqueConstraint("ticket_id", "tag_id", name=op.f("uq_tagging_ticket_id_tag_id")),
    )
    op.create_index("ix_tagging_tag_id", "tagging", ["tag_id", "ticket_id"], unique=False)
    op.create_table(
        "thread",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("root", sa.Text(), nullable=True),
        sa.Column("ticket_id", KEY, nullable=True),
        sa.Column("dialog_id", KEY, nullable=True),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("wanted", KEY, nullable=False),
        sa.Column("shown", KEY, nullable=False),
        sa.ForeignKeyConstraint(["dialog_id"], ["dialog.id"], name=op.f("fk_thread_dialog_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_thread_ticket_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread")),
        sa.UniqueConstraint("room", "place", "root", name=op.f("uq_thread_room_place_root")),
    )
    op.create_index("ix_thread_dialog_id", "thread", ["dialog_id"], unique=False)
    op.create_index("ix_thread_ticket_id", "thread", ["ticket_id"], unique=False)
    op.create_table(
        "copy",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("message_id", KEY, nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_copy_message_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copy")),
        sa.UniqueConstraint("message_id", "place", name=op.f("uq_copy_message_id_place")),
    )
    op.create_index("ix_copy_place", "copy", ["place", "external_id"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("rank", sa.String(24), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("is_due", sa.Boolean(), nullable=False),
        sa.Column("message_id", KEY, nullable=True),
        sa.Column("thread_id", KEY, nullable=True),
        sa.Column("ticket_id", KEY, nullable=True),
        sa.Column("dialog_id", KEY, nullable=True),
        sa.Column("facts", FACTS, nullable=False),
        sa.Column("attempts", KEY, nullable=False),
        sa.Column("not_before", Instant(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_delivery_message_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_delivery_thread_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_delivery_due",
        "delivery",
        ["lane", "id"],
        unique=False,
        sqlite_where=sa.text("is_due"),
        postgresql_where=sa.text("is_due"),
    )
    op.create_index("ix_delivery_message_id", "delivery", ["message_id"], unique=False)
    op.create_index("ix_delivery_state", "delivery", ["state", "id"], unique=False)
    op.create_table(
        "file",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", KEY, nullable=False),
        sa.Column("width", KEY, nullable=True),
        sa.Column("height", KEY, nullable=True),
        sa.Column("message_id", KEY, nullable=True),
        sa.Column("held_id", KEY, nullable=True),
        sa.Column("identity_id", KEY, nullable=True),
        sa.Column("agent_id", KEY, nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("erased_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_file_agent_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["held_id"], ["held_reply.id"], name=op.f("fk_file_held_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identity.id"], name=op.f("fk_file_identity_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_file_message_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file")),
    )
    op.create_index("ix_file_identity_id", "file", ["identity_id"], unique=False)
    op.create_index("ix_file_message_id", "file", ["message_id"], unique=False)
    op.create_index("ix_file_sha256", "file", ["sha256"], unique=False)

    _index_orders()
    op.execute("CREATE INDEX ix_contact_name ON contact (lower(name))")
    search.create(op.get_bind())


def downgrade() -> None:
    search.drop(op.get_bind())
    op.drop_index("ix_file_sha256", table_name="file")
    op.drop_index("ix_file_message_id", table_name="file")
    op.drop_index("ix_file_identity_id", table_name="file")
    op.drop_table("file")
    op.drop_index("ix_delivery_state", table_name="delivery")
    op.drop_index("ix_delivery_message_id", table_name="delivery")
    op.drop_index(
        "ix_delivery_due", table_name="delivery", sqlite_where=sa.text("is_due"), postgresql_where=sa.text("is_due")
    )
    op.drop_table("delivery")
    op.drop_index("ix_copy_place", table_name="copy")
    op.drop_table("copy")
    op.drop_index("ix_thread_ticket_id", table_name="thread")
    op.drop_index("ix_thread_dialog_id", table_name="thread")
    op.drop_table("thread")
    op.drop_index("ix_tagging_tag_id", table_name="tagging")
    op.drop_table("tagging")
    op.drop_index("uq_message_ticket_id_ticket_seq", table_name="message")
    op.drop_index("uq_message_dialog_id_dialog_seq", table_name="message")
    op.drop_index(
        "ix_message_unindexed",
        table_name="message",
        sqlite_where=sa.text("NOT is_indexed"),
        postgresql_where=sa.text("NOT is_indexed"),
    )
    op.drop_index("ix_message_contact_id", table_name="message")
    op.drop_table("message")
    op.drop_index("ix_held_reply_ticket_id", table_name="held_reply")
    op.drop_index("ix_held_reply_dialog_id", table_name="held_reply")
    op.drop_table("held_reply")
    op.drop_index(
        "uq_dialog_live",
        table_name="dialog",
        sqlite_where=sa.text("state = 'live'"),
        postgresql_where=sa.text("state = 'live'"),
    )
    op.drop_index(
        "ix_dialog_unindexed",
        table_name="dialog",
        sqlite_where=sa.text("NOT is_indexed"),
        postgresql_where=sa.text("NOT is_indexed"),
    )
    op.drop_index("ix_dialog_ticket_id", table_name="dialog")
    op.drop_index(
        "ix_dialog_live",
        table_name="dialog",
        sqlite_where=sa.text("state = 'live'"),
        postgresql_where=sa.text("state = 'live'"),
    )
    op.drop_index("ix_dialog_identity_id", table_name="dialog")
    op.drop_index("ix_dialog_contact_id", table_name="dialog")
    op.drop_table("dialog")
    op.drop_index("ix_ticket_updated", table_name="ticket")
    op.drop_index(
        "ix_ticket_unindexed",
        table_name="ticket",
        sqlite_where=sa.text("NOT is_indexed"),
        postgresql_where=sa.text("NOT is_indexed"),
    )
    op.drop_index("ix_ticket_status", table_name="ticket")
    op.drop_index(
        "ix_ticket_merged_into",
        table_name="ticket",
        sqlite_where=sa.text("merged_into IS NOT NULL"),
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.drop_index("ix_ticket_created", table_name="ticket")
    op.drop_index("ix_ticket_contact_id", table_name="ticket")
    op.drop_index(
        "ix_ticket_closed",
        table_name="ticket",
        sqlite_where=sa.text("closed_at IS NOT NULL"),
        postgresql_where=sa.text("closed_at IS NOT NULL"),
    )
    op.drop_table("ticket")
    op.drop_table("view")
    op.drop_table("sign_in_link")
    op.drop_table("sign_in")
    op.drop_table("quarantined")
    op.drop_index(op.f("ix_pressed_expires_at"), table_name="pressed")
    op.drop_table("pressed")
    op.drop_table("place")
    op.drop_index(
        "ix_notice_unseen",
        table_name="notice",
        sqlite_where=sa.text("seen_at IS NULL"),
        postgresql_where=sa.text("seen_at IS NULL"),
    )
    op.drop_table("notice")
    op.drop_index(
        "uq_identity_verified",
        table_name="identity",
        sqlite_where=sa.text("is_verified"),
        postgresql_where=sa.text("is_verified"),
    )
    op.drop_index("ix_identity_kind_address", table_name="identity")
    op.drop_index("ix_identity_contact_id", table_name="identity")
    op.drop_table("identity")
    op.drop_table("channel")
    op.drop_table("account")
    op.drop_table("wording")
    op.drop_table("watcher")
    op.drop_table("template")
    op.drop_table("team")
    op.drop_table("tag")
    op.drop_table("snooze")
    op.drop_table("relay")
    op.drop_index(op.f("ix_received_at"), table_name="received")
    op.drop_table("received")
    op.drop_index("ix_member_agent_id", table_name="member")
    op.drop_table("member")
    op.drop_table("link")
    op.drop_table("lease")
    op.drop_table("lane")
    op.drop_table("kept")
    op.drop_index(op.f("ix_former_body_message_id"), table_name="former_body")
    op.drop_table("former_body")
    op.drop_index("ix_event_ticket_id_ticket_seq", table_name="event")
    op.drop_index("ix_event_dialog_id_dialog_seq", table_name="event")
    op.drop_table("event")
    op.drop_index(
        "ix_deadline_due",
        table_name="deadline",
        sqlite_where=sa.text("NOT is_failed"),
        postgresql_where=sa.text("NOT is_failed"),
    )
    op.drop_table("deadline")
    op.drop_index(
        "ix_contact_merged_into",
        table_name="contact",
        sqlite_where=sa.text("merged_into IS NOT NULL"),
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.drop_table("contact")
    op.drop_table("bucket")
    op.drop_table("agent")
