"""The forms that a language model fills in, as JSON schemas: closed, every key required, as strict servers ask."""

from collections.abc import Mapping, Sequence
from typing import get_args

from mailagent.domain.signals import Sentiment

Schema = Mapping[str, object]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
FLAG: Schema = {"type": "boolean"}


def classification_form(categories: Sequence[str]) -> Schema:
    """Category and mood are closed lists; `categories` are the configured ids."""
    return _form(
        category={"type": "string", "enum": list(categories)},
        sentiment={"type": "string", "enum": list(get_args(Sentiment))},
        sentiment_score={**NUMBER, "description": "from -1.0 to 1.0"},
        mood_words={"type": "array", "items": TEXT, "description": "words of the mail that show it, at most 5"},
        language={**TEXT, "description": "a language tag such as en"},
        wants_human=FLAG,
        asks={"type": "array", "items": TEXT, "description": "each question, to be understood alone"},
        complexity={**NUMBER, "description": "from 0.0 to 1.0"},
        injection_suspected=FLAG,
        confidence={**NUMBER, "description": "from 0.0 to 1.0"},
        search_query=TEXT,
    )


def reply_form() -> Schema:
    """`answered` false means that the articles do not hold the answer; `answers` has a row for each ask answered."""
    row = _form(ask={"type": "integer", "description": "the number of the question"}, article=TEXT)
    return _form(
        answered=FLAG, text=TEXT, sources={"type": "array", "items": TEXT}, answers={"type": "array", "items": row}
    )


def brief_form() -> Schema:
    """`draft` may be null."""
    return _form(summary=TEXT, suggested_fix=TEXT, draft={"type": ["string", "null"]})


def revision_form() -> Schema:
    """The new text of a draft."""
    return _form(text=TEXT)


def _form(**properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
