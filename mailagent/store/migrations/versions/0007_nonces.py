"""What tells a question from one of the same number in a database that was restored; programs that answer lists."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
    with op.batch_alter_table("escalation") as batch_op:
        batch_op.add_column(sa.Column("nonce", sa.String(), server_default="", nullable=False))
    with op.batch_alter_table("message") as batch_op:
        batch_op.create_index(op.f("ix_message_list_id"), ["list_id"], unique=False)
