"""Who waits to be accepted keeps the language and time zone their chat knows them by."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

COLUMNS, NOTHING = ("language", "zone"), sa.text("''")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("candidate", sa.Column(name, sa.Text(), nullable=False, server_default=NOTHING))


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_column("candidate", name)
