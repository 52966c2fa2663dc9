"""What each list showed, and the lines of the answers to it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
    op.create_table(
        "listed",
        sa.Column("list_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["support_case.id"], name=op.f("fk_listed_case_id_support_case")),
        sa.PrimaryKeyConstraint("list_id", "case_id", name=op.f("pk_listed")),
    )
    with op.batch_alter_table("message") as batch_op:
        batch_op.add_column(sa.Column("list_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("part_of", sa.Integer(), nullable=True))
        batch_op.create_index(op.f("ix_message_part_of"), ["part_of"], unique=False)
