"""The lines of a text as they are written from HTML: blocks, blank lines between paragraphs, and marks of quotes."""

import re
from dataclasses import dataclass, field

LONGEST_LINE = 10_000


@dataclass(slots=True)
class Page:
    """The lines so far. `quote` is the depth of the line being written; `quoted` the first quoted line with words,
    and `strikes` whether anything that is not quoted was struck through.
    """

    lines: list[str] = field(default_factory=list)
    line: str = ""
    quote: int = 0
    quoted: str = ""
    prefix: str = ""
    wants_blank: bool = False
    strikes: bool = False

    def write(self, text: str) -> None:
        """Add to the line; blanks between words are one, and none stands at its start."""
        if not self.line.strip(" "):
            text = text.lstrip(" ")
            if not text:
                return
            if self.wants_blank and self.lines and self.lines[-1].strip("> "):
                self.lines.append(">" * min(self.quote, _depth(self.lines[-1])))
            self.wants_blank = False
            self.line, self.prefix = self.prefix, ""
        elif self.line.endswith(" "):
            text = text.lstrip(" ")
        if len(self.line) > LONGEST_LINE:
            self.newline()
        self.line += text

    def newline(self) -> None:
        """End the line, even an empty one."""
        marks = ">" * self.quote
        text = self.line.replace("\xa0", " ").rstrip()
        self.lines.append(f"{marks} {text}".rstrip() if marks else text)
        if marks and text and not self.quoted:
            self.quoted = self.lines[-1]
        self.line = ""

    def block(self, *, paragraph: bool = False) -> None:
        """End the line if something stands on it."""
        if self.line.strip(" "):
            self.newline()
        self.line = ""
        self.wants_blank = self.wants_blank or paragraph

    def text(self) -> str:
        """All of it, without blank lines at the ends."""
        self.block()
        return re.sub(r"\n{4,}", "\n\n\n", "\n".join(self.lines)).strip("\n")


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(">"))
