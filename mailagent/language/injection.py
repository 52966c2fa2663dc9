"""Words in a mail that speak to a machine and not to a person.

No list finds all of them. It is one fence of several: a model's words never choose a recipient, a rule or a link, and
what is found here only ever sends a mail to a person. The words are data: ``injections.toml`` and
one file a language in ``injection_languages/``.
"""

import base64
import binascii
import codecs
import html
import re
import tomllib
from collections.abc import Iterator
from importlib import resources
from itertools import islice
from urllib.parse import unquote

from mailagent.language.disguise import Plain, plain, plain_words, run_together
from mailagent.language.gapped_phrases import GappedPhrases

MOST = 3
LONGEST_EXCERPT = 80
LONGEST_TEXT = 20_000
"""Characters that are read; a model gets to see fewer."""
LEAST_SPELLED = 8
LEAST_ESCAPES = 6
MOST_PHRASES = 20
"""Enough for three that do not overlap."""
MOST_ROLES = 100
"""Lines that begin like "SYSTEM:" of which each is looked at."""
ROLE_REACH = 12
"""Words after "SYSTEM:" among which an order makes it one."""

_FOLDER = resources.files("mailagent.language")
_DATA = tomllib.loads(_FOLDER.joinpath("injections.toml").read_text(encoding="utf-8"))
_LANGUAGES = [
    tomllib.loads(file.read_text(encoding="utf-8"))
    for file in _FOLDER.joinpath("injection_languages").iterdir()
    if file.name.endswith(".toml")
]
_PHRASES, _ORDERS = GappedPhrases(), GappedPhrases()
for _table in _LANGUAGES:
    _PHRASES.add(_table["phrases"], _table)
_ORDERS.add(_DATA["orders"], {})
_ANYWHERE = tuple(run_together(plain(phrase).text).text for table in _LANGUAGES for phrase in table["anywhere"])


def _choice(words: list[str]) -> str:
    return "|".join(re.escape(plain(one).text) for one in sorted(words, key=len, reverse=True))


_MARKS = re.compile(
    r"<\|[a-z_]{2,30}\|>|\[/?inst\]|<</?sys>>|<<<[0-9a-z]{4,64}$|^[0-9a-z]{4,64}>>>|"
    r"^#{2,4} ?(?:instruction|response|human|assistant|new task|system (?:prompt|message|note|instruction))s?\b|!\[[^\]\n]{0,80}\]\(https?://[^\s)?]{1,200}\?"
    r"|</?(?:system|instructions?|assistant|system_prompt|user_input|customer_mail|prompt)>",
    re.MULTILINE,
)
"""What separates turns in the formats of models, our fence around a mail, and Markdown pictures that call a server."""
_ROLE = re.compile(
    rf"^[\s>*#\[({{<=_-]{{0,8}}(?:{_choice(_DATA['roles'])})(?:[ _-](?:{_choice(_DATA['role_additions'])})){{0,2}}"
    r"[\]*)}>=_]{0,8} {0,2}[:\]]",
    re.MULTILINE,
)
_TURNS = [re.compile(rf"^[\s>*#]{{0,6}}(?:{_choice(names)})[* ]{{0,3}}:", re.MULTILINE) for names in _DATA["turns"]]
_KEY = re.compile(
    r"(?:^[\s>*{,-]{0,8}|[\"'<{,]\s{0,4})"
    rf"({_choice(_DATA['answer_keys'] + _DATA['own_keys'])})[\"']?\s{{0,4}}[:=>]",
    re.MULTILINE,
)
_OWN_KEYS = frozenset(_DATA["own_keys"])
_LINK = re.compile(r"https?://[^\s\"]{1,400}(?:[\w ]{1,40}[\]}>])?")
_FILLED = re.compile(
    rf"(?:[{{\[<$]|%7b)[^a-z]{{0,4}}[a-z_ -]{{0,20}}(?:{_choice(_DATA['fillings'])})|=[a-z_]{{0,20}}system_?prompt"
)
_DOMAIN = re.compile(r"[\w.-]{1,80}")
_SPELLED = re.compile(rf"(?<![^\W_])(?:[^\W_][\W_]{{1,3}}){{{LEAST_SPELLED},200}}[^\W_](?![^\W_])")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{20,4000}(?:\r?\n[A-Za-z0-9+/_-]{4,4000}){0,60}={0,2}")
_HEX = re.compile(r"(?:(?:\\x|0x|%)?[0-9A-Fa-f]{2}[ ,:]?){16,4000}")
_ESCAPE = re.compile(r"&#x?[0-9a-fA-F]{1,6};|%[0-9A-Fa-f]{2}|\\u[0-9a-fA-F]{4}")
_CIPHER = re.compile(r"rot ?-?13|caesar|cipher|decode|decrypt|dekodier|entschluss|dechiffr|descifr")
_BACKWARDS = re.compile(r"backwards?|revers|ruckwarts|a l'envers|al reves")


def injection_of(text: str) -> tuple[str, ...]:
    """The words in a mail that are meant for a machine, as they stand there, in order; empty for the mail of a person.

    At most 3, each at most 80 characters with its white space folded. For what was packed (Base64, hex, rot13) it is
    the packed text. Only the first 20,000 characters are read.
    """
    read = text[:LONGEST_TEXT]
    found: list[tuple[int, int]] = []
    for start, end in sorted({*_open(plain(read)), *_packed(read)}):
        if not found or start >= found[-1][1]:
            found.append((start, end))
    return tuple(" ".join(_whole(read, start, end).split())[:LONGEST_EXCERPT] for start, end in found[:MOST])


def _whole(text: str, start: int, end: int) -> str:
    """The words there; an address that they end in, in full."""
    domain = _DOMAIN.match(text, end) if text[end - 1] == "@" else None
    return text[start:end] + (domain[0] if domain else "")


def _open(text: Plain) -> Iterator[tuple[int, int]]:
    """Where something stands unpacked: start and end in the original."""
    for start, end in (*_said(text.text), *_shaped(text.text)):
        yield text.places[start], text.places[end - 1] + 1


def _said(text: str) -> Iterator[tuple[int, int]]:
    words = plain_words(text)
    yield from islice(_PHRASES.find(words), MOST_PHRASES)
    together = run_together(text)
    for phrase in _ANYWHERE:
        at = together.text.find(phrase)
        if at >= 0:
            yield together.places[at], together.places[at + len(phrase) - 1] + 1
    for match in _SPELLED.finditer(text):
        letters = run_together(match[0]).text
        if any(word in letters for word in _DATA["spelled"]):
            yield match.span()


def _shaped(text: str) -> Iterator[tuple[int, int]]:
    """Turns of a conversation, output of a model, links to be filled in."""
    yield from (match.span() for match in _MARKS.finditer(text))
    for match in islice(_ROLE.finditer(text), MOST_ROLES):
        reach = plain_words(text[match.end() : match.end() + 200])[:ROLE_REACH]
        following = next((number for number, word in enumerate(reach) if number and word.opens), len(reach))
        for _, end in _ORDERS.find(reach[:following]):
            yield match.start(), match.end() + end
            break
    turns = [pattern.search(text) for pattern in _TURNS]
    if all(turns):
        yield from (turn.span() for turn in turns if turn)
    keys = {match[1]: match for match in _KEY.finditer(text)}
    if len(keys) > 1 or keys.keys() & _OWN_KEYS:
        yield from (match.span() for match in keys.values())
    yield from (match.span() for match in _LINK.finditer(text) if _FILLED.search(match[0]))


def _packed(text: str) -> Iterator[tuple[int, int]]:
    """Where something stands in a code that a model reads: start and end."""
    for pattern, unpack in ((_BASE64, _from_base64), (_HEX, _from_hex)):
        yield from (match.span() for match in pattern.finditer(text) if any(_open(plain(unpack(match[0])))))
    escapes = list(_ESCAPE.finditer(text))
    if len(escapes) >= LEAST_ESCAPES and any(_open(plain(_unescaped(text)))):
        yield escapes[0].start(), escapes[-1].end()
    read = plain(text)
    if _CIPHER.search(read.text):
        yield from _open(Plain(text=codecs.decode(read.text, "rot13"), places=read.places))
    if _BACKWARDS.search(read.text):
        for start, end in _said(read.text[::-1]):
            last = len(read.text) - start
            yield read.places[len(read.text) - end], read.places[last - 1] + 1


def _from_base64(run: str) -> str:
    letters = "".join(run.split()).rstrip("=").replace("-", "+").replace("_", "/")
    whole = letters[: len(letters) - (len(letters) % 4 == 1)]
    return base64.b64decode(whole + "=" * (-len(whole) % 4)).decode("utf-8", "replace")


def _from_hex(run: str) -> str:
    digits = re.sub(r"\\x|0x|[^0-9A-Fa-f]", "", run)
    return binascii.unhexlify(digits).decode("utf-8", "replace")


def _unescaped(text: str) -> str:
    return unquote(html.unescape(re.sub(r"\\u([0-9a-fA-F]{4})", r"&#x\1;", text)))
