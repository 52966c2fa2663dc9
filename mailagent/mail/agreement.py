"""Whether the plain and the HTML version of a mail say the same: people see one, programs read the other."""

import re
from collections import Counter
from collections.abc import Set as AbstractSet

from mailagent.mail import phrases
from mailagent.mail.quoting import split_reply

FEWEST_WORDS = 3
"""Versions with fewer words are compared no further if they share one of those that were newly written."""
MOST_COMPARED = 200_000
"""Characters of each version that are compared."""
MANY_WORDS = 20
"""Words that only the HTML version has, if they are also more than half of the plain one: no signature adds as many."""
FEW_MORE = 5
"""Words by which the new texts may differ if both were cut at the same quote."""

_URL = re.compile(r"https?://\S{1,2000}|www\.\S{1,2000}|(?:mailto|tel):\S{1,500}|(?<!\S)\S{1,100}@\S{1,250}")
_ADDED = re.compile(r"\[[^\[\]]{0,300}\]|<[^<>]{0,300}>|^[\s>]{0,20}\d{1,3}[.)](?=\s)", re.MULTILINE)
"""What programs put into plain text for a picture, a link and the number of a list's item."""
_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"\d+")
_CONTRACTED = re.compile(r"n['\u2018\u2019\u02bc]t(?![^\W_])")
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_NEGATION = re.compile(rf"(?<![^\W_])(?:{'|'.join(sorted(map(re.escape, phrases.NEGATIONS), reverse=True))})(?![^\W_])")


def disagree(plain: str, html: str, *, marked: str) -> bool:
    """Whether two versions of a text differ in what they say; `marked` is the first quoted line of the HTML.

    They do if they share no word that was newly written, or less than half the words of the one with fewer, if the HTML
    says much more, or if a number or a negation of what was newly written in one is missing from the other. Links,
    addresses, pictures and form do not count.
    """
    plain, html = plain[:MOST_COMPARED], html[:MOST_COMPARED]
    first, second = _words(_folded(plain)), _words(_folded(html))
    least = min(len(first), len(second))
    new_plain = _folded(split_reply(plain).new or plain)
    new_html = _folded(split_reply(html, marked=marked).new or html)
    own_plain, own_html = _words(_ADDED.sub(" ", new_plain)), _words(new_html)
    if own_plain and own_html and not own_plain & own_html:
        return True
    if max(len(first), len(second)) < FEWEST_WORDS or not least:
        return False
    if len(first & second) * 2 < least:
        return True
    more = len(_words(new_html) - first)
    if more > MANY_WORDS and more * 2 > len(_words(new_plain)):
        return True
    if abs(len(_words(new_plain)) - len(_words(new_html))) <= FEW_MORE:
        return _lacks(new_plain, new_html) or _lacks(new_html, new_plain)
    return _lacks(new_plain, _folded(html)) or _lacks(new_html, _folded(plain))


def _folded(text: str) -> str:
    return _CONTRACTED.sub(" not", text.lower())


def _lacks(new: str, other: str) -> bool:
    """Whether a number or a negation of `new` is missing in `other`."""
    stated = _ADDED.sub(" ", _URL.sub(" ", new))
    negated = Counter(_NEGATION.findall(stated)) - Counter(_NEGATION.findall(other))
    return bool(negated or set(_NUMBER.findall(stated)) - set(_NUMBER.findall(other)))


def _words(text: str) -> AbstractSet[str]:
    """Words in lower case; single characters where a language writes no blanks."""
    found = _WORD.findall(_URL.sub(" ", text))
    return {part for word in found for part in (word if _UNSPACED.search(word) else (word,))}
