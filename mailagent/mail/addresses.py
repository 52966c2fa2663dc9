"""Who a header names: strictly for From, where a mistake gives someone another's rights, leniently for recipients."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import idna

from mailagent.mail.charset import decode_header, from_surrogates, one_line

_SPECIAL = frozenset('<>,;:[]\\)@"')
_ATOM_END = re.compile(r'[\s<>,;:\[\]\\()"]')
_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.IGNORECASE | re.ASCII)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?", re.ASCII)
_ANY_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,128}@[\w.-]{1,253}")
_FORBIDDEN = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_LONGEST = 2_000
_LONGEST_DOMAIN = 253
"""RFC 1035 section 2.3.4, less what only counts on the wire."""
_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gov", "gv", "ne", "net", "or", "org"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """`address` is lower case with its domain as A-label; `written` has the domain in the letters that were used;
    `name` is the decoded display name or empty.
    """

    name: str
    address: str
    written: str


def one_mailbox(values: Sequence[str]) -> Mailbox | None:
    """The one mailbox that the values of all From headers name, undecoded; None unless exactly one header names exactly
    one well-formed mailbox (RFC 5322 section 3.4, without groups, routes, quoted local parts and obsolete forms).

    A display name that shows another address gives None. One that does so in an encoded word is dropped instead: the
    word cannot be mistaken for syntax, and nobody gets to read it.
    """
    if len(values) != 1 or len(values[0]) > _LONGEST:
        return None
    value = re.sub(r"\r?\n(?=[ \t])", "", from_surrogates(values[0])).strip()
    tokens = None if _FORBIDDEN.search(value) else _tokens(value)
    if not tokens:
        return None
    written = tokens.pop().removeprefix("<").lower()
    address = _address(written)
    if address is None or any(token.startswith("<") or (token[0] != '"' and "@" in token) for token in tokens):
        return None
    words = [token.removeprefix('"') for token in tokens]
    if not _shows_only(address, " ".join(words)):
        return None
    name = decode_header(" ".join(words))
    return Mailbox(name=name if _shows_only(address, name) else "", address=address, written=written)


def without_tag(address: str) -> str:
    """``support@example.com`` for ``support+r.c12@example.com`` (RFC 5233, a plus before the tag)."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def addresses(value: str) -> tuple[str, ...]:
    """Every address in `value`, lower-cased, in order, each once."""
    found = (_address(match.strip("'.")) for match in _ANY_ADDRESS.findall(one_line(value)))
    return tuple(dict.fromkeys(address for address in found if address))


def domain_of(address: str) -> str:
    """What follows the last ``@``."""
    return address.rpartition("@")[2].lower()


def organisation(domain: str) -> str:
    """The registered domain, guessed without a list: the last two labels, three below such as ``co.uk``."""
    labels = domain.lower().rstrip(".").split(".")
    country = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL  # noqa: PLR2004 - ISO 3166
    return ".".join(labels[-3:] if country else labels[-2:])


def ascii_domain(domain: str) -> str | None:
    """`domain` in lower case as A-labels; None if it is not well formed.

    By the rules of IDNA 2008 (RFC 5891) without its mappings: older rules turn "ß" into "ss" and wide letters into
    plain ones, which names a domain of somebody else.
    """
    try:
        labels = [
            label if label.isascii() else idna.alabel(label).decode("ascii")
            for label in domain[: _LONGEST_DOMAIN + 1].lower().split(".")
        ]
    except UnicodeError:
        return None
    plain = ".".join(labels)
    return plain if len(plain) <= _LONGEST_DOMAIN and all(map(_LABEL.fullmatch, labels)) else None


def _tokens(value: str) -> list[str] | None:
    """Words, quoted strings (with a leading ``"``) and at most one ``<address>`` (with its ``<``), which comes last;
    a bare address is the only word. None where the value is anything else. Comments are dropped.
    """
    tokens: list[str] = []
    at = 0
    while at < len(value):
        character = value[at]
        if character.isspace():
            at += 1
        elif character == "(":
            at = _after_comment(value, at)
        elif tokens and tokens[-1].startswith("<"):
            return None
        elif character == '"':
            end = _after_quote(value, at)
            tokens.append('"' + re.sub(r"\\(.)", r"\1", value[at + 1 : end - 1]))
            at = end
        elif character == "<":
            end = value.find(">", at)
            tokens.append(value[at:end] if end > 0 else "")
            at = end + 1 if end > 0 else -1
        elif character in _SPECIAL:
            return None
        else:
            found = _ATOM_END.search(value, at)
            end = found.start() if found else len(value)
            tokens.append(value[at:end])
            at = end
        if at < 0:
            return None
    if not tokens or not (tokens[-1].startswith("<") or (len(tokens) == 1 and tokens[0][0] != '"')):
        return None
    return tokens


def _after_quote(value: str, at: int) -> int:
    """The index behind the quoted string that starts at `at`; -1 if it does not end."""
    at += 1
    while at < len(value) and value[at] != '"':
        at += 2 if value[at] == "\\" else 1
    return at + 1 if at < len(value) else -1


def _after_comment(value: str, at: int) -> int:
    """The index behind the comment that starts at `at`; -1 if it does not end."""
    depth = 0
    while at < len(value):
        if value[at] == "\\":
            at += 1
        elif value[at] in "()":
            depth += 1 if value[at] == "(" else -1
        at += 1
        if depth == 0:
            return at
    return -1


def _address(text: str) -> str | None:
    local, at, domain = text.rpartition("@")
    if not at or len(local) > 64 or not _LOCAL.fullmatch(local):  # noqa: PLR2004 - RFC 5321 section 4.5.3.1
        return None
    plain = ascii_domain(domain)
    return f"{local.lower()}@{plain}" if plain else None


def _shows_only(address: str, name: str) -> bool:
    """Whether `name` shows no address but `address`; anything around an ``@`` that could be read as one counts."""
    return all(shown == address for shown in _ANY_ADDRESS.findall(one_line(name).lower().replace("'", " ")))
