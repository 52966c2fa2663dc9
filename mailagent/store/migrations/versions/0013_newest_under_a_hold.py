"""What had come when a hold began, so that no clock tells what came since."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
    op.add_column("hold", sa.Column("newest", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE hold SET newest = (SELECT coalesce(max(id), 0) FROM message)")
