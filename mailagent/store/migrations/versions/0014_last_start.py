"""How the daemon was last started, which commands that begin a term leave alone."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema. A term that a command began has replaced the daemon's: of that one nothing is known."""
    op.add_column("term", sa.Column("started_by", sa.String(), nullable=False, server_default=""))
    op.add_column("term", sa.Column("started_at", sa.DateTime(), nullable=True))
    op.add_column("term", sa.Column("scheduled", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE term SET started_by = holder, started_at = since WHERE holder LIKE 'mailagent run%'")
    op.execute("UPDATE term SET scheduled = true WHERE holder LIKE 'mailagent run --once,%'")
