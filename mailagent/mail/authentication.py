"""Whether our own mail server vouches for the From domain (RFC 8601)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mailagent.domain.placement import Verdict
from mailagent.mail.addresses import ascii_domain, domain_of, organisation
from mailagent.mail.parse import ParsedMail

_EQUALS = re.compile(r"\s*=\s*")
_HIDDEN = re.compile(r"\b(?:dmarc|dkim|spf)\b", re.IGNORECASE)
_METHOD = re.compile(r"([a-z0-9-]+)(?:\s*/\s*1)?=([a-z]+)")


@dataclass(frozen=True, slots=True)
class _Result:
    method: str
    value: str
    properties: Mapping[str, str]

    def domain(self, *names: str) -> str | None:
        """The domain in the first of these properties that is there."""
        text = next((self.properties[name] for name in names if name in self.properties), "")
        return ascii_domain(domain_of(text))


def verdict(mail: ParsedMail, authserv_id: str) -> Verdict:
    """What our own server says of the From domain, in the topmost Authentication-Results header if it is that of
    `authserv_id`. Other headers of that name do not count: anyone can write them. Never raises.

    ``pass``: DMARC passed for that domain, or a signature of it or of its parent within the organisation is valid, and
    no result says that DMARC failed. ``fail``: DMARC failed for it, or nothing is said of DMARC and both its SPF and
    its signature failed; one of them alone happens to every forwarded mail. ``none``: anything else, two results of
    DMARC that differ, and a pass beside a comment that may have been made to hide or to show a result.
    """
    values = mail.values("authentication-results")
    if not values or mail.sender is None:
        return "none"
    domain = domain_of(mail.sender)
    plain, is_sure = _without_comments(values[0])
    results = list(_results(plain, authserv_id))
    dmarc = [result for result in results if result.method == "dmarc"]
    about_us = [row for row in dmarc if "header.from" not in row.properties or row.domain("header.from") == domain]
    if any(result.value == "fail" for result in dmarc):
        return "fail" if any(result.value == "fail" for result in about_us) else "none"
    signatures = {result.value for result in results if result.method == "dkim" and _signs(result, domain)}
    if "pass" in signatures or any(result.value == "pass" for result in about_us):
        return "pass" if is_sure and len({result.value for result in about_us}) <= 1 else "none"
    is_refused = any(result.method == "spf" and result.value == "fail" and _mails(result, domain) for result in results)
    return "fail" if is_refused and "fail" in signatures and not about_us else "none"


def _results(plain: str, authserv_id: str) -> Iterator[_Result]:
    """What a value without comments says of each method; nothing if of another version, or not of `authserv_id`. A
    pass with a property twice is none: the sender writes some of them, and a blank in one may begin another.
    """
    if not authserv_id.strip():
        return
    first, *results = _split(plain, ";")
    server, *version = first.split() or [""]
    if _unquoted(server).casefold() != authserv_id.strip().casefold() or version not in ([], ["1"]):
        return
    for result in results:
        words = [word for word in _split(_EQUALS.sub("=", result.strip()), " ") if word]
        found = _METHOD.fullmatch(words[0].lower()) if words else None
        if found is not None:
            pairs = [word.partition("=") for word in words[1:]]
            properties = {key.lower(): _unquoted(value) for key, _, value in pairs if value}
            is_clear = len(properties) == sum(bool(value) for _, _, value in pairs)
            yield _Result(found[1], found[2] if is_clear or found[2] != "pass" else "none", properties)


def _signs(dkim: _Result, domain: str) -> bool:
    signer = dkim.domain("header.d", "header.i")
    if not signer or "." not in signer:
        return False
    within = domain == signer or domain.endswith(f".{signer}")
    return within and organisation(signer) == organisation(domain)


def _mails(spf: _Result, domain: str) -> bool:
    envelope = spf.domain("smtp.mailfrom", "smtp.helo")
    return envelope is not None and organisation(envelope) == organisation(domain)


def _without_comments(value: str) -> tuple[str, bool]:
    """`value` with each comment, nested ones too, as a blank, and whether the comments can be trusted: servers put the
    envelope's sender there, whose quoted local part may hold brackets. Empty if a comment or a quoted string does not
    end.
    """
    kept: list[str] = []
    comments: list[str] = []
    depth = 0
    quoted = False
    characters = iter(value)
    for character in characters:
        text = character
        if character == "\\" and (quoted or depth):
            text += next(characters, "")
        elif character == '"':
            quoted = not quoted
        elif character in "()" and not quoted:
            depth += 1 if character == "(" else -1
            text = " "
        if depth < 0:
            return "", False
        (comments if depth else kept).append(text)
    if depth or quoted:
        return "", False
    inside = "".join(comments)
    return "".join(kept), '"' not in inside and not _HIDDEN.search(inside.partition(";")[2])


def _split(text: str, separator: str) -> list[str]:
    """`text` at each `separator` outside quoted strings."""
    parts = [""]
    quoted = escaped = False
    for character in text:
        if character == separator and not quoted:
            parts.append("")
            continue
        if character == '"' and not escaped:
            quoted = not quoted
        escaped = character == "\\" and not escaped
        parts[-1] += character
    return parts


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if len(text) > 1 and text[0] == text[-1] == '"' else text
