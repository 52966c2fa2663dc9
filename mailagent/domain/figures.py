"""What the figures of a text say: amounts, percentages, durations, dates, times, codes and plain numbers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from mailagent.domain.claim_words import FigureWords
from mailagent.domain.numbers import canonical, in_base, together
from mailagent.domain.plain_text import Token

FigureKind = Literal["number", "amount", "percentage", "date", "time", "duration", "phone", "code"]
Key = tuple[str, ...]
"""A kind and what is said, comparable: ``("amount", "39.9", "EUR")``, ``("date", "2026", "3", "31")``."""

_ORDINALS = frozenset({"st", "nd", "rd", "th", "er", "re", "e", "eme", "o", "a", "te", "ten", "ter"})
_OF = frozenset({"of", "de", "du", "del"})
_NOON = 12
FILLERS = 2
"""Words that may stand between a number and its unit."""
_LAST_DAY = 31
_CODE_DIGITS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`says` are meanings of which a source must show one, `shows` those it proves where it stands in a source itself.

    `first` and `last` are the places of its tokens.
    """

    kind: FigureKind
    says: frozenset[Key]
    shows: frozenset[Key]
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Value:
    """A number in figures or words; `end` is the place behind it."""

    number: str
    first: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measure:
    """What values measure: their kind and the rest of their meaning, from the place `first` to before `end`."""

    kind: FigureKind
    of: Key
    first: int
    end: int


def figures_in(tokens: list[Token], words: FigureWords) -> list[Figure]:
    """The figures of a text in order; of "3 to 5 days" both."""
    reader = _Reader(tokens=tokens, words=words)
    found: list[Figure] = []
    unit = ""
    place = 0
    while place < len(tokens):
        if tokens[place].kind in {"stop", "mark"}:
            unit = "" if tokens[place].kind == "stop" else unit
            place += 1
            continue
        for figure in list(reader.figures_at(place, free=found[-1].last + 1 if found else 0)):
            if figure.kind == "duration":
                unit = next(iter(figure.says))[2]
            found.append(_with_unit(figure, unit) if figure.kind == "number" and unit else figure)
        place = max(place, found[-1].last if found else 0) + 1
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    tokens: list[Token]
    words: FigureWords

    def figures_at(self, place: int, *, free: int) -> Iterator[Figure]:
        """The figures that start at `place`; what stands before it belongs to no other from place `free` on."""
        token = self.tokens[place]
        if token.kind in {"iso", "date"}:
            yield self._written_date(place, free)
        elif token.kind == "time":
            hour, minute = re.split(r"\D+", token.text)[:2]
            half, end = self.words.clock.at(self.tokens, place + 1) or ("", place + 1)
            yield _figure("time", ("time", _clock(int(hour), int(minute), half)), place, end)
        elif token.kind == "phone":
            digits = re.sub(r"\D", "", token.text.replace("(0)", ""))
            yield _figure("phone", ("phone", digits.removeprefix("00")), place, place + 1)
        elif token.kind == "code":
            yield _code(token.text, place)
        elif token.kind not in {"word", "number"} or not (token.kind == "number" or self.words.starts(token.text)):
            return
        elif day := self.words.days.at(self.tokens, place):
            yield _figure("date", ("date", day[0]), place, day[1])
        elif values := self._values(place):
            yield from self._measured(values, free)
        elif month := self.words.months.at(self.tokens, place):
            yield from self._in_month(place, month)

    def _values(self, place: int) -> list[_Value]:
        """The number at `place`, and the other end of the range that it starts."""
        first = self._value(place)
        if first is None:
            return []
        between = self.words.ranges.at(self.tokens, first.end)
        second = self._value(between[1]) if between else None
        return [first, second] if second else [first]

    def _value(self, place: int) -> _Value | None:
        tokens = self.tokens
        if place < len(tokens) and tokens[place].kind == "number":
            end = place + 1
            ordinal = end < len(tokens) and tokens[end].start == tokens[place].end and tokens[end].text in _ORDINALS
            number, end = canonical(tokens[place].text), end + ordinal
        elif word := self.words.numbers.at(tokens, place):
            number, end = word
        else:
            return None
        while end < len(tokens) and (following := self.words.numbers.at(tokens, end + (tokens[end].text == "-"))):
            joined = together(number, following[0])
            if not joined:
                break
            number, end = joined, following[1]
        return _Value(number=number, first=place, end=end)

    def _measured(self, values: list[_Value], free: int) -> Iterator[Figure]:
        """The figures of `values` with what stands before or behind them."""
        first, end = values[0].first, values[-1].end
        measure = self._measure(first, end, free)
        for value in values:
            if measure is None:
                if not self._counts_nothing(value):
                    yield _figure("number", ("number", value.number), first, end)
            elif measure.kind == "date":
                yield _date(measure.of[1], measure.of[0], value.number, measure.first, measure.end)
            elif measure.kind == "time" and value.number[0].isdigit():
                hour, _, minute = value.number.partition(".")
                key = ("time", _clock(int(hour), int(minute.ljust(2, "0")), measure.of[0]))
                yield _figure("time", key, measure.first, measure.end)
            else:
                number, name = in_base(value.number, measure.of)
                shows = () if measure.kind == "percentage" else (("number", value.number),)
                yield _figure(measure.kind, (measure.kind, number, *name), measure.first, measure.end, *shows)

    def _measure(self, first: int, end: int, free: int) -> _Measure | None:
        """What the values from `first` to before `end` measure; `free` as for `figures_at`."""
        behind = end + (end < len(self.tokens) and self.tokens[end].text in "-)")
        before = first - 1 if first > free else len(self.tokens)
        near = self.tokens[behind : behind + FILLERS + 1] + self.tokens[before : before + 1]
        if not any(self.words.beside.starts(token.text) for token in near):
            return None
        return (
            self._share(first, end, behind, before)
            or self._moment(first, behind, before)
            or self._length(first, behind)
        )

    def _share(self, first: int, end: int, behind: int, before: int) -> _Measure | None:
        if money := self.words.currencies.at(self.tokens, behind):
            return _Measure(kind="amount", of=(money[0],), first=first, end=money[1])
        if money := self.words.currencies.at(self.tokens, before):
            return _Measure(kind="amount", of=(money[0],), first=before, end=end)
        percent = self.words.percent.at(self.tokens, behind)
        return _Measure(kind="percentage", of=(), first=first, end=percent[1]) if percent else None

    def _moment(self, first: int, behind: int, before: int) -> _Measure | None:
        tokens, words = self.tokens, self.words
        of = behind < len(tokens) and tokens[behind].text in _OF
        if month := words.months.at(tokens, behind + of):
            year, last = self._year(month[1])
            return _Measure(kind="date", of=(month[0], year), first=first, end=last)
        clock = words.clock.at(tokens, behind)
        if clock is None and before < len(tokens) and tokens[before].text in words.clock_after:
            clock = words.hours.at(tokens, behind)
        return _Measure(kind="time", of=(clock[0],), first=first, end=clock[1]) if clock else None

    def _length(self, first: int, behind: int) -> _Measure | None:
        """A duration, with some words between as in "3 more working days", but "a nice day" is none."""
        between = FILLERS if self._stands_alone(first) else 0
        for place in range(behind, behind + between + 1):
            unit = self.words.units.at(self.tokens, place)
            if unit and (place == behind or self._stands_alone(place)):
                return _Measure(kind="duration", of=(unit[0],), first=first, end=unit[1])
            if place >= len(self.tokens) or self.tokens[place].kind != "word":
                break
        return None

    def _counts_nothing(self, value: _Value) -> bool:
        """Whether a bare number is the number of a step, or a word that is a number beside a unit only."""
        if not self._stands_alone(value.first) or not value.number[0].isdigit():
            return True
        steps = self.words.steps
        return steps.at(self.tokens, value.end) is not None or (
            value.first > 0 and steps.at(self.tokens, value.first - 1) is not None
        )

    def _stands_alone(self, place: int) -> bool:
        return self.tokens[place].text not in self.words.not_alone

    def _in_month(self, place: int, month: tuple[str, int]) -> Iterator[Figure]:
        """As "March 3", "March 3 to 5, 2026" and "March 2026"; a month alone where its word means nothing else."""
        number, end = month
        year, last = self._year(end)
        values = [] if year else self._values(end)
        if values and all(value.number.isdigit() and int(value.number) <= _LAST_DAY for value in values):
            year, last = self._year(values[-1].end)
            for value in values:
                yield _date(year, number, value.number, place, last)
        elif year or self._stands_alone(place):
            yield _date(year, number, "", place, last)

    def _year(self, place: int) -> tuple[str, int]:
        """The year at `place`, perhaps behind a comma or "de", and the place behind it; "" and `place` if none is."""
        tokens = self.tokens
        start = place + (place < len(tokens) and tokens[place].text in {",", *_OF})
        if start < len(tokens) and re.fullmatch(r"(?:19|20)\d\d", tokens[start].text):
            return tokens[start].text, start + 1
        return "", place

    def _written_date(self, place: int, free: int) -> Figure:
        text = self.tokens[place].text
        parts = [str(int(part)) for part in re.split(r"\D", text) if part]
        if self.tokens[place].kind == "iso":
            year, month, day = parts
            return _date(year, month, day, place, place + 1)
        day, month, year = (*parts, "")[:3]
        if int(month) > 12:  # noqa: PLR2004 - months
            day, month = month, day
        whole = _date(f"20{year.zfill(2)}" if 0 < len(year) <= 2 else year, month, day, place, place + 1)  # noqa: PLR2004
        if not re.fullmatch(r"\d+\.\d+\.", text):
            return whole
        number = ("number", canonical(text.rstrip(".")))
        if place > free and (money := self.words.currencies.at(self.tokens, place - 1)):
            return _figure("amount", ("amount", number[1], money[0]), place - 1, place + 1, number)
        return Figure(kind="date", says=whole.says | {number}, shows=whole.shows | {number}, first=place, last=place)


def _figure(kind: FigureKind, key: Key, first: int, end: int, *shows: Key) -> Figure:
    return Figure(kind=kind, says=frozenset({key}), shows=frozenset({key, *shows}), first=first, last=end - 1)


def _with_unit(number: Figure, unit: str) -> Figure:
    """A number behind a duration in its sentence proves that unit: "2 to 4 working days, elsewhere 4 to 7"."""
    durations = {("duration", *in_base(key[1], (unit,))) for key in number.says}
    shows = number.shows | {(kind, value, name[0]) for kind, value, name in durations}
    return Figure(kind="number", says=number.says, shows=shows, first=number.first, last=number.last)


def _code(text: str, place: int) -> Figure:
    """An order number or another code, with or without its dashes; its digits alone say the same."""
    key = re.sub(r"[\W_]", "", text)
    digits = re.sub(r"\D", "", key)
    shows = (("code", digits),) if len(digits) >= _CODE_DIGITS else ()
    return _figure("code", ("code", key), place, place + 1, *shows)


def _date(year: str, month: str, day: str, first: int, end: int) -> Figure:
    """A date whose year or day may be "": one side may leave out the year, and a month is shown by each of its days."""
    day_only, month_only = ("date", "", month, day), ("date", "", month, "")
    bare = ("date", "no year", month, day)
    says = {("date", year, month, day), bare} if year else {day_only}
    shows = {day_only, month_only, *({("date", year, month, day), ("date", year, month, "")} if year else {bare})}
    return Figure(kind="date", says=frozenset(says), shows=frozenset(shows), first=first, last=end - 1)


def _clock(hour: int, minute: int, half: str) -> str:
    """The time as on a 24-hour clock; `half` is "am", "pm" or ""."""
    if half == "pm" and hour < _NOON:
        hour += _NOON
    if half == "am" and hour == _NOON:
        hour = 0
    return f"{hour:02}:{minute:02}"
