"""What models cost for each message, and what a message quotes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
    with op.batch_alter_table("message") as batch_op:
        batch_op.add_column(sa.Column("quoted", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "spending",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("sender", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.Column("cost", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_spending_message_id_message")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_spending")),
    )
    for column in ("case_id", "sender", "at"):
        op.create_index(op.f(f"ix_spending_{column}"), "spending", [column], unique=False)
