"""The chain of what was received, decided and sent; it begins here, and says which rows were there before."""

import hashlib
import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema. The first entry has no key: the next one, which has, seals it too."""
    chain = op.create_table(
        "chain",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("outbox_id", sa.Integer(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("mac", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_chain")),
    )
    for name in ("message_id", "outbox_id"):
        op.create_index(op.f(f"ix_chain_{name}"), "chain", [name])
    found = op.get_bind().execute(
        sa.text("SELECT (SELECT coalesce(max(id), 0) FROM message), (SELECT coalesce(max(id), 0) FROM outbox)")
    )
    messages, mails = found.one()
    now = datetime.now(UTC)
    facts = json.dumps({"mails": mails, "messages": messages})
    values = [0, now.isoformat(timespec="microseconds"), "begun", None, None, None, facts, "", ""]
    op.bulk_insert(
        chain,
        [
            {
                "seq": 0,
                "at": now.replace(tzinfo=None),
                "kind": "begun",
                "facts": facts,
                "digest": "",
                "key_id": "",
                "mac": hashlib.sha256(f"\n{json.dumps(values)}".encode()).hexdigest(),
            }
        ],
    )
