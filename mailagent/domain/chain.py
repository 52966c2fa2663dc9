"""The chain: a record of what was received, decided and sent, in which each entry seals the one before it.

An entry holds ids, words of ours and keyed digests; no address and no text, so nothing in it has to be forgotten. Its
seal is an HMAC over the seal before it and its own values: whoever changes, removes or moves one without the key breaks
the chain there.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

ChainKind = Literal[
    "begun",
    "received", "handled", "decided", "undone", "aside", "retried", "refetched",
    "queued", "sent", "failed", "uncertain", "resent", "settled", "withdrawn", "returned",
    "held", "resumed", "restored", "forgotten",
]  # fmt: skip
"""begun: what was there before the chain is not in it. Of a message: received; handled, or decided where it is a
reviewer's decision and undone where it takes one back: it has its outcome; aside, retried, refetched: set aside, tried
again, fetched again. Of a mail of ours: queued, sent, failed; uncertain, and then sent, since a copy was found, resent,
or settled, which is left to a person; withdrawn, returned. held, resumed, restored: whether anything is sent.
forgotten: its words were cleared on demand."""
OUTCOMES: tuple[ChainKind, ...] = ("handled", "decided", "undone")
BEFORE_ALL = ""
"""The seal before the first entry."""


ChainPart = str | bytes | datetime
"""What a digest is made of; a time is the same one in whichever zone it is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainKey:
    """A secret to seal with."""

    secret: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """Eight characters that tell it from others, and nothing of the secret."""
        return hashlib.sha256(b"mailagent chain key\0" + self.secret).hexdigest()[:8]

    def digest(self, *parts: ChainPart) -> str:
        """Of words or bytes that may be forgotten: without the key, a guess at them cannot be tried."""
        hashes = (hashlib.sha256(_bytes_of(part)).digest() for part in parts)
        return hmac.digest(self.secret, b"mailagent chain digest\0" + b"".join(hashes), hashlib.sha256).hex()


ChainKeys = Callable[[], Sequence[ChainKey]]
"""Gives the keys, that to seal with last; asked for only when there is something to seal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainEntry:
    """One entry. `facts` is what `told` makes of them; `digest` is of what it is about, empty where that is all in
    `facts`; `key_id` names the key of both, and is empty for the entry that the making of the table wrote.
    """

    seq: int
    at: datetime
    kind: str
    message_id: int | None = None
    case_id: int | None = None
    outbox_id: int | None = None
    facts: str = "{}"
    digest: str = ""
    key_id: str = ""

    def seal(self, key: ChainKey | None, previous: str) -> str:
        """The HMAC-SHA256, in hexadecimal, of the seal before it and of all values; a mere hash without a key."""
        values = [
            self.seq,
            _in_utc(self.at),
            self.kind,
            self.message_id,
            self.case_id,
            self.outbox_id,
            self.facts,
            self.digest,
            self.key_id,
        ]
        sealed = f"{previous}\n{json.dumps(values)}".encode()
        if key is None:
            return hashlib.sha256(sealed).hexdigest()
        return hmac.digest(key.secret, b"mailagent chain entry\0" + sealed, hashlib.sha256).hex()


def told(facts: Mapping[str, object]) -> str:
    """Facts as one text, the same for the same facts; those that are None are left out."""
    return json.dumps({name: fact for name, fact in facts.items() if fact is not None}, sort_keys=True)


def facts_in(text: str) -> Mapping[str, object]:
    """What `told` was given; nothing where somebody has written something else there."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _bytes_of(part: ChainPart) -> bytes:
    text = _in_utc(part) if isinstance(part, datetime) else part
    return text.encode() if isinstance(text, str) else text


def _in_utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
