"""``mailagent eval``: how often triage is right on labelled mails."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from mailagent.adapters.knowledge import load_articles
from mailagent.cli.gold import GoldLine, read_gold
from mailagent.cli.scores import print_scores
from mailagent.cli.show import complain, print_json, say
from mailagent.cli.trial import Trial, Tried
from mailagent.domain.evaluation import Result, Triaged, misses, scores_of
from mailagent.errors import PermanentError
from mailagent.events import configure_logging
from mailagent.mail.automatic import Kind
from mailagent.settings import Settings, load_settings
from mailagent.wiring.trial import open_trial

MOST_ERRORS = 10
"""What a person reads; more mostly mean that it is another kind of file."""


def evaluate(file: Path, config: Path, *, split: str | None, with_misses: bool, as_json: bool) -> int:
    """Take each mail through the real graph and print the scores; returns 1 when a line could not be used.

    The mode is auto, whatever is configured, so that the route is that of the rules. Nothing is stored or sent.
    """
    configure_logging(json_lines=not sys.stderr.isatty(), file=sys.stderr)
    settings = load_settings(config).model_copy(update={"mode": "auto"})
    try:
        gold = read_gold(
            file,
            split=split,
            categories={category.id for category in settings.categories()},
            articles={article.id for article in load_articles(settings.path(settings.knowledge_dir))},
        )
    except OSError as error:
        complain(f"{file}: {error.strerror}")
        return 1
    except UnicodeDecodeError as error:
        complain(f"{file}: this is not UTF-8 ({error.reason} at byte {error.start}); save it as UTF-8 text")
        return 1
    errors = gold.errors
    if not gold.lines and not errors:
        errors.append(f"{file}: there is no mail" + (f" with split '{split}'" if split else "; write one a line"))
    results: list[Result] = []
    for number, outcome in zip(gold.lines, asyncio.run(_triage(settings, file.parent, gold.lines)), strict=True):
        if isinstance(outcome, Result):
            results.append(outcome)
        else:
            errors.append(f"{file}:{number}: {outcome}")
    _complain(file, errors)
    missed = [f"{result.name}: {miss}" for result in results for miss in misses(result)] if with_misses else []
    if as_json:
        print_json({"errors": errors, **asdict(scores_of(results)), **({"misses": missed} if with_misses else {})})
    elif results:
        print_scores(scores_of(results))
        for text in missed:
            say(text)
    return int(bool(errors))


def _complain(file: Path, errors: Sequence[str]) -> None:
    for text in errors[:MOST_ERRORS]:
        complain(text)
    if len(errors) > MOST_ERRORS:
        complain(f"{file}: {len(errors) - MOST_ERRORS:,} more errors; write one JSON object a line, each a mail")


async def _triage(settings: Settings, folder: Path, lines: Mapping[int, GoldLine]) -> list[Result | str]:
    """For each line its result, or why there is none; as many at once as the model takes."""
    free = asyncio.Semaphore(settings.model.concurrency)

    async def one(trial: Trial, number: int, line: GoldLine) -> Result | str:
        async with free:
            if line.eml is None:
                outcome: Tried | Kind = await trial.of_text(line.subject, line.text or "", number=number)
            else:
                try:
                    outcome = await trial.of_mail((folder / line.eml).read_bytes(), number=number)
                except (PermanentError, OSError) as error:
                    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
                    return f"eml: {line.eml}: {reason}; correct the path, or put the text of the mail into text"
        name = line.id or f"line {number}"
        triaged = _triaged(outcome, priced=bool(settings.model.prices))
        return Result(name=name, expected=line.expected(), triaged=triaged)

    async with open_trial(settings) as engine:
        trial = Trial(settings=settings, engine=engine)
        return await asyncio.gather(*(one(trial, number, line) for number, line in lines.items()))


def _triaged(tried: Tried | Kind, *, priced: bool) -> Triaged:
    if isinstance(tried, Kind):
        return Triaged(route="ignore", rule=f"intake:{tried.kind}", money=0.0 if priced else None)
    outcome = tried.state
    ended = Triaged(
        route=outcome["disposition"],
        rule=outcome["rule"],
        cited=tuple(outcome["sources"]),
        calls=outcome["usage"]["calls"],
        tokens_in=outcome["usage"]["tokens_in"],
        tokens_out=outcome["usage"]["tokens_out"],
        money=outcome["usage"]["cost"] if priced else None,
        failure=outcome["failure"],
    )
    if not outcome["category"]:
        return ended
    return replace(
        ended,
        category=outcome["category"],
        sentiment=outcome["sentiment"],
        language=outcome["language"],
        wants_human=outcome["wants_human"],
        asks=len(outcome["asks"]),
        confidence=outcome["confidence"],
    )
