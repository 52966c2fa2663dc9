"""What a text promises, or says was done: the act, whether it is still to come, under a condition, or denied."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from mailagent.domain.claim_words import Marker, PromiseWords
from mailagent.domain.plain_text import Token

BACK = 12
"""Words before a marker in which its act may stand: "your refund has been issued"."""
AHEAD = 40
"""Words behind a marker in which its act may stand, in the same sentence."""
NEAR = 4
"""Words behind a subject in which its acts may stand: "we then compare"."""
CONDITION_REACH = 8
"""Words from a condition that opens a clause to the marker under it: "as soon as your refund has been"."""
NEGATION_REACH = 2
HEADLINE = 4
MOST_FILLERS = 6
STEM = 6
FAR = 10**9
_CLAUSE_ENDS = frozenset(",;:()")


Tense = Literal["will", "is", "done"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing promised. `name` is that of the words, or the start of a verb that they do not hold."""

    name: str
    tense: Tense
    conditional: bool = False
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What is promised in one breath; `first` and `last` are the places of its tokens."""

    acts: frozenset[Act]
    opened: bool
    """Whether the condition of its acts opens the clause, as in "once we have sent it"."""
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPhrase:
    """A phrase found in a sentence, from the place `first` to before `end`."""

    name: str
    first: int
    end: int


class Layout:
    """Where the clauses and sentences of a text end, counted once for all languages."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.clause_start: list[int] = []
        start = 0
        for place, token in enumerate(tokens):
            self.clause_start.append(start)
            if token.text in _CLAUSE_ENDS or token.kind == "stop":
                start = place + 1
        self.clause_start.append(start)
        self.clause_ends = [
            place for place, token in enumerate(tokens) if token.text in _CLAUSE_ENDS or token.kind == "stop"
        ]
        self.sentence_ends = [place for place, token in enumerate(tokens) if token.kind == "stop"]


def promises_in(tokens: Sequence[Token], layout: Layout, words: PromiseWords) -> list[Promise]:
    """The promises and reports of a text in one language."""
    return list(_Reader(tokens, layout, words).promises())


def acts_named(tokens: Sequence[Token], words: PromiseWords) -> frozenset[str]:
    """The acts that a text speaks of at all, in one language."""
    return frozenset(name for name, _, _ in words.acts.everywhere(tokens))


class _Reader:
    """A text in one language, its words looked up once."""

    def __init__(self, tokens: Sequence[Token], layout: Layout, words: PromiseWords) -> None:
        self.tokens = tokens
        self.layout = layout
        self.words = words
        self.acts = [FoundPhrase(name=name, first=first, end=end) for name, first, end in words.acts.everywhere(tokens)]
        self.act_places = [act.first for act in self.acts]
        self.markers = self._markers()
        self.marker_places = [word.first for _, word in self.markers]
        self.conditions = [place for _, place, _ in words.conditions.everywhere(tokens)]
        self.negations = [place for _, place, _ in words.negations.everywhere(tokens)]

    def promises(self) -> Iterator[Promise]:
        """The promises: by markers, by words that promise alone, and reports without a verb: "refund issued"."""
        for number, (marker, word) in enumerate(self.markers):
            following = self.marker_places[number + 1] if number + 1 < len(self.markers) else len(self.tokens)
            if promise := self._of_marker(marker, word, following):
                yield promise
        for name, first, end in self.words.alone.everywhere(self.tokens):
            yield self._promise([FoundPhrase(name=name, first=first, end=end)], tense="will")
        for name, first, end in self.words.reports.everywhere(self.tokens):
            clause = FoundPhrase(name="", first=max(self.layout.clause_start[first], first - BACK), end=end)
            yield self._promise([FoundPhrase(name=name, first=first, end=end)], clause, tense="done")
        for number, act in enumerate(self.acts):
            before = self.acts[number - 1] if number and self.acts[number - 1].end == act.first else None
            if self._is_participle(act.first) and (before or self._is_headline(act)) and self._has_no_marker(act.first):
                yield self._promise([before, act] if before else [act], tense="done")

    def _markers(self) -> list[tuple[Marker, FoundPhrase]]:
        """The markers in order, none within another; a verb in a finite form is one of no length before itself."""
        texts = {token.text for token in self.tokens}
        future = {text for text in texts if self.words.future.fullmatch(text)}
        finite = {text for text in texts if self.words.finite.fullmatch(text)}
        found = [(first, end, marker) for marker, first, end in self.words.markers.everywhere(self.tokens)]
        if future:
            found += [(place, place, "will") for place, token in enumerate(self.tokens) if token.text in future]
        if finite:
            found += [(place, place, "subject") for place in self.act_places if self.tokens[place].text in finite]
        markers: list[tuple[Marker, FoundPhrase]] = []
        free = 0
        for first, end, marker in sorted(found, key=lambda one: (one[0], -one[1])):
            if first >= free and not (markers and markers[-1][1].first == first):
                markers.append((marker, FoundPhrase(name="", first=first, end=end)))
                free = end
        return markers

    def _of_marker(self, marker: Marker, word: FoundPhrase, following: int) -> Promise | None:
        if marker == "none":
            return None
        reach = NEAR if marker in {"is", "subject"} else AHEAD
        ends = self.layout.sentence_ends if marker in {"will", "done"} else self.layout.clause_ends
        until = min(following, word.end + reach, _next(ends, word.end), _next(self.conditions, word.end))
        acts = self._acts_between(word.end, until)
        if marker in {"will_be", "done_be", "will_act", "done_act"}:
            since = max(self.layout.clause_start[word.first], word.first - BACK, _last(self.conditions, word.first))
            acts = [act for act in self._acts_between(since, word.first) if act.end <= word.first] + acts
        if marker in {"will", "done", "will_be", "done_be"} and (verb := self._unknown_verb(word.end, until)):
            acts.append(verb)
        return self._promise(acts, word, tense=self._tense(marker, acts)) if acts else None

    def _promise(self, acts: list[FoundPhrase], marker: FoundPhrase | None = None, *, tense: Tense) -> Promise:
        parts = [*acts, marker] if marker else acts
        start = marker.first if marker else acts[0].first
        clause = self.layout.clause_start[start]
        since = max(clause, start - CONDITION_REACH)
        condition = _next(self.conditions, since)
        found = set()
        for act in acts:
            negation = _next(self.negations, min(act.first, start) - 1)
            negated = negation < max(act.end, start) + NEGATION_REACH
            found.add(Act(name=act.name, tense=tense, conditional=condition < start, negated=negated))
        return Promise(
            acts=frozenset(found),
            opened=condition < start and condition <= clause + 1,
            first=min(part.first for part in parts),
            last=max(part.end for part in parts) - 1,
        )

    def _tense(self, marker: Marker, acts: list[FoundPhrase]) -> Tense:
        if marker == "is":
            return "is"
        if marker == "subject":
            first, *_ = acts
            second = next((act for act in acts if act.first == first.end), first)
            return "done" if self._is_participle(first.first) or self._is_participle(second.first) else "will"
        return "done" if marker.startswith("done") else "will"

    def _acts_between(self, first: int, until: int) -> list[FoundPhrase]:
        return self.acts[bisect_left(self.act_places, first) : bisect_left(self.act_places, until)]

    def _has_no_marker(self, place: int) -> bool:
        return _next(self.marker_places, self.layout.clause_start[place]) > place

    def _is_headline(self, act: FoundPhrase) -> bool:
        """Whether the act ends a sentence of a few words: "Order cancelled."."""
        start = max(0, act.end - HEADLINE)
        ends = self.layout.sentence_ends
        last = min(_next(ends, act.first), len(self.tokens)) == act.end
        return last and (start == 0 or _next(ends, start - 1) < act.first)

    def _unknown_verb(self, place: int, until: int) -> FoundPhrase | None:
        """The verb behind a marker if no list names it, in "wir haben Ihre Zahlung ..." the last of its clause."""
        for _ in range(MOST_FILLERS):
            filler = self.words.fillers.at(self.tokens, place) or self.words.negations.at(self.tokens, place)
            if filler is None:
                break
            place = filler[1]
        if place >= until:
            return None
        verb = place
        if self.tokens[place].kind != "word" or self.words.nominal.at(self.tokens, place):
            verb = min(until, _next(self.layout.clause_ends, place)) - 1
            if verb <= place or not self._is_participle(verb):
                return None
        if self.words.harmless.at(self.tokens, verb) or self.words.acts.at(self.tokens, verb):
            return None
        return FoundPhrase(name=f"{self.tokens[verb].text[:STEM]}...", first=verb, end=verb + 1)

    def _is_participle(self, place: int) -> bool:
        return self.words.participles.fullmatch(self.tokens[place].text) is not None


def _next(places: list[int], place: int) -> int:
    """The first of `places`, which are in order, that is not before `place`; very far if there is none."""
    found = bisect_left(places, place)
    return places[found] if found < len(places) else FAR


def _last(places: list[int], place: int) -> int:
    """The last of `places` before `place`; 0 if there is none."""
    found = bisect_left(places, place)
    return places[found - 1] if found else 0
