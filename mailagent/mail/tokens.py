"""Signed ids: the one place that makes and checks them.

A Message-ID of ours names its case, so that a reply finds it. A review token names a case and one question about it,
and is the only thing besides the sender that lets a reply decide; mail to customers never carries one. Every purpose
has its own signature: an id of one kind never passes for another.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailagent.domain.case import CaseId, case_number
from mailagent.mail.parse import ParsedMail

_CASE = r"c([1-9][0-9]{0,14})"
_REVISION = r"([1-9][0-9]{0,5})"
_MAC = r"([a-z2-7]{16})"
_CAUSE = r"([a-z2-7]{10})"
_MESSAGE_ID = re.compile(rf"<{_CASE}\.{_CAUSE}\.{_MAC}@[^<>\s@]+>")
_REVIEW_ID = re.compile(rf"<{_CASE}\.{_REVISION}\.{_CAUSE}\.{_MAC}@[^<>\s@]+>")
_REVIEW_ADDRESS = re.compile(rf"[^@]+\+r\.{_CASE}\.{_REVISION}\.{_MAC}@[^@]+")
_RETURN_ADDRESS = re.compile(rf"[^@]+\+b\.{_CASE}\.{_CAUSE}\.{_MAC}@[^@]+")
_LONGEST_LOCAL = 64
_REF = r"[\s>*_|]{0,40}ref\s{1,3}c-?([1-9][0-9]{0,14})\."
_CASE_LINE = re.compile(rf"{_REF}{_MAC}[\s*_|]{{0,40}}")
_REVIEW_LINE = re.compile(rf"{_REF}{_REVISION}\.{_MAC}[\s*_|]{{0,40}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewToken:
    """The question that a reply is about: its signature was verified."""

    case_id: CaseId
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Signs with the installation's `secret`; `domain` is what follows the ``@`` of our Message-IDs.

    A signature is 80 bits of HMAC-SHA256 as 16 characters of base32 in lower case.
    """

    secret: bytes
    domain: str

    def message_id(self, case_id: CaseId, cause: str) -> str:
        """``<c1042.CAUSE.MAC@domain>`` for a mail about a case; the same cause gives the same id."""
        part = self._cause(case_id, cause)
        return f"<c{case_id}.{part}.{self._mac('message', case_id, part)}@{self.domain}>"

    def notice_message_id(self, cause: str) -> str:
        """``<notice.MAC@domain>`` for a mail to the admin, which belongs to no case."""
        return f"<notice.{self._mac('notice', cause)}@{self.domain}>"

    def case_reference(self, case_id: CaseId) -> str:
        """``C-1042.MAC`` for a ``Ref`` line: leads a customer's new mail to its case, and gives no other right."""
        return f"{case_number(case_id)}.{self._mac('case', case_id)}"

    def review(self, case_id: CaseId, revision: int) -> str:
        """``c1042.2.MAC``: the right to answer one question, together with a reviewer's address."""
        return f"c{case_id}.{revision}.{self._mac('review', case_id, revision)}"

    def review_address(self, address: str, case_id: CaseId, revision: int) -> str:
        """``support+r.c1042.2.MAC@example.com``, for Reply-To."""
        local, _, domain = address.rpartition("@")
        return f"{local}+r.{self.review(case_id, revision)}@{domain}"

    def review_reference(self, case_id: CaseId, revision: int) -> str:
        """``C-1042.2.MAC`` for the ``Ref`` line of a mail that asks."""
        return f"{case_number(case_id)}.{revision}.{self._mac('review', case_id, revision)}"

    def review_message_id(self, case_id: CaseId, revision: int, cause: str) -> str:
        """``<c1042.2.CAUSE.MAC@domain>`` for a mail that asks for a decision: a reply to it carries the right."""
        part = self._cause(case_id, cause)
        return f"<c{case_id}.{revision}.{part}.{self._mac('review-message', case_id, revision, part)}@{self.domain}>"

    def review_root(self, case_id: CaseId) -> str:
        """``<c1042.review@domain>``: holds a case's mails to reviewers in one thread; it proves nothing."""
        return f"<c{case_id}.review@{self.domain}>"

    def return_address(self, address: str, case_id: CaseId, cause: str) -> str:
        """``support+b.c1042.CAUSE.MAC@example.com``, the envelope sender of a mail about a case: what comes back to it
        is about that mail, and has no other right. `address` itself where this would be more than 64 characters before
        the ``@`` (RFC 5321 section 4.5.3.1.1).
        """
        local, _, domain = address.rpartition("@")
        part = self._cause(case_id, cause)
        signed = f"{local}+b.c{case_id}.{part}.{self._mac('return', case_id, part)}"
        return f"{signed}@{domain}" if len(signed) <= _LONGEST_LOCAL else address

    def find_case(self, mail: ParsedMail) -> CaseId | None:
        """The case of the newest id that `mail` answers and that we made, else of a ``Ref`` line that we made."""
        for value in _answered(mail):
            found = _MESSAGE_ID.fullmatch(value.lower())
            if found and self._verifies(found[3], "message", int(found[1]), found[2]):
                return CaseId(int(found[1]))
            token = self._review_of_id(value)
            if token:
                return token.case_id
        for found in _matching_lines(mail, _CASE_LINE):
            if self._verifies(found[2], "case", int(found[1])):
                return CaseId(int(found[1]))
        return None

    def find_review(self, mail: ParsedMail) -> ReviewToken | None:
        """The verified token that `mail` carries: in a recipient's plus part, else in the ids it answers (the newest
        first), else in the last ``Ref`` line of its whole text.
        """
        for recipient in mail.recipients:
            found = _REVIEW_ADDRESS.fullmatch(recipient.lower())
            token = self._review(found) if found else None
            if token:
                return token
        for value in _answered(mail):
            token = self._review_of_id(value)
            if token:
                return token
        lines = _matching_lines(mail, _REVIEW_LINE)
        return self._review(lines[-1]) if lines else None

    def find_return(self, mail: ParsedMail) -> CaseId | None:
        """The case of the return address of ours that `mail` was sent to: it reports about a mail of that case."""
        for recipient in mail.recipients:
            found = _RETURN_ADDRESS.fullmatch(recipient.lower())
            if found and self._verifies(found[3], "return", int(found[1]), found[2]):
                return CaseId(int(found[1]))
        return None

    def claims_review(self, mail: ParsedMail) -> bool:
        """Whether it was sent to a review address, or answers a review id, that we did not make or made with a key
        that is gone: somebody wants to decide who may not.
        """
        claimed = any(_REVIEW_ADDRESS.fullmatch(recipient.lower()) for recipient in mail.recipients) or any(
            _REVIEW_ID.fullmatch(value.lower()) for value in _answered(mail)
        )
        return claimed and self.find_review(mail) is None

    def _review(self, found: re.Match[str]) -> ReviewToken | None:
        case_id, revision = int(found[1]), int(found[2])
        if not self._verifies(found[3], "review", case_id, revision):
            return None
        return ReviewToken(case_id=CaseId(case_id), revision=revision)

    def _review_of_id(self, value: str) -> ReviewToken | None:
        found = _REVIEW_ID.fullmatch(value.lower())
        if not found or not self._verifies(found[4], "review-message", int(found[1]), int(found[2]), found[3]):
            return None
        return ReviewToken(case_id=CaseId(int(found[1])), revision=int(found[2]))

    def _cause(self, case_id: CaseId, cause: str) -> str:
        return self._mac("cause", case_id, cause)[:10]

    def _verifies(self, mac: str, purpose: str, *parts: int | str) -> bool:
        return hmac.compare_digest(mac, self._mac(purpose, *parts))

    def _mac(self, purpose: str, *parts: int | str) -> str:
        """Parts are told apart by their length, so that no two lists of parts sign the same bytes."""
        encoded = [str(part).encode() for part in ("mailagent", purpose, *parts)]
        signed = b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
        return base64.b32encode(hmac.digest(self.secret, signed, hashlib.sha256)[:10]).decode("ascii").lower()


def _answered(mail: ParsedMail) -> Iterator[str]:
    yield from mail.in_reply_to
    yield from reversed(mail.references)


def _matching_lines(mail: ParsedMail, pattern: re.Pattern[str]) -> list[re.Match[str]]:
    candidates = (pattern.fullmatch(line.lower()) for line in mail.full_text.split("\n") if len(line) <= 200)  # noqa: PLR2004 - longer is prose
    return [found for found in candidates if found]
