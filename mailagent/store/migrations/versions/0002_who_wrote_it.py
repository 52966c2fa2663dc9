"""Who may go on with a case, what was sent automatically, and which addresses returned our mail."""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CAUTION = "no automatic answer may go to this sender"


def upgrade() -> None:
    """Change the schema."""
    with op.batch_alter_table("message") as batch_op:
        batch_op.add_column(sa.Column("caution", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("copied", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("defects", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("id_hash", sa.String(), server_default="", nullable=False))
        batch_op.create_index(batch_op.f("ix_message_id_hash"), ["id_hash"], unique=False)
    message = sa.table("message", *map(sa.column, ("id", "message_id", "id_hash", "answerable", "caution")))
    connection = op.get_bind()
    for row in connection.execute(sa.select(message.c.id, message.c.message_id).where(message.c.message_id != "")):
        hashed = hashlib.sha256(row.message_id.strip().encode("utf-8", "surrogatepass")).hexdigest()
        connection.execute(message.update().where(message.c.id == row.id).values(id_hash=hashed))
    connection.execute(message.update().where(message.c.answerable == sa.false()).values(caution=CAUTION))
    with op.batch_alter_table("message") as batch_op:
        batch_op.drop_column("answerable")

    with op.batch_alter_table("support_case") as batch_op:
        batch_op.add_column(sa.Column("settled_at", sa.DateTime(), nullable=True))
    op.execute(
        "UPDATE support_case SET settled_at = (SELECT MAX(at) FROM log_entry WHERE case_id = support_case.id)"
        " WHERE state = 'answered'"
    )

    with op.batch_alter_table("outbox") as batch_op:
        batch_op.add_column(sa.Column("automatic", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_index(batch_op.f("ix_outbox_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_message_id"), ["message_id"], unique=False)

    op.execute("CREATE TABLE known_id_old AS SELECT hash, case_id FROM known_id")
    op.drop_table("known_id")  # renamed it would keep the name of its key, which PostgreSQL has once a schema
    op.create_table(
        "known_id",
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["support_case.id"], name=op.f("fk_known_id_case_id_support_case")),
        sa.PrimaryKeyConstraint("hash", "case_id", name=op.f("pk_known_id")),
    )
    op.execute("INSERT INTO known_id (hash, case_id) SELECT hash, case_id FROM known_id_old")
    op.drop_table("known_id_old")

    op.create_table(
        "address_block",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_address_block")),
    )
