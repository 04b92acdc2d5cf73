"""Live dialogs: when they were first answered, and since when they are in their phase."""

import sqlalchemy as sa
from alembic import op

from core.models.base import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("dialog", sa.Column("first_answered_at", Instant(), nullable=True))
    op.add_column("dialog", sa.Column("phase_since", Instant(), nullable=True))
    op.execute("UPDATE dialog SET first_answered_at = agent_wrote_at, phase_since = taken_at")
    op.execute("DELETE FROM wording WHERE name = 'waiting'")


def downgrade() -> None:
    op.drop_column("dialog", "phase_since")
    op.drop_column("dialog", "first_answered_at")
