"""What a drafted reply claims and nothing proves: every figure, link, address, code and promise needs a source."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from mailagent.domain.claim_words import ClaimWords
from mailagent.domain.figures import Figure, Key, figures_in
from mailagent.domain.links import Link, links_in
from mailagent.domain.plain_text import Token, tokens_of
from mailagent.domain.promises import Act, Layout, Promise, acts_named, promises_in

ClaimKind = Literal[
    "number", "amount", "percentage", "date", "time", "duration", "link", "address", "phone", "code", "promise"
]
LONGEST_CLAIM = 120
"""Characters of a claim as a digest shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Something that a reply says and no source does; `words` as they stand in the reply, on one line, cut if long."""

    kind: ClaimKind
    words: str


def unproven_claims(text: str, *, ours: Sequence[str], customer: str, words: ClaimWords) -> tuple[Claim, ...]:
    """The claims of `text` that no source proves, in their order, each once.

    `ours` are the texts of the template and the cited articles: they prove everything that they say themselves, in any
    language and notation. `customer` is what the customer wrote: it proves figures and codes, so that a reply may
    repeat them, but nothing that anyone could plant: no promise, link, email address or phone number, nor any figure in
    a sentence that promises. Claims are compared by their meaning, without their context; what is unclear is a claim.
    """
    reply = _Reading(text, words)
    sources = [_Reading(source, words) for source in ours]
    theirs = _Reading(customer, words).figures
    proven = _Proven(
        ours=frozenset(key for source in sources for key in source.shown()),
        theirs=frozenset(key for figure in theirs if figure.kind != "phone" for key in figure.shows),
        acts=frozenset(act for source in sources for promise in source.promises for act in promise.acts),
        named=frozenset(name for source in sources for name in source.acts_named()),
        words=tuple(source.words_from(0, len(source.tokens)) for source in sources),
    )
    found = sorted(_unproven(reply, proven))
    return tuple(dict.fromkeys(Claim(kind=kind, words=_on_one_line(text[start:end])) for start, end, kind in found))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proven:
    """What the sources say: the meanings of our figures and links, of a customer's figures, our promises, the acts that
    we speak of, and all our words.
    """

    ours: frozenset[Key]
    theirs: frozenset[Key]
    acts: frozenset[Act]
    named: frozenset[str]
    words: tuple[str, ...]

    def shows(self, promise: Promise, words: str) -> bool:
        """Whether we say all that `promise` does, in `words`."""
        return all(self._shows_act(act, promise, words) for act in promise.acts)

    def _shows_act(self, act: Act, promise: Promise, words: str) -> bool:
        """Whether we say the same.

        That something was done is proven by the same words only: "what was paid twice" in an article is no refund done.
        "As soon as we have sent it" says nothing of its own: there the act need only be spoken of. What is promised
        under a condition may be promised without one; "the account is locked" is a rule and proves "we lock" too.
        """
        if act.tense == "done":
            is_named = promise.opened and not act.negated and act.name in self.named
            return is_named or (act in self.acts and any(words in ours for ours in self.words))
        ways = [act, replace(act, conditional=False)] if act.conditional else [act]
        return any(way in self.acts or (way.tense == "will" and replace(way, tense="is") in self.acts) for way in ways)


def largest_amount(text: str, words: ClaimWords) -> float | None:
    """The largest sum of money that `text` names, whatever the currency; None where it names none."""
    figures = (figure for figure in _Reading(text, words).figures if figure.kind == "amount")
    return max((float(key[1]) for figure in figures for key in figure.says if key[0] == "amount"), default=None)


def names_code(text: str, words: ClaimWords) -> bool:
    """Whether `text` names an order, an invoice or the like by its code."""
    return any(figure.kind == "code" for figure in _Reading(text, words).figures)


class _Reading:
    """All that one text claims."""

    links: list[Link]
    tokens: list[Token]
    figures: list[Figure]
    sentence: list[int]
    """The number of the sentence of each token."""

    def __init__(self, text: str, words: ClaimWords) -> None:
        self._words = words
        self.links = list(links_in(text))
        self.tokens = tokens_of(_without(text, self.links))
        self.figures = figures_in(self.tokens, words.figures)
        self.sentence = []
        for token in self.tokens:
            last = self.sentence[-1] if self.sentence else 0
            self.sentence.append(last + (token.kind == "stop"))

    @cached_property
    def promises(self) -> list[Promise]:
        """The promises in all languages; read once they are asked for, and of a customer's mail they never are."""
        layout = Layout(self.tokens)
        return [one for language in self._words.promises for one in promises_in(self.tokens, layout, language)]

    def shown(self) -> Iterator[Key]:
        """The meanings of figures, links and addresses that this text proves as a source."""
        for figure in self.figures:
            yield from figure.shows
        for link in self.links:
            yield link.kind, link.target

    def words_from(self, first: int, end: int) -> str:
        """The words from the place `first` to before `end`, folded, a space around each."""
        return f" {' '.join(token.text for token in self.tokens[first:end])} "

    def acts_named(self) -> Iterator[str]:
        """The acts that this text speaks of."""
        for language in self._words.promises:
            yield from acts_named(self.tokens, language)


def _unproven(reply: _Reading, proven: _Proven) -> Iterator[tuple[int, int, ClaimKind]]:
    """Where in the reply each unproven claim starts and ends, and its kind."""
    for link in reply.links:
        if (link.kind, link.target) not in proven.ours:
            yield link.start, link.end, link.kind
    for promise in reply.promises:
        if not proven.shows(promise, reply.words_from(promise.first, promise.last + 1)):
            yield reply.tokens[promise.first].start, reply.tokens[promise.last].end, "promise"
    promising = {reply.sentence[promise.first] for promise in reply.promises}
    for figure in reply.figures:
        may_repeat = figure.kind == "code" or reply.sentence[figure.first] not in promising
        if not (figure.says & proven.ours or (may_repeat and figure.says & proven.theirs)):
            yield reply.tokens[figure.first].start, reply.tokens[figure.last].end, figure.kind


def _without(text: str, links: Sequence[Link]) -> str:
    """`text` with a space for each character of its links: their figures and words are no claims of their own."""
    letters = list(text)
    for link in links:
        letters[link.start : link.end] = " " * (link.end - link.start)
    return "".join(letters)


def _on_one_line(words: str) -> str:
    plain = " ".join(words.split())
    return plain if len(plain) <= LONGEST_CLAIM else f"{plain[: LONGEST_CLAIM - 4]} ..."
