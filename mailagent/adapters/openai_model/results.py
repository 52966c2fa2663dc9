"""What a language model must fill in: its answer is read strictly, and nothing in it is repaired."""

from collections.abc import Sequence
from typing import Annotated, Self

import pydantic
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, ValidationInfo

from mailagent.domain.signals import Sentiment

LONGEST_QUERY = 1_000
LONGEST_ASK = 500
LONGEST_WORD = 100
LONGEST_LETTER = 6_000
LONGEST_SUMMARY = 1_000
LONGEST_FIX = 3_000
LANGUAGE = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]


class Result(BaseModel):
    """What a model fills in. The validation context is what may be named: the ids of categories or articles."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    @property
    def letter(self) -> str:
        """What of it may be sent to the customer."""
        return ""

    @pydantic.model_validator(mode="after")
    def _is_text(self) -> Self:
        if "\\u0000" in self.model_dump_json():
            raise ValueError("no text may hold the character NUL; no mail and not every database takes it")
        return self


class ReadSignals(Result):
    """The signals of one mail."""

    category: str
    sentiment: Sentiment
    sentiment_score: float = Field(ge=-1, le=1)
    mood_words: list[Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_WORD)]]
    language: LANGUAGE
    wants_human: bool
    asks: list[Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_ASK)]]
    complexity: float = Field(ge=0, le=1)
    injection_suspected: bool
    confidence: float = Field(ge=0, le=1)
    search_query: Annotated[str, StringConstraints(max_length=LONGEST_QUERY)]

    @pydantic.field_validator("category")
    @classmethod
    def _is_configured(cls, value: str, info: ValidationInfo) -> str:
        if value not in _known(info):
            raise ValueError(f"must be one of {', '.join(_known(info))}")
        return value


class AnswerToAsk(Result):
    """Which article answers the question with this number, from 1."""

    ask: int
    article: str


class Reply(Result):
    """A reply, or `answered` false where the articles do not hold it."""

    answered: bool
    text: Annotated[str, StringConstraints(max_length=LONGEST_LETTER)]
    sources: list[str]
    answers: list[AnswerToAsk]

    @property
    def letter(self) -> str:
        """See `Result`."""
        return self.text

    @pydantic.model_validator(mode="after")
    def _is_grounded(self, info: ValidationInfo) -> Self:
        if self.answered and not (self.text.strip() and self.sources and set(self.sources) <= set(_known(info))):
            raise ValueError("where answered is true, text is needed, and sources must name articles that were given")
        if self.answered and any(row.article not in self.sources for row in self.answers):
            raise ValueError("each article in answers must stand in sources too")
        return self


class CaseBrief(Result):
    """What a reviewer needs."""

    summary: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_SUMMARY)]
    suggested_fix: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_FIX)]
    draft: Annotated[str, StringConstraints(max_length=LONGEST_LETTER)] | None

    @property
    def letter(self) -> str:
        """See `Result`."""
        return self.draft or ""


class Redraft(Result):
    """The new text of a draft."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_LETTER)]

    @property
    def letter(self) -> str:
        """See `Result`."""
        return self.text


def problem_of(error: ValidationError) -> str:
    """What is wrong and where, without the value: it may quote the mail."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, one['loc'])) or 'JSON'}: {one['msg']}" for one in found[:3])


def _known(info: ValidationInfo) -> Sequence[str]:
    return info.context or ()
