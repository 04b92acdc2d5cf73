"""Forgetting: keys of what came in are hashes, quarantine knows whose it is, files whose bytes are gone."""

import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

from core.digests import digest
from core.models.base import Instant

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TO_REMOVE, WAITING = sa.text("erased_at IS NOT NULL AND removed_at IS NULL"), sa.text("state = 'waiting'")
BATCH = 1_000


def upgrade() -> None:
    op.add_column("file", sa.Column("quarantined_id", NUMBER, nullable=True))
    op.add_column("file", sa.Column("removed_at", Instant(), nullable=True))
    op.create_index("ix_file_quarantined_id", "file", ["quarantined_id"])
    op.create_index("ix_file_to_remove", "file", ["sha256"], sqlite_where=TO_REMOVE, postgresql_where=TO_REMOVE)
    op.add_column("quarantined", sa.Column("sender", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.create_index("ix_quarantined_contact_id", "quarantined", ["contact_id"])
    op.create_index("ix_quarantined_sender", "quarantined", ["sender"])
    op.create_index("ix_quarantined_waiting", "quarantined", ["id"], sqlite_where=WAITING, postgresql_where=WAITING)
    rewrite("SELECT source, external_id FROM received", HASH_KEY, lambda row: {"hashed": digest(row["external_id"])})
    rewrite("SELECT id, raw FROM quarantined WHERE state = 'waiting'", NAME_SENDER, whose)


HASH_KEY = "UPDATE received SET external_id = :hashed WHERE source = :source AND external_id = :external_id"
NAME_SENDER = "UPDATE quarantined SET sender = :sender WHERE id = :id"


def rewrite(found: str, statement: str, change: Callable[[Any], dict[str, Any]]) -> None:
    """Changes all rows of a query, a thousand at a time."""
    rows = [dict(row._mapping) for row in op.get_bind().execute(sa.text(found))]
    for start in range(0, len(rows), BATCH):
        op.get_bind().execute(sa.text(statement), [row | change(row) for row in rows[start : start + BATCH]])


def whose(row: Any) -> dict[str, str]:
    """The sender of something packed by `quarantine.packed`; of anything else nobody knows."""
    try:
        sender = json.loads(row.pop("raw"))["sender"]
        return {"sender": digest(f"{sender['kind']}:{sender['address']}")}
    except (ValueError, KeyError, TypeError):
        return {"sender": ""}


def downgrade() -> None:
    for name in ("ix_quarantined_waiting", "ix_quarantined_sender", "ix_quarantined_contact_id"):
        op.drop_index(name, "quarantined")
    op.drop_column("quarantined", "sender")
    for name in ("ix_file_to_remove", "ix_file_quarantined_id"):
        op.drop_index(name, "file")
    for name in ("removed_at", "quarantined_id"):
        op.drop_column("file", name)
