"""Whether our own mail server vouches for the From domain (RFC 8601)."""

import re
from typing import Literal

from mailagent.mail.addresses import ascii_domain, domain_of, organisation
from mailagent.mail.parse import ParsedMail

_EQUALS = re.compile(r"\s*=\s*")
_METHOD = re.compile(r"([a-z0-9-]+)(?:\s*/\s*\d+)?=([a-z]+)")


def authenticated(mail: ParsedMail, authserv_id: str) -> bool:
    """Whether `verdict` is ``pass``."""
    return verdict(mail, authserv_id) == "pass"


def verdict(mail: ParsedMail, authserv_id: str) -> Literal["pass", "fail", "none"]:
    """What the topmost Authentication-Results header says of the From domain, if it is that of `authserv_id`.

    ``pass``: ``dmarc=pass`` for it, or ``dkim=pass`` for it or its parent within the organisation, and DMARC is not
    said to be anything else. ``fail``: ``dmarc=fail`` for it. ``none``: anything else, such as another version of the
    header (RFC 8601 section 2.2). Other headers of that name do not count: anyone can write them. Never raises.
    """
    values = mail.values("authentication-results")
    plain = _without_comments(values[0]) if values and mail.sender else None
    if plain is None or not authserv_id.strip() or mail.sender is None:
        return "none"
    first, *results = _split(plain, ";")
    server, *version = first.split() or [""]
    if _unquoted(server).casefold() != authserv_id.strip().casefold() or version not in ([], ["1"]):
        return "none"
    domain = domain_of(mail.sender)
    passed = doubted = failed = False
    for result in results:
        words = [word for word in _split(_EQUALS.sub("=", result.strip()), " ") if word]
        found = _METHOD.fullmatch(words[0].lower()) if words else None
        if found is None:
            continue
        properties = {key.lower(): _unquoted(value) for key, _, value in (word.partition("=") for word in words[1:])}
        method, said = found[1], found[2]
        doubted = doubted or (method == "dmarc" and said != "pass")
        failed = failed or (
            method == "dmarc" and said == "fail" and ascii_domain(properties.get("header.from", domain)) == domain
        )
        passed = passed or (said == "pass" and _vouches(method, properties, domain))
    if failed:
        return "fail"
    return "pass" if passed and not doubted else "none"


def _vouches(method: str, properties: dict[str, str], domain: str) -> bool:
    if method == "dmarc":
        return ascii_domain(properties.get("header.from", domain)) == domain
    if method != "dkim":
        return False
    signer = ascii_domain(properties.get("header.d") or domain_of(properties.get("header.i", "")))
    if not signer or "." not in signer:
        return False
    within = domain == signer or domain.endswith(f".{signer}")
    return within and organisation(signer) == organisation(domain)


def _without_comments(value: str) -> str | None:
    """`value` with each comment, nested ones too, as a blank; None if a comment or a quoted string does not end."""
    kept: list[str] = []
    depth = 0
    quoted = False
    characters = iter(value)
    for character in characters:
        if character == "\\" and (quoted or depth):
            escaped = next(characters, "")
            kept += [] if depth else [character, escaped]
        elif depth:
            depth += {"(": 1, ")": -1}.get(character, 0)
        elif character == "(" and not quoted:
            depth = 1
            kept.append(" ")
        elif character == ")" and not quoted:
            return None
        else:
            quoted = quoted != (character == '"')
            kept.append(character)
    return None if depth or quoted else "".join(kept)


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
