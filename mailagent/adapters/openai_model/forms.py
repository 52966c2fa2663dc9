"""The forms that a language model fills in, as JSON schemas: closed, every key required, as strict servers ask."""

from collections.abc import Mapping, Sequence
from typing import get_args

from mailagent.domain.routing import Sentiment

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
        language={**TEXT, "description": "a language tag such as en"},
        wants_human=FLAG,
        confidence={**NUMBER, "description": "from 0.0 to 1.0"},
        search_query=TEXT,
    )


def reply_form() -> Schema:
    """`answered` false means that the articles do not hold the answer."""
    return _form(answered=FLAG, text=TEXT, sources={"type": "array", "items": TEXT})


def brief_form() -> Schema:
    """`draft` may be null."""
    return _form(summary=TEXT, suggested_fix=TEXT, draft={"type": ["string", "null"]})


def _form(**properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
