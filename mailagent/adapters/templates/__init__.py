"""Render the admins' templates with Jinja, in its sandbox.

A file is read once; a new object reads it again, so that a bad edit cannot reach a running daemon by itself.
"""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound, UndefinedError
from jinja2.exceptions import SecurityError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from mailagent.adapters.templates.words import CustomerWords, promised
from mailagent.domain.dead_links import LINE_ENDS, defang
from mailagent.domain.reply import decides
from mailagent.errors import ConfigurationError
from mailagent.language.commands import vocabulary
from mailagent.ports import Body

LONGEST_OUTPUT = 200_000
WIDTH = 72
LONGEST_WORD = 60
"""Characters of a word on a line from outside."""
COMMANDS = vocabulary()
"""Those of every shipped language."""
LONGEST_COMMAND = max(len(word.split()) for word in (*COMMANDS.verbs, *COMMANDS.weak))

RULE = re.compile(r"([^\w\s]|_)\1{3,}")
ITEM = re.compile(r"(\s*(?:(?:[-*•]|\d{1,3}[.)])\s+)?)(.*)", re.DOTALL)


class JinjaTemplates:
    """See `Templates`. `folder` is the admins' ``templates/``. Raises `ConfigurationError` where nothing is there."""

    def __init__(self, folder: Path) -> None:
        if not any(folder.rglob("*.j2")):
            raise ConfigurationError(
                f"{folder}: there are no templates; copy the shipped ones there, or correct templates_dir in"
                " mailagent.toml"
            )
        self._folder = folder
        self.words = CustomerWords(folder / "customer" / "words")
        self._jinja = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(folder),
            undefined=StrictUndefined,
            autoescape=lambda name: name is not None and name.endswith(".html.j2"),
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._jinja.filters |= {
            "paragraphs": paragraphs,
            "defang": defang,
            "wrap": wrap,
            "quote": quote,
            "oneline": oneline,
            "promised": promised,
        }
        self._jinja.globals["words"] = self.words.of

    def text(self, name: str, values: Mapping[str, object]) -> str:
        """See `Templates`. The result has no line end after its last line."""
        return self._render(f"{name}.txt.j2", values)

    def body(self, name: str, values: Mapping[str, object]) -> Body:
        """See `Templates`."""
        return Body(text=self.text(name, values), html=self._render(f"{name}.html.j2", values))

    def _render(self, file: str, values: Mapping[str, object]) -> str:
        try:
            return self._capped(file, values)
        except TemplateNotFound as error:
            text = f"{self._folder.name}/{error.name}: error the file is missing; copy it from the shipped templates"
            raise ConfigurationError(text) from error
        except TemplateSyntaxError as error:
            raise self._error(error.name or file, error.lineno, f"{error.message}; correct this line") from error
        except UndefinedError as error:
            raise self._error(*self._place(error, file), _unknown(error, values)) from error
        except SecurityError as error:
            remedy = f"{error.message}; a template may only show its values"
            raise self._error(*self._place(error, file), remedy) from error
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, RecursionError, OSError) as error:
            raise self._error(*self._place(error, file), f"{error}; correct this line") from error

    def _capped(self, file: str, values: Mapping[str, object]) -> str:
        parts: list[str] = []
        size = 0
        for part in self._jinja.get_template(file).generate(values):
            parts.append(part)
            size += len(part.encode(errors="replace"))
            if size > LONGEST_OUTPUT:
                raise self._error(file, None, f"more than {LONGEST_OUTPUT // 1000} kB of output; shorten the template")
        return "".join(parts)

    def _place(self, error: Exception, file: str) -> tuple[str, int | None]:
        """The template and line that raised: Jinja puts them into the traceback."""
        place: tuple[str, int | None] = (file, None)
        step = error.__traceback__
        while step is not None:
            source = Path(step.tb_frame.f_code.co_filename)
            if source.is_relative_to(self._folder) and source.suffix == ".j2":
                place = (source.relative_to(self._folder).as_posix(), step.tb_lineno)
            step = step.tb_next
        return place

    def _error(self, file: str, line: int | None, text: str) -> ConfigurationError:
        where = f":{line}" if line else ""
        return ConfigurationError(f"{self._folder.name}/{file}{where}: error {text}")


def _unknown(error: UndefinedError, values: Mapping[str, object]) -> str:
    """What an undefined name should have been."""
    words = error.message or "a value is undefined"
    named = re.match(r"'(\w+)' is undefined", words)
    near = get_close_matches(named[1], values, n=1) if named else []
    if near:
        return f"{words}, did you mean '{near[0]}'?"
    return f"{words}; this template has: {', '.join(sorted(values))}"


def paragraphs(text: str, css: str = "", style: str = "margin:0 0 12px 0") -> Markup:
    """Plain text as HTML: blank lines part paragraphs, other line ends stay, indented lines stay indented."""
    opening = Markup('<p class="{}" style="{}">').format(css, style)
    blocks = re.split(r"\n(?:[ \t]*\n)+", LINE_ENDS.sub("\n", text).strip("\n"))
    return Markup("\n").join(opening + Markup("<br>\n").join(_lines(block)) + Markup("</p>") for block in blocks)


def _lines(block: str) -> Iterator[Markup]:
    for line in block.split("\n"):
        bare = line.lstrip(" \t")
        yield Markup("&nbsp;") * (len(line.expandtabs(4)) - len(bare.expandtabs(4))) + escape(bare)


def oneline(text: str, limit: int | None = None, word: int = LONGEST_WORD) -> str:
    """All of the text on one line, of at most `limit` characters. A run of signs that draws a rule becomes three of
    them, and what is cut ends with an ellipsis, a word of more than `word` characters too.
    """
    line = " ".join(_cut(each, word) for each in RULE.sub(lambda run: run[0][:3], text).split())
    return line if limit is None else _cut(line, limit)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def quote(text: str) -> str:
    """Each line behind a bar, so that no quoted line can be read as a decision."""
    return "\n".join(f"| {line}".rstrip() for line in text.strip("\n").split("\n"))


def wrap(text: str, width: int = WIDTH, hang: int = 0) -> str:
    """Break lines over `width` columns at blanks. Indentation and list items hang; a long word, such as a link, stays
    whole. A break never puts a decision of the reviewers' grammar at the start of a line. What comes after a break is
    indented by `hang` more, so that a customer's words never stand where ours begin.
    """
    return "\n".join(row for line in text.split("\n") for row in _rows(line.rstrip(), width, hang))


def _rows(line: str, width: int, hang: int) -> Iterator[str]:
    item = ITEM.fullmatch(line)
    if len(line) <= width or item is None:
        yield line
        return
    lead, words = item[1], item[2].split()
    below = " " * (len(lead) + hang)
    start = 0
    while start < len(words):
        end = _row_end(words, start, width - len(lead))
        yield lead + " ".join(words[start:end])
        lead = below
        start = end


def _row_end(words: list[str], start: int, width: int) -> int:
    """Where the row that begins at `start` ends: full, but not before a decision."""
    end = start + 1
    room = width - len(words[start])
    while end < len(words) and len(words[end]) < room:
        room -= len(words[end]) + 1
        end += 1
    full = end
    while end > start + 1 and _decides(words, end):
        end -= 1
    if end == start + 1:
        end = full
        while _decides(words, end):
            end += 1
    return end


def _decides(words: list[str], at: int) -> bool:
    """True when a line that begins at this word could be read as a decision."""
    starts = (" ".join(words[at : at + count]) for count in range(1, LONGEST_COMMAND + 1))
    return any(decides(start, COMMANDS) for start in starts)
