"""``text/enriched`` (RFC 1896), as old mail programs and calendars write it, to HTML."""

import re
from html import escape

_TOKEN = re.compile(r"<<|<(/?)([A-Za-z0-9-]{1,60})>|\n+")
_QUOTE = {"excerpt": "blockquote"}


def enriched_to_html(text: str) -> str:
    """HTML with the words, line breaks and quotes of `text`, which has LF line ends; fonts and colours are dropped.

    One line end is a blank and any more are one less, but in ``nofill`` each counts (RFC 1896, section 3).
    """
    written: list[str] = []
    at = unfilled = 0
    in_parameter = False
    for token in _TOKEN.finditer(text):
        if not in_parameter:
            written.append(escape(text[at : token.start()]))
        at = token.end()
        name = (token[2] or "").lower()
        if name == "param":
            in_parameter = not token[1]
        elif in_parameter:
            continue
        elif name == "nofill":
            unfilled = max(0, unfilled + (-1 if token[1] else 1))
        elif name in _QUOTE:
            written.append(f"<{token[1]}{_QUOTE[name]}>")
        elif token[0] == "<<":
            written.append("&lt;")
        elif not name:
            breaks = len(token[0]) - (0 if unfilled else 1)
            written.append("<br>" * breaks or " ")
    written.append("" if in_parameter else escape(text[at:]))
    return "".join(written)
