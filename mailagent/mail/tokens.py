"""Signed ids: the one place that makes and checks them.

A Message-ID of ours names its case, so that a reply finds it. A review token names a case and one question about it,
and is the only thing besides the sender that lets a reply decide; mail to customers never carries one. A list token
names a list of questions, and is the same right for each of them. A return address takes bounces to the mail that
bounced. Every purpose has its own signature: an id of one kind never passes for another.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from mailagent.domain.case import CaseId, case_number
from mailagent.domain.listed import ListId
from mailagent.mail.parse import ParsedMail

Purpose = Literal["message", "case", "review", "review-message", "list", "list-message", "return"]

_CASE = r"c([1-9][0-9]{0,14})"
_NONCE = r"(?:\.[a-z2-7]{6})?"
_REVISION = rf"([1-9][0-9]{{0,5}}{_NONCE})"
_LIST = r"l([1-9][0-9]{0,14})"
_MAC = r"([a-z][a-z2-7]{16})"
_CAUSE = r"([a-z2-7]{10})"
_REF = r"[\s>*_|]{0,40}ref\s{1,3}c-?([1-9][0-9]{0,14})\."
_MESSAGE_ID = re.compile(rf"<{_CASE}\.{_CAUSE}\.{_MAC}@[^<>\s@]+>")
_REVIEW_ID = re.compile(rf"<{_CASE}\.{_REVISION}\.{_CAUSE}\.{_MAC}@[^<>\s@]+>")
_REVIEW_ADDRESS = re.compile(rf"[^@]+\+r\.{_CASE}\.{_REVISION}\.{_MAC}@[^@]+")
_LIST_ID = re.compile(rf"<{_LIST}\.{_CAUSE}\.{_MAC}@[^<>\s@]+>")
_LIST_ADDRESS = re.compile(rf"[^@]+\+r\.{_LIST}\.{_MAC}@[^@]+")
_LIST_LINE = re.compile(rf"[\s>*_|]{{0,40}}ref\s{{1,3}}{_LIST}\.{_MAC}[\s*_|]{{0,40}}")
_RETURN_ADDRESS = re.compile(rf"[^@]+\+b\.{_CASE}\.{_CAUSE}\.{_MAC}@[^@]+")
_CASE_LINE = re.compile(rf"{_REF}{_MAC}[\s*_|]{{0,40}}")
_REVIEW_LINE = re.compile(rf"{_REF}{_REVISION}\.{_MAC}[\s*_|]{{0,40}}")
_Form = tuple[Purpose, re.Pattern[str]]
_CASE_IDS: tuple[_Form, ...] = (("message", _MESSAGE_ID), ("review-message", _REVIEW_ID))
_ADDRESSES: tuple[_Form, _Form] = (("review", _REVIEW_ADDRESS), ("list", _LIST_ADDRESS))
_IDS: tuple[_Form, _Form] = (("review-message", _REVIEW_ID), ("list-message", _LIST_ID))
_LINES: tuple[_Form, _Form] = (("review", _REVIEW_LINE), ("list", _LIST_LINE))
_REVIEW_ANYWHERE = re.compile(
    rf"\br\.{_CASE}\.{_REVISION}\.{_MAC}|<{_CASE}\.{_REVISION}\.{_CAUSE}\.{_MAC}@|ref\s{{1,3}}c-?\d{{1,15}}\.\d{{1,6}}{_NONCE}\.{_MAC}"
    rf"|\br\.{_LIST}\.{_MAC}|<{_LIST}\.{_CAUSE}\.{_MAC}@|ref\s{{1,3}}{_LIST}\.{_MAC}"
)
LONGEST_LOCAL = 64
"""Characters before the ``@`` of an address, RFC 5321 section 4.5.3.1.1."""
_LONGEST_LINE = 200
"""Characters; a longer line is prose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A secret to sign with; `id` is one letter, which every signature starts with."""

    id: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewToken:
    """The question that a reply is about; read from a mail, its signature was verified. Whether the question with that
    number still has this `nonce`, only the database knows.
    """

    case_id: CaseId
    revision: int
    nonce: str

    @property
    def which(self) -> str:
        """``2.NONCE``, or ``2`` for a question that has none."""
        return f"{self.revision}.{self.nonce}" if self.nonce else str(self.revision)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListToken:
    """The list of questions that a reply is about: its signature was verified."""

    list_id: ListId


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What the signed ids in a mail say. All but `claims_review` was verified.

    `case_id` is the case of the newest id of ours that it answers, else of a ``Ref`` line. `review` is the question
    that it may answer, None where it was sent to the addresses of several. `claims_review` is true where it names a
    question with an id that we did not make, or made with a key that is gone, or where it names several. `returned_id`
    is how our Message-ID starts that a bounce came back for, such as ``<c1042.CAUSE.``. `has_our_id` says that its own
    Message-ID is one that we made.
    """

    case_id: CaseId | None
    review: ReviewToken | None
    listed: ListId | None
    claims_review: bool
    returned_id: str | None
    has_our_id: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Signs with the last of the installation's `keys` and believes all of them; `domain` is what follows the ``@`` of
    our Message-IDs.

    A signature is the key's id and 80 bits of HMAC-SHA256 as 16 characters of base32, in lower case.
    """

    keys: tuple[Key, ...]
    domain: str

    def message_id(self, case_id: CaseId, cause: str) -> str:
        """``<c1042.CAUSE.MAC@domain>`` for a mail about a case; the same cause gives the same id."""
        part = self._cause(case_id, cause)
        return f"<c{case_id}.{part}.{self._sign('message', case_id, part)}@{self.domain}>"

    def notice_message_id(self, cause: str) -> str:
        """``<notice.HASH@domain>`` for a mail to the admin, which belongs to no case."""
        return f"<notice.{_mac(self.keys[0], 'notice', (cause,))}@{self.domain}>"

    def case_reference(self, case_id: CaseId) -> str:
        """``C-1042.MAC`` for a ``Ref`` line: leads a customer's new mail to its case, and gives no other right."""
        return f"{case_number(case_id)}.{self._sign('case', case_id)}"

    def review(self, about: ReviewToken) -> str:
        """``c1042.2.NONCE.MAC``: the right to answer one question, together with a reviewer's address."""
        return f"c{about.case_id}.{about.which}.{self._sign('review', about.case_id, about.which)}"

    def review_address(self, address: str, about: ReviewToken) -> str:
        """``support+r.c1042.2.NONCE.MAC@example.com``, for Reply-To; `address` where that would be too long."""
        local, _, domain = address.rpartition("@")
        local = f"{local}+r.{self.review(about)}"
        return f"{local}@{domain}" if len(local) <= LONGEST_LOCAL else address

    def review_reference(self, about: ReviewToken) -> str:
        """``C-1042.2.NONCE.MAC`` for the ``Ref`` line of a mail that asks."""
        return f"{case_number(about.case_id)}.{about.which}.{self._sign('review', about.case_id, about.which)}"

    def review_message_id(self, about: ReviewToken, cause: str) -> str:
        """``<c1042.2.NONCE.CAUSE.MAC@domain>`` for a mail that asks for a decision: a reply to it carries the right."""
        case_id, part = about.case_id, self._cause(about.case_id, cause)
        mac = self._sign("review-message", case_id, about.which, part)
        return f"<c{case_id}.{about.which}.{part}.{mac}@{self.domain}>"

    def review_root(self, case_id: CaseId) -> str:
        """``<c1042.review@domain>``: holds a case's mails to reviewers in one thread; it proves nothing."""
        return f"<c{case_id}.review@{self.domain}>"

    def list_address(self, address: str, list_id: ListId) -> str:
        """``support+r.l17.MAC@example.com``, for the Reply-To of a list."""
        local, _, domain = address.rpartition("@")
        return f"{local}+r.l{list_id}.{self._sign('list', list_id)}@{domain}"

    def list_reference(self, list_id: ListId) -> str:
        """``L17.MAC`` for the ``Ref`` line of a list."""
        return f"L{list_id}.{self._sign('list', list_id)}"

    def list_message_id(self, list_id: ListId, cause: str) -> str:
        """``<l17.CAUSE.MAC@domain>`` for a list, and for what answers a reply to one."""
        part = self._cause(list_id, cause)
        return f"<l{list_id}.{part}.{self._sign('list-message', list_id, part)}@{self.domain}>"

    def return_address(self, address: str, message_id: str) -> str:
        """``support+b.c1042.CAUSE.MAC@example.com``, the envelope sender of the mail with this id of `message_id`'s
        form, so that a bounce finds it; `address` where the id has another form, or where that would be too long.
        """
        found = _MESSAGE_ID.fullmatch(message_id)
        local, _, domain = address.rpartition("@")
        if found is None:
            return address
        local = f"{local}+b.c{found[1]}.{found[2]}.{self._sign('return', found[1], found[2])}"
        return f"{local}@{domain}" if len(local) <= LONGEST_LOCAL else address

    def read(self, mail: ParsedMail) -> Signed:
        """Everything that the signed ids in a mail give, and the only caller of the check of a signature.

        The right to decide stands in a recipient's plus part, else in the ids that it answers (the newest first), else
        in the last ``Ref`` line of its whole text.
        """
        answered = [*mail.in_reply_to, *reversed(mail.references)]
        lines = [line for line in mail.full_text.split("\n") if len(line) <= _LONGEST_LINE]
        addressed = list(self._rights(_ADDRESSES, mail.recipients))
        rights = [
            *addressed,
            *self._rights(_IDS, answered),
            *self._rights(_LINES, reversed(lines)),
        ]
        right = rights[0] if rights and len(set(addressed)) <= 1 else None
        cases = (
            *(
                parts
                for value in answered
                for purpose, form in _CASE_IDS
                for parts in self._verified(purpose, form, [value])
            ),
            *self._verified("case", _CASE_LINE, lines),
        )
        returned = next(self._verified("return", _RETURN_ADDRESS, mail.recipients), None)
        claims = any(form.fullmatch(value) for _, form in _ADDRESSES for value in _lower(mail.recipients))
        claims = claims or any(form.fullmatch(value) for _, form in _IDS for value in _lower(answered))
        return Signed(
            case_id=CaseId(int(cases[0][0])) if cases else None,
            review=right if isinstance(right, ReviewToken) else None,
            listed=right.list_id if isinstance(right, ListToken) else None,
            claims_review=claims and right is None,
            returned_id=f"<c{returned[0]}.{returned[1]}." if returned else None,
            has_our_id=any(self._verified("message", _MESSAGE_ID, [mail.message_id])),
        )

    def _rights(self, forms: tuple[_Form, _Form], texts: Iterable[str]) -> Iterator[ReviewToken | ListToken]:
        """The rights to decide that `texts` give, in their order."""
        of_question, of_list = forms
        for text in texts:
            for number, which, *_ in self._verified(*of_question, [text]):
                revision, _, nonce = which.partition(".")
                yield ReviewToken(case_id=CaseId(int(number)), revision=int(revision), nonce=nonce)
            for number, *_ in self._verified(*of_list, [text]):
                yield ListToken(list_id=ListId(int(number)))

    def _verified(self, purpose: Purpose, form: re.Pattern[str], texts: Iterable[str]) -> Iterator[tuple[str, ...]]:
        """The parts of those `texts` that have this form, and whose last part signs those before it."""
        for found in filter(None, map(form.fullmatch, _lower(texts))):
            *parts, mac = found.groups()
            for key in self.keys:
                if key.id == mac[0] and hmac.compare_digest(mac, _mac(key, purpose, parts)):
                    yield tuple(parts)

    def _cause(self, about: CaseId | ListId, cause: str) -> str:
        """Made with the oldest key, so the same cause gives the same id until ``keys --forget`` ends that key."""
        return _mac(self.keys[0], "cause", (about, cause))[1:11]

    def _sign(self, purpose: Purpose, *parts: int | str) -> str:
        return _mac(self.keys[-1], purpose, parts)


def new_nonce() -> str:
    """Six random characters of base32: so many that after a restored backup no question gets an old one's again."""
    return base64.b32encode(secrets.token_bytes(4))[:6].decode("ascii").lower()


def shows_review(text: str) -> bool:
    """Whether `text` holds what has the form of a right to decide; it must not leave to a customer."""
    return _REVIEW_ANYWHERE.search(text.lower()) is not None


def _mac(key: Key, purpose: str, parts: Iterable[int | str]) -> str:
    """Parts are told apart by their length, so that no two lists of parts sign the same bytes."""
    encoded = [str(part).encode() for part in ("mailagent", purpose, *parts)]
    signed = b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
    return key.id + base64.b32encode(hmac.digest(key.secret, signed, hashlib.sha256)[:10]).decode("ascii").lower()


def _lower(values: Iterable[str]) -> Iterator[str]:
    return (value.lower() for value in values)
