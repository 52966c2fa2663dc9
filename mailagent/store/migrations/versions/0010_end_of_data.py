"""Since when a mail is uncertain, and when it was left to a person."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema. Of what was given up before, people were told at once. What was being sent may have been sent:
    then nothing told one half of it from the other.
    """
    with op.batch_alter_table("outbox") as batch_op:
        batch_op.add_column(sa.Column("uncertain_since", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("settled_at", sa.DateTime(), nullable=True))
    op.execute("UPDATE outbox SET settled_at = due_at WHERE state IN ('failed', 'uncertain')")
    op.execute("UPDATE outbox SET state = 'eod' WHERE state = 'sending'")
