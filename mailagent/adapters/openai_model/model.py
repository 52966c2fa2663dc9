"""Any OpenAI-compatible server as the model, through langchain-openai.

The JSON schema is sent by us and the answer parsed by us: the library's own way loses the token counts of a bad answer
and repairs broken JSON in silence. A server that refuses ``response_format`` with 400 is asked by function calling, and
that is remembered for the model. langchain-openai costs two seconds to import, so that happens at the first call, in a
thread. A process that dies during a call has at most paid for it.
"""

import asyncio
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, TypeVar

from pydantic import SecretStr, ValidationError

from mailagent.adapters.openai_model.errors import BadRequestError, translated
from mailagent.adapters.openai_model.forms import Schema, brief_form, classification_form, reply_form, revision_form
from mailagent.adapters.openai_model.prompt import (
    FENCE_RULE,
    REPAIR,
    TONES,
    article_lines,
    category_lines,
    fenced,
    runs_of,
    without_fence,
)
from mailagent.adapters.openai_model.results import CaseBrief, ReadSignals, Redraft, Reply, Result, problem_of
from mailagent.domain.category import Category
from mailagent.domain.signals import Sentiment
from mailagent.errors import ConfigurationError, PermanentError, TemporaryError
from mailagent.ports import (
    Answer,
    Article,
    Asked,
    Brief,
    Classification,
    CustomerMail,
    Revision,
    UnusableAnswerError,
    Usage,
)

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage
    from langchain_openai import ChatOpenAI

Messages = list[tuple[str, str]]
T = TypeVar("T", bound=Result)
STEPS: Mapping[str, frozenset[str]] = {
    "classify": frozenset({"categories"}),
    "respond": frozenset({"articles", "tone"}),
    "escalate": frozenset({"articles", "tone", "reason"}),
    "revise": frozenset({"articles", "tone", "instruction"}),
}
"""The steps, and the ``$`` values that the prompt of each must use."""
ASKED_AS: Mapping[str, str] = {"revise": "respond"}
"""A step that has no model of its own, and the one whose model it takes."""
TRIES = 2
MOST_ASKS = 6
MOST_WORDS = 5
LONGEST_ANSWER = 50_000
"""Characters of JSON; what is longer holds nothing that is wanted, and sending it back would cost as much again."""
SPARE_SECONDS = 30.0
"""Time for the pauses between the client's own retries, on top of their timeouts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAiSettings:
    """`steps` names the server's model for ``classify``, ``respond`` and ``escalate``. `timeout` is in seconds and for
    one try; the client tries `max_retries` times more when the server is busy. `api_key` may be empty.
    """

    base_url: str
    api_key: str = field(repr=False)
    steps: Mapping[str, str]
    timeout: float = 30.0
    max_retries: int = 2
    concurrency: int = 16
    prices: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """By model: what a million tokens in and a million out cost."""


class OpenAiModel:
    """See `Model`. `prompts` is the folder with a ``.txt`` for each of `STEPS`.

    Raises `ConfigurationError` when a prompt is missing or uses other values than its step gives; so does each step
    when the server refuses the key, or does not know the model.
    """

    def __init__(self, settings: OpenAiSettings, categories: Sequence[Category], *, prompts: Path) -> None:
        self._settings = settings
        self._categories = tuple(categories)
        self._prompts = {step: _prompt(prompts / f"{step}.txt", needed) for step, needed in STEPS.items()}
        self._told = runs_of("\n".join([*(prompt.template for prompt in self._prompts.values()), FENCE_RULE]))
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._building = asyncio.Lock()
        self._clients: dict[str, ChatOpenAI] = {}
        self._by_function: set[str] = set()

    async def classify(self, mail: CustomerMail) -> Classification:
        """See `Model`."""
        known = [one.id for one in self._categories]
        values, form = {"categories": category_lines(self._categories)}, classification_form(known)
        read, usage = await self._ask("classify", values=values, mail=mail, form=form, result=ReadSignals, known=known)
        signals = read.model_dump() | {
            "language": read.language.lower(),
            "mood_words": tuple(dict.fromkeys(read.mood_words))[:MOST_WORDS],
            "asks": tuple(dict.fromkeys(read.asks))[:MOST_ASKS],
        }
        return Classification(**signals, usage=usage)

    async def respond(
        self, mail: CustomerMail, articles: Sequence[Article], *, asks: Sequence[Asked], tone: Sentiment
    ) -> Answer:
        """See `Model`. Articles that need a person are not shown; without any other the model is not asked."""
        usable = [article for article in articles if article.automatic]
        if not usable:
            return Answer(text=None, sources=(), answered_by=(None,) * len(asks), usage=Usage())
        values = {"articles": _articles(usable), "tone": TONES[tone]}
        known = [article.id for article in usable]
        reply, usage = await self._ask(
            "respond",
            values=values,
            mail=mail,
            asks=[ask.text for ask in asks],
            form=reply_form(),
            result=Reply,
            known=known,
        )
        if not reply.answered:
            return Answer(text=None, sources=(), answered_by=(None,) * len(asks), usage=usage)
        answers = {row.ask: row.article for row in reply.answers}
        return Answer(
            text=reply.text.strip(),
            sources=tuple(dict.fromkeys(reply.sources)),
            answered_by=tuple(answers.get(number) for number in range(1, len(asks) + 1)),
            usage=usage,
        )

    async def brief(self, mail: CustomerMail, articles: Sequence[Article], *, tone: Sentiment, reason: str) -> Brief:
        """See `Model`."""
        values = {"articles": _articles(articles), "tone": TONES[tone], "reason": reason}
        case, usage = await self._ask("escalate", values=values, mail=mail, form=brief_form(), result=CaseBrief)
        lines = [line.strip() for line in case.summary.splitlines() if line.strip()]
        draft = (case.draft or "").strip()
        return Brief(summary="\n".join(lines[:2]), suggested_fix=case.suggested_fix, draft=draft or None, usage=usage)

    async def revise(
        self, mail: CustomerMail, articles: Sequence[Article], *, draft: str, instruction: str, tone: Sentiment
    ) -> Revision:
        """See `Model`."""
        values = {"articles": _articles(articles), "tone": TONES[tone], "instruction": instruction}
        new, usage = await self._ask(
            "revise", values=values, mail=mail, form=revision_form(), result=Redraft, draft=draft
        )
        return Revision(text=new.text, usage=usage)

    async def _ask(
        self,
        step: str,
        *,
        values: Mapping[str, str],
        mail: CustomerMail,
        form: Schema,
        result: type[T],
        known: Sequence[str] = (),
        asks: Sequence[str] = (),
        draft: str = "",
    ) -> tuple[T, Usage]:
        """A valid answer and what all tries together cost; an invalid one is sent back once with what is wrong."""
        fence = secrets.token_hex(8)
        messages = [
            ("system", f"{self._prompts[step].substitute(values)}\n\n{FENCE_RULE.format(fence=fence)}"),
            ("human", fenced(fence, mail, asks, draft)),
        ]
        model = self._settings.steps[ASKED_AS.get(step, step)]
        usage, problem = Usage(), ""
        async with self._slots:
            for _ in range(TRIES):
                try:
                    reply, calls = await self._send(model, messages, step, form)
                except TemporaryError as error:
                    if not usage.calls:
                        raise
                    raise UnusableAnswerError(f"{problem}; and then {error}", usage) from error
                usage = _spent(usage, reply, calls, self._settings.prices.get(model, (0.0, 0.0)))
                try:
                    text = _content(reply)
                    found = result.model_validate_json(text, context=known)
                except PermanentError as error:
                    raise UnusableAnswerError(str(error), usage) from error
                except ValidationError as error:
                    problem = problem_of(error)
                else:
                    if self._told.isdisjoint(runs_of(found.letter)):
                        return found, usage
                    raise UnusableAnswerError("the model's answer repeats what it was told", usage)
                messages += [("ai", text), ("human", REPAIR.format(problem=problem))]
        raise UnusableAnswerError(f"the model's answer was not valid, nor was a second one: {problem}", usage)

    async def _send(self, model: str, messages: Messages, name: str, form: Schema) -> tuple["AIMessage", int]:
        """The model's message and how many calls it took."""
        calls = 1
        if model not in self._by_function:
            asked = {"type": "json_schema", "json_schema": {"name": name, "strict": True, "schema": form}}
            try:
                return await self._call(model, messages, {"response_format": asked}), calls
            except BadRequestError:
                calls += 1
        function = {"name": name, "description": "Give the result.", "parameters": form}
        forced = {"type": "function", "function": {"name": name}}
        tools = [{"type": "function", "function": function}]
        reply = await self._call(model, messages, {"tools": tools, "tool_choice": forced})
        self._by_function.add(model)
        return reply, calls

    async def _call(self, model: str, messages: Messages, extra: Mapping[str, object]) -> "AIMessage":
        """One call with the client's own retries. Whatever goes wrong leaves as one of our errors."""
        client = await self._client(model)
        longest = self._settings.timeout * (self._settings.max_retries + 1) + SPARE_SECONDS
        try:
            async with asyncio.timeout(longest):
                return await client.ainvoke(messages, extra_body=extra)
        except TimeoutError as error:
            raise TemporaryError(f"the model server did not finish within {longest:.0f} s") from error
        except Exception as error:
            raise translated(error, self._settings.api_key) from error

    async def _client(self, model: str) -> "ChatOpenAI":
        async with self._building:
            if model not in self._clients:
                self._clients[model] = await asyncio.to_thread(_build, self._settings, model)
            return self._clients[model]


def _build(settings: OpenAiSettings, model: str) -> "ChatOpenAI":
    """Blocking, two seconds the first time."""
    from langchain_openai import ChatOpenAI  # noqa: PLC0415 (slow)

    return ChatOpenAI(
        model=model,
        base_url=settings.base_url,
        api_key=SecretStr(settings.api_key or "unused"),
        timeout=settings.timeout,
        max_retries=settings.max_retries,
        use_responses_api=False,
    )


def _prompt(path: Path, needed: frozenset[str]) -> Template:
    try:
        template = Template(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read ({error}); restore it as UTF-8 text") from error
    if not template.is_valid() or set(template.get_identifiers()) != needed:
        names = ", ".join(f"${name}" for name in sorted(needed))
        raise ConfigurationError(f"{path}: must use {names} and no other $ value; write $$ for a dollar sign")
    return template


def _articles(articles: Sequence[Article]) -> str:
    return article_lines([(article.id, article.title, article.text) for article in articles])


def _content(reply: "AIMessage") -> str:
    """The JSON text of an answer; raises `PermanentError` for a refusal, and for one that was cut or is too long."""
    if reply.additional_kwargs.get("refusal"):
        raise PermanentError("the model refused to work on this mail")
    end = reply.response_metadata.get("finish_reason")
    if end in {"length", "content_filter"}:
        raise PermanentError(f"the model's answer was cut off (finish_reason {end})")
    if reply.tool_calls:
        text = json.dumps(reply.tool_calls[0]["args"])
    elif reply.invalid_tool_calls:
        text = reply.invalid_tool_calls[0]["args"] or ""
    else:
        text = without_fence(str(reply.text))
    if len(text) > LONGEST_ANSWER:
        raise PermanentError(f"the model's answer was too long ({len(text)} characters)")
    return text


def _spent(before: Usage, reply: "AIMessage", calls: int, prices: tuple[float, float]) -> Usage:
    tokens = reply.usage_metadata
    tokens_in, tokens_out = (tokens["input_tokens"], tokens["output_tokens"]) if tokens else (0, 0)
    return Usage(
        calls=before.calls + calls,
        tokens_in=before.tokens_in + tokens_in,
        tokens_out=before.tokens_out + tokens_out,
        cost=before.cost + (tokens_in * prices[0] + tokens_out * prices[1]) / 1_000_000,
    )
