"""Which elements of an HTML mail a reader does not see, told from their attributes and the mail's style sheet.

Only what is stated on the element itself or by a simple selector (a tag, a class, an id) counts; whoever hides text by
other means is not caught, but nobody's visible text is lost.
"""

import re
from dataclasses import dataclass, field

MOST_RULES = 2_000
LONGEST_SHEET = 200_000

_COMMENT = re.compile(r"/\*[^*]{0,5000}\*/")
_SELECTOR = re.compile(r"[a-z][a-z0-9]{0,20}|[.#][\w-]{1,100}")
_BRACE = re.compile("[{}]")
_BLANK = re.compile(r"\s+")
_NUMBER = re.compile(r"(-?[0-9]{0,7}\.?[0-9]{0,7})(px|pt|em|rem|ex|%|cm|in|vw|)")
_WHITES = frozenset({"#fff", "#ffffff", "white", "rgb(255,255,255)"})
_OFF_SCREEN = -500.0
"""Pixels; nothing of a mail stands so far to the left or above."""
_TINY = 1.0
_NO_ALPHA = re.compile(r"(?:rgba|hsla)\([0-9.%,]{1,40},(?:0|0?\.0{1,9}|0%)\)")
_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})\s?")
_READ = frozenset({
    "display", "mso-hide", "opacity", "overflow", "overflow-x", "overflow-y", "clip", "clip-path", "transform",
    "font-size", "visibility", "color", "background", "background-color", "white-space", "border", "border-left",
    "border-top", "width", "max-width", "height", "max-height", "left", "top", "text-indent", "margin-left",
    "margin-top", "text-decoration",
})  # fmt: skip
"""The properties that are asked for; a sheet may state thousands of others."""
_SIZES = ("width", "max-width", "height", "max-height")
_OFFSETS = ("left", "top", "text-indent", "margin-left", "margin-top")


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the ``<style>`` elements of a mail say, by selector in lower case."""

    rules: dict[str, dict[str, str]] = field(default_factory=dict)

    def style(self, tag: str, attributes: dict[str, str]) -> dict[str, str]:
        """The declarations that hold for an element: by tag, class and id, then its own."""
        found = dict(self.rules.get(tag, {})) if self.rules else {}
        if self.rules:
            for name in dict.fromkeys(attributes.get("class", "").lower().split()[:50]):
                found.update(self.rules.get(f".{name}", {}))
            found.update(self.rules.get(f"#{attributes.get('id', '').lower()}", {}))
        found.update(declarations(attributes.get("style", "")))
        return found


def read_sheet(css: str) -> Sheet:
    """The rules of a style sheet outside of ``@media`` and the like, which hold for some screens only."""
    rules: dict[str, dict[str, str]] = {}
    text = _COMMENT.sub("", css[:LONGEST_SHEET]).replace("<!--", "").replace("-->", "")
    depth = start = 0
    selectors = ""
    for brace in _BRACE.finditer(text):
        between = text[start : brace.start()]
        start = brace.end()
        if brace[0] == "{":
            depth += 1
            selectors = between.rpartition(";")[2].lower() if depth == 1 else selectors
            continue
        for selector in map(str.strip, selectors.split(",") if depth == 1 else ()):
            if _SELECTOR.fullmatch(selector) and (selector in rules or len(rules) < MOST_RULES):
                rules.setdefault(selector, {}).update(declarations(between))
        depth = max(depth - 1, 0)
    return Sheet(rules)


def declarations(style: str) -> dict[str, str]:
    """``name: value`` pairs in lower case without blanks, of the properties that anything here asks for; of two with
    one name the last counts, but an ``!important`` one before any other.
    """
    found: dict[str, str] = {}
    strong: set[str] = set()
    plain = _ESCAPE.sub(_unescaped, _COMMENT.sub("", style[:5_000]))
    for part in _BLANK.sub("", plain).lower().split(";"):
        name, _, stated = part.partition(":")
        value = stated.removesuffix("!important")
        if name in _READ and value and (name not in strong or value != stated):
            found[name] = value
            strong |= {name} if value != stated else set()
    return found


def _unescaped(escape: re.Match[str]) -> str:
    """The letter that a CSS escape stands for: some write "display" with one."""
    code = int(escape[1], 16)
    return chr(code) if 0 < code < 0x80 else ""  # noqa: PLR2004 - ASCII; no property has another letter


def is_unseen(style: dict[str, str]) -> bool:
    """Whether an element and all inside it cannot be seen."""
    if style.get("display") == "none" or style.get("mso-hide") == "all" or _is_at_most(style.get("opacity"), 0.01):
        return True
    if any(_is_at_most(style.get(name), _OFF_SCREEN) for name in _OFFSETS):
        return True
    cut = any(style.get(name) in {"hidden", "clip"} for name in ("overflow", "overflow-x", "overflow-y"))
    if style.get("transform") in {"scale(0)", "scale(0,0)", "scalex(0)", "scaley(0)"}:
        return True
    cut_off = cut and any(_is_at_most(style.get(name), 0) for name in _SIZES)
    return cut_off or style.get("clip", "").startswith("rect(0") or style.get("clip-path") == "inset(100%)"


def unseen_by(style: dict[str, str], inherited: frozenset[str]) -> frozenset[str]:
    """Which properties hide the text directly inside, given those that hide the text around it.

    Each is handed down on its own, as browsers do: an element inside can state another size, colour or visibility.
    """
    found = set(inherited)
    size, visibility, color = (style.get(name) for name in ("font-size", "visibility", "color"))
    ground = style.get("background-color", style.get("background"))
    if _is_at_most(size, _TINY):
        found.add("font-size")
    elif size and not size.endswith(("em", "%")):
        found.discard("font-size")
    if visibility:
        (found.add if visibility in {"hidden", "collapse"} else found.discard)("visibility")
    if color == "transparent" or _NO_ALPHA.fullmatch(color or "") or (color in _WHITES and ground in _WHITES):
        found.add("color")
    elif color or ground:
        found.discard("color")
    return frozenset(found)


def _is_at_most(value: str | None, most: float) -> bool:
    """Whether a stated number is so small; one pixel and one em differ, so units of letters count sixteenfold."""
    found = _NUMBER.fullmatch(value) if value else None
    if found is None or found[1] in {"", "-", ".", "-."}:
        return False
    scale = {"em": 16.0, "rem": 16.0, "ex": 8.0, "%": 0.16, "cm": 38.0, "in": 96.0}.get(found[2], 1.0)
    return float(found[1]) * scale <= most
