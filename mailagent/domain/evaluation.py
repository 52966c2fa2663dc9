"""How good triage is: what was expected of labelled mails against what was found, as shares, counts and one cost."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from mailagent.domain.routing import Action
from mailagent.domain.signals import Sentiment

Field = Literal["category", "sentiment", "language", "route", "wants_human", "asks"]
FIELDS: tuple[Field, ...] = ("category", "sentiment", "language", "route", "wants_human", "asks")
BINS = 5
WRONG_AUTOMATIC = 10
"""What a wrong decision without a person costs, in needless escalations."""
LANGUAGE_ENDING = re.compile(r"\.[a-z]{2}\Z")
"""The end of a translated article's id: ``billing/refund-policy.de``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """The labels of a mail; what is None is not scored. `articles` are those of which a right answer cites one; `asks`
    is how many separate things the customer wants.
    """

    category: str | None = None
    sentiment: Sentiment | None = None
    language: str | None = None
    route: Action | None = None
    wants_human: bool | None = None
    asks: int | None = None
    articles: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Triaged:
    """Where the graph ended with a mail. `confidence` from 0.0 to 1.0, of the category; `cited` are the articles
    of an automatic answer; `money` is what its model calls cost, None where no prices are known; `failure` is why the
    model gave no result, or empty. Signals are None for a mail that no model sees, such as a bounce.
    """

    category: str | None = None
    sentiment: Sentiment | None = None
    language: str | None = None
    route: Action
    rule: str
    wants_human: bool | None = None
    asks: int | None = None
    confidence: float = 0.0
    cited: tuple[str, ...] = ()
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    money: float | None = None
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One mail by its `name`."""

    name: str
    expected: Expected
    triaged: Triaged

    @property
    def answered_rightly(self) -> bool:
        """Whether the answer without a person was wanted, and from an article that belongs to the mail, in any
        language.
        """
        if self.expected.route != "reply" or self.expected.articles is None:
            return self.expected.route == "reply"
        return not _originals(self.expected.articles).isdisjoint(_originals(self.triaged.cited))


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """`right` of `all`; `value` is that from 0.0 to 1.0, or None where there is nothing to share."""

    right: int
    all: int
    value: float | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", self.right / self.all if self.all else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """The mails whose confidence is from `low` to below `high` (the last bin includes 1.0).

    `confidence` is their mean and `accuracy` the share of right categories; both 0.0 where there are none.
    """

    low: float
    high: float
    mails: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Every figure about some mails, each as the function of its name tells. `by_language` holds the accuracy by
    expected language; `failures` counts the mails for which the model gave no result. `tokens_a_message`, in and out,
    and `money_a_message`, in the currency of the prices, are means, None where there is nothing to tell.
    """

    mails: int
    accuracy: dict[Field, Share]
    by_language: dict[str, dict[Field, Share]]
    confusion: dict[str, dict[str, int]]
    precision: Share
    coverage: Share
    cost: int
    calibration: tuple[Bin, ...]
    calibration_error: float | None
    calls: int
    tokens_in: int
    tokens_out: int
    tokens_a_message: float | None
    money_a_message: float | None
    failures: int


def scores_of(results: Sequence[Result]) -> Scores:
    """All figures about `results`."""
    languages = sorted({one.expected.language for one in results if one.expected.language is not None})
    bins = calibration(results)
    return Scores(
        mails=len(results),
        accuracy={name: accuracy(results, name) for name in FIELDS},
        by_language={
            language: {
                name: accuracy([one for one in results if one.expected.language == language], name) for name in FIELDS
            }
            for language in languages
        },
        confusion=confusion(results),
        precision=precision(results),
        coverage=coverage(results),
        cost=cost(results),
        calibration=bins,
        calibration_error=calibration_error(bins),
        calls=sum(one.triaged.calls for one in results),
        tokens_in=sum(one.triaged.tokens_in for one in results),
        tokens_out=sum(one.triaged.tokens_out for one in results),
        tokens_a_message=_mean([one.triaged.tokens_in + one.triaged.tokens_out for one in results]),
        money_a_message=_mean([one.triaged.money for one in results if one.triaged.money is not None]),
        failures=sum(bool(one.triaged.failure) for one in results),
    )


def accuracy(results: Iterable[Result], name: Field) -> Share:
    """How many of the mails with this label got it."""
    pairs = [pair for result in results if (pair := _pair(result, name))[0] is not None]
    return Share(right=sum(expected == found for expected, found in pairs), all=len(pairs))


def confusion(results: Iterable[Result]) -> dict[str, dict[str, int]]:
    """Counts by expected and then by found category, both sorted; found is empty where there is none."""
    counts = Counter(
        (result.expected.category, result.triaged.category or "")
        for result in results
        if result.expected.category is not None
    )
    table: dict[str, dict[str, int]] = {}
    for expected, found in sorted(counts):
        table.setdefault(expected, {})[found] = counts[expected, found]
    return table


def precision(results: Iterable[Result]) -> Share:
    """How many of the automatic answers were right: see `Result.answered_rightly`."""
    sent = [one for one in results if one.expected.route is not None and one.triaged.route == "reply"]
    return Share(right=sum(one.answered_rightly for one in sent), all=len(sent))


def coverage(results: Iterable[Result]) -> Share:
    """How many of the mails that should be answered automatically were, rightly or not."""
    wanted = [one for one in results if one.expected.route == "reply"]
    return Share(right=sum(one.triaged.route == "reply" for one in wanted), all=len(wanted))


def calibration(results: Iterable[Result]) -> tuple[Bin, ...]:
    """Five bins of equal width: whether the model is right about the category as often as it believes."""
    held: list[list[Result]] = [[] for _ in range(BINS)]
    for result in results:
        if result.expected.category is not None and result.triaged.category is not None:
            held[min(int(result.triaged.confidence * BINS), BINS - 1)].append(result)
    return tuple(
        Bin(
            low=place / BINS,
            high=(place + 1) / BINS,
            mails=len(mails),
            confidence=sum(one.triaged.confidence for one in mails) / len(mails) if mails else 0.0,
            accuracy=accuracy(mails, "category").value or 0.0,
        )
        for place, mails in enumerate(held)
    )


def calibration_error(bins: Sequence[Bin]) -> float | None:
    """The expected calibration error (Naeini, Cooper and Hauskrecht 2015): the mean distance between confidence and
    accuracy, by mail, from 0.0 (best) to 1.0; None without mails.
    """
    mails = sum(one.mails for one in bins)
    return sum(one.mails * abs(one.confidence - one.accuracy) for one in bins) / mails if mails else None


def cost(results: Iterable[Result]) -> int:
    """In needless escalations: one for each, and `WRONG_AUTOMATIC` for a wrong automatic answer or a mail that is
    ignored although somebody should see it. Mails without an expected route cost nothing.
    """
    return sum(_cost(result) for result in results)


def misses(result: Result) -> tuple[str, ...]:
    """Each thing that is not as expected, in words."""
    found = [
        f"{name} is {_word(got)} instead of {_word(wanted)}" + (f" (rule {result.triaged.rule})" * (name == "route"))
        for name in FIELDS
        for wanted, got in (_pair(result, name),)
        if wanted is not None and wanted != got
    ]
    if result.expected.route == result.triaged.route == "reply" and not result.answered_rightly:
        wanted_articles = ", ".join(sorted(result.expected.articles or ())) or "none"
        found.append(f"articles are {', '.join(result.triaged.cited) or 'none'} instead of {wanted_articles}")
    return tuple(found)


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _originals(articles: Iterable[str]) -> set[str]:
    """Their ids without the language."""
    return {LANGUAGE_ENDING.sub("", article) for article in articles}


def _cost(result: Result) -> int:
    wanted, got = result.expected.route, result.triaged.route
    match got:
        case _ if wanted is None:
            return 0
        case "reply":
            return 0 if result.answered_rightly else WRONG_AUTOMATIC
        case "ignore":
            return 0 if wanted == "ignore" else WRONG_AUTOMATIC
        case "escalate":
            return 0 if wanted == "escalate" else 1


def _pair(result: Result, name: Field) -> tuple[str | int | None, str | int | None]:
    """Expected and found."""
    wanted: str | int | None = getattr(result.expected, name)
    got: str | int | None = getattr(result.triaged, name)
    return wanted, got


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)
