"""HTML to text: blocks to lines, lists to dashes, quotes to ``> ``, and nothing that a reader would not see."""

import html as entities
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailagent.errors import PermanentError
from mailagent.mail.charset import HIDDEN_TEXT
from mailagent.mail.hidden import Sheet, is_unseen, read_sheet, unseen_by
from mailagent.mail.html_page import Page
from mailagent.mail.html_quotes import is_quote, starts_rest

LARGEST = 1_000_000
LONGEST_TAG = 65_536
MOST_TAGS = 50_000
DEEPEST = 256
HOSTILE_DEPTH = 10_000
"""Nesting that no program writes, not even one that forgets to close its tags."""
RULE = "_" * 32
LONGEST_URL = 1_000

STRUCK_TEXT = "text that is struck through was left in"
_STRUCK = frozenset({"s", "strike", "del"})
_SKIPPED = frozenset({
    "head", "script", "style", "title", "template", "noscript", "iframe", "object", "svg", "math", "noframes",
    "noembed", "datalist",
})  # fmt: skip
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "pre", "blockquote", "table"})
_BLOCKS = _PARAGRAPHS | {
    "div", "li", "tr", "dt", "dd", "section", "article", "header", "footer", "main", "aside", "nav", "address", "form",
    "fieldset", "figure", "figcaption", "center", "caption", "body", "html", "details", "summary",
}  # fmt: skip
_WHOLE_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]{0,20})[^<>]{0,200}>")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]{0,20})")
_NOT_NESTING = frozenset(
    {"p", "li", "td", "th", "tr", "dt", "dd", "option", "br", "hr", "img", "meta", "link", "input", "col", "area",
     "base", "wbr", "source", "embed", "param", "track"}
)  # fmt: skip
_WORD = re.compile(r"[^\W_]")
_ENTITY = re.compile(r"<!entity\s", re.IGNORECASE)
_WHITE = re.compile(r"[ \t\r\n\f]+")


@dataclass(frozen=True, slots=True)
class _Style:
    """What an element hands down to those inside it."""

    quote: int = 0
    unseen_by: frozenset[str] = frozenset()
    preformatted: bool = False
    indent: int = -1
    numbers: Iterator[int] | None = None
    struck: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlText:
    """`text` has no final line end; `quoted` is its first line that the HTML marks as not newly written, or empty."""

    text: str
    quoted: str


def html_to_text(html: str, noted: list[str] | None = None) -> HtmlText:
    """The readable text of an HTML mail.

    Text that a style hides is left out. Quoted mail and signatures start with ``>``, told from structure: see
    `html_quotes`. Over 1 MB, 50,000 tags, 64 kB in a tag or a nesting of 256, where parsers slow down, a plain scan is
    used instead: all words come out, but less of the form. Both are added to `noted`, in words. Raises
    `PermanentError` over a nesting of 10,000.
    """
    defects = [] if noted is None else noted
    depth = _nesting(html)
    if depth > HOSTILE_DEPTH and _nesting(html, of=_WHOLE_TAG) > HOSTILE_DEPTH:
        raise PermanentError(f"the HTML is nested deeper than {HOSTILE_DEPTH:,} levels")
    if len(html) > LARGEST or html.count("<") > MOST_TAGS or depth > DEEPEST or _longest_tag(html) > LONGEST_TAG:
        defects.append("the HTML is too large or too tangled to keep its form")
        return _scan(html)
    if _ENTITY.search(html):
        defects.append("the HTML defines characters of its own, which were not read")
    parser = LexborHTMLParser(html)
    sheet = read_sheet("".join(node.text(deep=True) for node in parser.css("style")))
    return _walk(parser.body, sheet, defects) if parser.body is not None else HtmlText(text="", quoted="")


def _walk(root: LexborNode, sheet: Sheet, defects: list[str]) -> HtmlText:
    page = Page()
    hides_words = False
    rest_quoted = False
    stack: list[tuple[LexborNode, _Style, bool]] = [(root, _Style(), True)]
    while stack:
        node, style, entering = stack.pop()
        tag = node.tag or ""
        if tag == "-text":
            if not style.unseen_by:
                _write_text(page, node.text_content or "", style, rest_quoted=rest_quoted)
            else:
                hides_words = hides_words or bool(_WORD.search(node.text_content or ""))
            continue
        if tag.startswith("-") or tag in _SKIPPED:
            continue
        attributes = {name: value or "" for name, value in node.attributes.items()} if entering else {}
        if not entering:
            _leave(page, node, style, rest_quoted=rest_quoted)
            continue
        styled = sheet.style(tag, attributes)
        if "hidden" in attributes or is_unseen(styled):
            hides_words = hides_words or bool(_WORD.search(node.text(deep=True)))
            continue
        if starts_rest(attributes, styled):
            page.block()
            rest_quoted = True
        inside = _inside(node, tag, attributes, styled, style)
        _enter(page, tag, attributes, inside, rest_quoted=rest_quoted)
        stack.append((node, style, False))
        child = node.last_child
        while child is not None:
            stack.append((child, inside, True))
            child = child.prev
    found = {HIDDEN_TEXT: hides_words, STRUCK_TEXT: page.strikes}
    defects.extend(defect for defect, is_there in found.items() if is_there)
    return HtmlText(text=page.text(), quoted=page.quoted)


def _inside(node: LexborNode, tag: str, attributes: dict[str, str], styled: dict[str, str], style: _Style) -> _Style:
    return replace(
        style,
        quote=style.quote + is_quote(node, attributes, styled),
        unseen_by=unseen_by(styled, style.unseen_by),
        preformatted=style.preformatted or tag == "pre" or styled.get("white-space", "").startswith("pre"),
        indent=style.indent + 1 if tag in {"ul", "ol"} else style.indent,
        numbers=(count(1) if tag == "ol" else None) if tag in {"ul", "ol"} else style.numbers,
        struck=style.struck or tag in _STRUCK or "line-through" in styled.get("text-decoration", ""),
    )


def _enter(page: Page, tag: str, attributes: dict[str, str], inside: _Style, *, rest_quoted: bool) -> None:
    quote = max(inside.quote, int(rest_quoted))
    if tag in _BLOCKS or quote != page.quote:
        page.block(paragraph=tag in _PARAGRAPHS and not _is_tight(tag, attributes, inside))
    page.quote = quote
    if tag == "br":
        page.newline()
    elif tag == "hr":
        page.block()
        page.write(RULE)
        page.block()
    elif tag == "li":
        page.prefix = "  " * max(inside.indent, 0) + (f"{next(inside.numbers)}. " if inside.numbers else "- ")
    elif tag in {"td", "th"}:
        page.write(" ")
    elif tag == "img" and 0 < len(attributes.get("alt", "")) <= 8 and not attributes["alt"].isascii():  # noqa: PLR2004 - emoji
        page.write(attributes["alt"])


def _leave(page: Page, node: LexborNode, style: _Style, *, rest_quoted: bool) -> None:
    tag = node.tag or ""
    if tag == "a" and not style.unseen_by:
        page.write(_url(node))
    elif tag in _BLOCKS or max(style.quote, int(rest_quoted)) != page.quote:
        attributes = {name: value or "" for name, value in node.attributes.items()}
        page.block(paragraph=tag in _PARAGRAPHS and not _is_tight(tag, attributes, style))
    if tag == "li":
        page.prefix = ""


def _is_tight(tag: str, attributes: dict[str, str], style: _Style) -> bool:
    """Paragraphs without a margin (Word writes every line as one), lists in lists, and tables that lay out a mail."""
    margin = re.search(r"margin:0|margin-bottom:0", attributes.get("style", "").replace(" ", ""))
    word = attributes.get("class", "").replace("x_", "").startswith("Mso")
    return tag == "table" or (tag == "p" and (word or margin is not None)) or (tag in {"ul", "ol"} and style.indent > 0)


def _write_text(page: Page, text: str, style: _Style, *, rest_quoted: bool) -> None:
    quote = max(style.quote, int(rest_quoted))
    page.strikes = page.strikes or (style.struck and not quote and bool(_WORD.search(text)))
    if quote != page.quote and text.strip():
        page.block()
        page.quote = quote
    if not style.preformatted:
        page.write(_WHITE.sub(" ", text))
        return
    first, *others = text.replace("\r\n", "\n").replace(" ", "\xa0").split("\n")
    page.write(first)
    for line in others:
        page.newline()
        page.write(line)


def _url(node: LexborNode) -> str:
    """The link's address in brackets, unless the text already says it."""
    target = (node.attributes.get("href") or "").strip()
    plain = re.sub(r"^(?:https?://(?:www\.)?|mailto:|tel:)", "", target[: LONGEST_URL + 1].lower()).rstrip("/")
    known = target.lower().startswith(("http://", "https://", "mailto:", "tel:"))
    if not known or not plain or len(target) > LONGEST_URL or re.search(r"\s", target):
        return ""
    shown = _beginning(node)
    return f" ({target})" if shown and plain not in shown else ""


def _beginning(node: LexborNode) -> str:
    """The first letters inside a link, in lower case without blanks: a link may hold the whole mail, and others."""
    shown = ""
    for inner in node.traverse(include_text=True):
        if inner.tag == "-text":
            shown += _WHITE.sub("", inner.text_content or "").lower()
        if len(shown) > 2 * LONGEST_URL:
            break
    return shown


def _longest_tag(html: str) -> int:
    return max(len(part.partition(">")[0]) for part in html.split("<"))


def _nesting(html: str, *, of: re.Pattern[str] = _TAG) -> int:
    """The deepest nesting that these tags can lead to; too high where tags are not closed, never too low: an end tag
    without a beginning closes nothing.
    """
    depth = deepest = 0
    opened: Counter[str] = Counter()
    for closes, written in of.findall(html):
        name = written.lower()
        if name in _NOT_NESTING:
            continue
        if not closes:
            opened[name] += 1
            depth += 1
            deepest = max(deepest, depth)
        elif opened[name]:
            opened[name] -= 1
            depth -= 1
    return deepest


def _scan(html: str) -> HtmlText:
    """Tags removed by looking for their ends; linear whatever the input."""
    page = Page()
    lower = html.lower()
    at = 0
    while at < len(html):
        start = html.find("<", at)
        if start < 0:
            start = len(html)
        page.write(_WHITE.sub(" ", entities.unescape(html[at:start])))
        end = html.find("-->" if html.startswith("<!--", start) else ">", start)
        if start == len(html):
            break
        if end < 0:
            page.write(_WHITE.sub(" ", entities.unescape(html[start:])))
            break
        at = end + (3 if html.startswith("<!--", start) else 1)
        found = _TAG.match(html, start)
        name = found[2].lower() if found else ""
        if name in _SKIPPED and found and not found[1]:
            at = lower.find(f"</{name}", at)
            if at < 0:
                break
        elif name in _BLOCKS or name == "br":
            page.block(paragraph=name == "p")
            if name == "blockquote" and found:
                page.quote = max(page.quote - 1, 0) if found[1] else min(page.quote + 1, 10)
    return HtmlText(text=page.text(), quoted=page.quoted)
