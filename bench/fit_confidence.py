"""Fit the confidence of the offline categories: ``PYTHONPATH=. .venv/bin/python bench/fit_confidence.py``.

A logistic curve over evidence and lead (see `language.examples`) is fitted to the mails of confidence_mails.jsonl and
to each example of ``config/categories.toml`` as the other examples see it. Three in eight of those mails are about
nothing that a shop is asked, so that no category is right. Prints the three constants and how well they fit.
"""

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from mailagent.domain.category import Category
from mailagent.language.examples import Examples
from mailagent.language.identification import language_of
from mailagent.settings import load_settings

HERE = Path(__file__).parent
ROUNDS = 4_000
STEP = 0.5
SHRINK = 0.002
"""Keeps the curve from being steeper than so few mails can prove."""
BANDS = ((0.0, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.85), (0.85, 1.01))

Case = tuple[float, float, bool]
"""Evidence, lead, and whether the category was right."""


def main() -> None:
    """Fit, and print what came of it."""
    categories = load_settings(HERE.parent / "config").categories()
    cases = [*_mails(categories), *_left_out(categories)]
    weights = _fitted(cases)
    print("SURE, PER_EVIDENCE, PER_LEAD = {:.2f}, {:.2f}, {:.2f}".format(*weights))
    for low, high in BANDS:
        band = [case for case in cases if low <= _chance(weights, case) < high]
        if band:
            said = sum(_chance(weights, case) for case in band) / len(band)
            print(f"{low:.2f} to {high:.2f}: {len(band)} mails, said {said:.2f}, right {_right(band):.2f}")


def _mails(categories: tuple[Category, ...]) -> Iterator[Case]:
    examples = Examples(categories)
    for line in (HERE / "confidence_mails.jsonl").read_text("utf-8").splitlines():
        mail = json.loads(line)
        likeness = examples.likeness("", mail["text"], mail["language"])
        yield likeness.evidence, likeness.lead, likeness.category == mail["category"]


def _left_out(categories: tuple[Category, ...]) -> Iterator[Case]:
    for category in categories:
        for example in category.examples:
            rest = tuple(replace(one, examples=tuple(e for e in one.examples if e != example)) for one in categories)
            likeness = Examples(rest).likeness("", example, language_of(example) or "en")
            yield likeness.evidence, likeness.lead, likeness.category == category.id


def _fitted(cases: list[Case]) -> tuple[float, float, float]:
    """Gradient descent on the log loss; a slope is never negative, so that more is never less sure."""
    base = per_evidence = per_lead = 0.0
    for _ in range(ROUNDS):
        errors = [_chance((base, per_evidence, per_lead), case) - case[2] for case in cases]
        count = len(cases)
        base -= STEP * sum(errors) / count
        by_evidence = sum(error * math.log1p(case[0]) for error, case in zip(errors, cases, strict=True)) / count
        by_lead = sum(error * case[1] for error, case in zip(errors, cases, strict=True)) / count
        per_evidence = max(0.0, per_evidence - STEP * (by_evidence + SHRINK * per_evidence))
        per_lead = max(0.0, per_lead - STEP * (by_lead + SHRINK * per_lead))
    return base, per_evidence, per_lead


def _chance(weights: tuple[float, float, float], case: Case) -> float:
    return 1 / (1 + math.exp(-(weights[0] + weights[1] * math.log1p(case[0]) + weights[2] * case[1])))


def _right(cases: list[Case]) -> float:
    return sum(case[2] for case in cases) / len(cases)


if __name__ == "__main__":
    main()
