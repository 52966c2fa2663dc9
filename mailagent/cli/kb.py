"""``mailagent kb``: the articles, what is wrong with them, what a search finds, and what no article answers."""

import asyncio
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from mailagent.adapters.knowledge import Hit, read_articles
from mailagent.adapters.knowledge.gaps import Gap, Question, gaps_of
from mailagent.adapters.knowledge.review import review_articles
from mailagent.cli.show import complain, print_json, print_table, say
from mailagent.domain.case import read_case_number
from mailagent.domain.numbers import counted
from mailagent.errors import BAD_CONFIG
from mailagent.events import configure_logging
from mailagent.settings import load_settings
from mailagent.store.views import View
from mailagent.wiring.opening import open_views
from mailagent.wiring.trial import open_knowledge

UNANSWERED = frozenset({"no-article", "no-grounded-answer", "ask-unanswered"})
"""Rules that give a mail to a person because no article answers it."""
MOST_FOUND = 10


def list_articles(config: Path, *, as_json: bool) -> int:
    """Print every usable article; returns 78 when there is one that cannot be used."""
    settings = load_settings(config)
    articles, problems = read_articles(settings.path(settings.knowledge_dir))
    today = datetime.now(UTC).date()
    rows = [
        {
            "article": article.id,
            "title": article.title,
            "category": article.category,
            "language": article.language,
            "answer": article.answer,
            "valid_until": article.valid_until and article.valid_until.isoformat(),
            "expired": article.expired(today),
        }
        for article in articles
    ]
    if as_json:
        print_json(rows)
    elif rows:
        columns = {"article": "Article", "title": "Title", "category": "Category", "language": "Language"}
        shown = [{**row, "valid_until": _until(row)} for row in rows]
        print_table({**columns, "answer": "Answer", "valid_until": "Valid until"}, shown)
    else:
        say("There are no articles.")
    if problems:
        broken = {problem.path for problem in problems}
        complain(f"{counted(len(broken), 'file')} cannot be used: 'mailagent kb check' says why.")
    return BAD_CONFIG if problems else 0


def check_articles(config: Path) -> int:
    """Print all that is wrong with the articles; returns 78 when there is anything."""
    settings = load_settings(config)
    folder = settings.path(settings.knowledge_dir)
    articles, problems = read_articles(folder)
    categories = {category.id for category in settings.category}
    problems += review_articles(articles, folder, categories=categories, today=datetime.now(UTC).date())
    for problem in sorted(problems, key=lambda problem: (problem.path, problem.line)):
        complain(str(problem))
    if problems:
        return BAD_CONFIG
    say(f"{folder}: good. {counted(len(articles), 'article')}.", "green")
    return 0


def search_articles(config: Path, words: str, *, language: str | None, as_json: bool) -> int:
    """Print what a mail with these words would find, best first; returns 1 when that is nothing."""
    settings = load_settings(config)

    async def main() -> tuple[Hit, ...]:
        async with open_knowledge(settings) as knowledge:
            return await knowledge.hits(words, category=None, limit=MOST_FOUND, language=language)

    configure_logging(json_lines=not sys.stderr.isatty(), file=sys.stderr)
    hits = asyncio.run(main())
    rows = [
        {
            "article": hit.article.id,
            "section": hit.heading,
            "language": hit.article.language,
            "answer": hit.article.answer,
            "score": round(hit.score, 4),
            "why": hit.why,
        }
        for hit in hits
    ]
    if as_json:
        print_json(rows)
    elif rows:
        columns = {"article": "Article", "section": "Section", "language": "Language", "answer": "Answer"}
        print_table({**columns, "score": "Score", "why": "Why"}, rows)
    else:
        say("No article is found: such a mail goes to a person.")
    return 0 if rows else 1


def show_gaps(config: Path, *, as_json: bool) -> None:
    """Print what customers asked and no article answers, the most frequent first."""

    async def main() -> list[Question]:
        async with open_views(load_settings(config)) as views:
            asked: dict[str, Question] = {}
            async for entry in views.log_entries():
                number = str(entry.get("case"))
                case_id = read_case_number(number) if _is_gap(entry) else None
                case = await views.case(case_id) if case_id is not None else None
                for question in _questions(number, case, entry):
                    asked[question.case] = question
            return list(asked.values())

    gaps = gaps_of(asyncio.run(main()))
    if as_json:
        print_json([_row(gap) for gap in gaps])
    elif gaps:
        rows = [
            {**_row(gap), "examples": "\n".join(f"{one.case} {one.subject}" for one in gap.examples)} for gap in gaps
        ]
        print_table({"size": "Cases", "words": "Words", "examples": "For example"}, rows)
    else:
        say("No question went to a person for lack of an article.")


def _is_gap(entry: View) -> bool:
    """Not where the mail seems to speak to a machine: what it says must not find its way into an article. Of a person
    who was forgotten there are no words.
    """
    signals = entry.get("signals")
    suspected = isinstance(signals, dict) and signals.get("injection_suspected")
    return entry.get("rule") in UNANSWERED and not suspected and not entry.get("forgotten")


def _until(row: View) -> str:
    return f"{row['valid_until']} EXPIRED" if row["expired"] else str(row["valid_until"] or "")


def _questions(number: str, case: View | None, entry: View) -> Iterator[Question]:
    """The message of `case` that a log entry is about."""
    messages = case["messages"] if case else []
    for message in messages if isinstance(messages, list) else []:
        if message["message"] == entry.get("message") and case:
            language = str(entry.get("language") or "en")
            yield Question(case=number, subject=str(message["subject"]), text=str(message["text"]), language=language)


def _row(gap: Gap) -> dict[str, object]:
    examples = [{"case": one.case, "subject": one.subject} for one in gap.examples]
    return {"size": gap.size, "words": list(gap.words), "examples": examples}
