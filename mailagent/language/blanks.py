"""What somebody was to fill in and did not: ``[Your name]``, ``[ORDER NUMBER]``, ``{{ order }}``."""

import re

_BRACES = re.compile(r"\{\{[^{}\n]{1,60}\}\}|\{[^\W\d][\w .-]{1,40}\}")
_BRACKETS = re.compile(r"\[([^\[\]\n]{3,60})\](?!\()|<([^<>@:/\n]{3,60})>")
"""Not the words of a Markdown link."""
_WRAP = re.compile(r"(?<=\S)[ \t]*\r?\n[ \t]*(?=\S)")
"""The end of a line that is not the end of a paragraph: a mail program may have put it there."""
_WORD = re.compile(r"[^\W\d_]+")
_MOST_WORDS = 5
_TELLING = frozenset(
    "your name customer insert date number amount company agent team product signature link"  # noqa: SIM905 (a table to read)
    " ihr ihre ihren kunde kunden kundin datum nummer betrag firma unterschrift einfügen einsetzen produkt"
    " namen vorname nachname"
    " votre nom client cliente numéro montant société insérer produit"
    " su nombre fecha número importe empresa insertar producto".split()
)
"""Words of what templates and models leave to be filled in; other words in brackets may be a button's, or a remark."""


def blanks_in(text: str) -> tuple[str, ...]:
    """Each place of `text` that is still to be filled in, on one line, once."""
    text = _WRAP.sub(" ", text)
    found = [(match.start(), match[0]) for match in _BRACES.finditer(text)]
    found += [
        (match.start(), match[0]) for match in _BRACKETS.finditer(text) if _is_to_fill_in(match[1] or match[2] or "")
    ]
    return tuple(dict.fromkeys(blank for _, blank in sorted(found)))


def _is_to_fill_in(inside: str) -> bool:
    words = _WORD.findall(inside)
    if not words or len(words) > _MOST_WORDS:
        return False
    return bool(_TELLING & {word.casefold() for word in words}) or (
        inside.isupper() and inside.replace(" ", "").isalpha()
    )
