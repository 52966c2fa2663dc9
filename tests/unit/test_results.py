"""What a language model filled in is read strictly."""

import pytest
from pydantic import ValidationError

from mailagent.adapters.openai_model.results import Reply

REPLY = '{"answered": true, "text": "Hello Tom", "sources": ["cards"], "answers": []}'
ARTICLES = ("cards",)


def test_text_with_nul_is_refused() -> None:
    """A paused case could not be stored with it on PostgreSQL, and its mail would crash the triage three times."""
    assert Reply.model_validate_json(REPLY, context=ARTICLES).text == "Hello Tom"

    with pytest.raises(ValidationError, match="NUL"):
        Reply.model_validate_json(REPLY.replace(" Tom", r"\u0000"), context=ARTICLES)
