"""Files that wait with a held reply are found without looking at all others."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

HELD = sa.text("held_id IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_file_held_id", "file", ["held_id"], sqlite_where=HELD, postgresql_where=HELD)


def downgrade() -> None:
    op.drop_index("ix_file_held_id", "file")
