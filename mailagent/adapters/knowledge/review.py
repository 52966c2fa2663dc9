"""What is wrong with articles that can be used: what an admin should mend before a customer notices."""

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from pathlib import Path

from mailagent.adapters.knowledge.articles import ArticleFile, Problem, line_of

LINK = re.compile(r"\[[^\[\]]{0,300}\]\(([^()\s]{1,300})")
"""A Markdown link; its first group is the target."""
ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}:|[/#]")
"""How targets start that are no relative path."""


def review_articles(
    articles: Sequence[ArticleFile], folder: Path, *, categories: Collection[str], today: date
) -> Iterator[Problem]:
    """Articles that are expired, of an unknown category, named like another one in the same language, or link to a
    file of `folder` that is not there.
    """
    first: dict[tuple[str, str], ArticleFile] = {}
    for article in articles:
        if article.expired(today):
            hint = f"it ended on {article.valid_until}; write a later day, or remove the file"
            yield _problem(article, "valid_until", hint)
        if article.category not in categories:
            known = ", ".join(sorted(categories))
            yield _problem(article, "category", f"'{article.category}' is not in categories.toml; known are {known}")
        other = first.setdefault((article.title.casefold(), article.language), article)
        if other is not article:
            hint = f"'{article.title}' is also the title of {other.path}; give each its own, or make one of the two"
            yield _problem(article, "title", hint)
        yield from _dead_links(article, folder)


def _dead_links(article: ArticleFile, folder: Path) -> Iterator[Problem]:
    lines = article.path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        for target in LINK.findall(line):
            if ELSEWHERE.match(target):
                continue
            file = (article.path.parent / target.partition("#")[0]).resolve()
            if not file.is_file() or not file.is_relative_to(folder.resolve()):
                text = f"'{target}' leads to no file of {folder}; correct the path, seen from {article.path.parent}"
                yield Problem(path=article.path, line=number, key="link", text=text)


def _problem(article: ArticleFile, key: str, text: str) -> Problem:
    front = article.path.read_text(encoding="utf-8").splitlines()[1:]
    return Problem(path=article.path, line=line_of(front, key), key=key, text=text)
