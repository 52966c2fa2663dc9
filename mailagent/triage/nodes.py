"""The nodes: each takes the state and returns the part that changes. No node sends, writes or reads the clock.

A model that fails is not an error of the graph: the failure is kept in the state and ends with a person.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import cast

from langgraph.types import interrupt

from mailagent.crash_points import passing
from mailagent.domain.policy import Modes
from mailagent.domain.routing import Disposition, Rule
from mailagent.domain.signals import Signals
from mailagent.errors import PermanentError, TemporaryError
from mailagent.events import log
from mailagent.language.injection import injection_of
from mailagent.ports import LONGEST_MAIL, Article, Asked, Knowledge, Model, Templates, UnusableAnswerError, Usage
from mailagent.triage.evidence import articles_of, claims_of, found_of
from mailagent.triage.routes import BADLY_RATED, LOW_RATING, NO_GROUNDED_ANSWER, decide, signals_of
from mailagent.triage.state import Ask, FollowUp, NewDraft, Reviewed, TriageState, UsageState, customer_mail

Update = dict[str, object]
ARTICLES = 4
"""Articles that are searched for, for the mail as a whole."""
MOST_ARTICLES = 6
"""Articles given to the model, with the best for each question."""
MOST_PROBLEMS = 300
"""Characters of what failed."""
PREVIEW = 200
"""Characters of a text shown where a glance must do: the log's response, a summary without a model."""


@dataclass(frozen=True, kw_only=True)
class Nodes:
    """The graph's steps and all they need."""

    model: Model
    knowledge: Knowledge
    templates: Templates
    rules: Sequence[Rule]
    modes: Modes
    company: str

    async def classify(self, state: TriageState) -> Update:
        """Ask the model for the signals. Words that speak to machines are found without it: it may have obeyed them."""
        suspected = bool(injection_of(f"{state['subject']}\n{state['customer_message']}\n{state['quoted']}"))
        try:
            passing("model.before")
            found = await self.model.classify(customer_mail(state))
            passing("model.after")
        except (TemporaryError, PermanentError) as error:
            return {
                **_failed("classify", state, error),
                "injection_suspected": suspected,
                "search_query": f"{state['subject']} {state['customer_message']}",
            }
        return {
            "category": found.category,
            "sentiment": found.sentiment,
            "sentiment_score": found.sentiment_score,
            "mood_words": list(found.mood_words),
            "language": found.language,
            "wants_human": found.wants_human,
            "asks": [Ask(text=text, found=None, article=None) for text in found.asks],
            "complexity": found.complexity,
            "injection_suspected": suspected or found.injection_suspected,
            "confidence": found.confidence,
            "search_query": found.search_query,
            "usage": _add(state, found.usage),
        }

    async def search_kb(self, state: TriageState) -> Update:
        """Find articles for the mail, and for each question where it puts several; then the rule table decides."""
        category, language, no_cost = state["category"], state["language"], bool(state["no_cost"])

        async def search(query: str, limit: int) -> Sequence[Article]:
            return await self.knowledge.search(
                query, category=category, limit=limit, language=language, no_cost=no_cost
            )

        found = [*await search(state["search_query"], ARTICLES)]
        asks: list[Ask] = []
        for ask in state["asks"]:
            best: Sequence[Article] = found[:1]  # the whole mail says more than its only question
            if len(state["asks"]) > 1:
                best = await search(ask["text"], 1)
            asks.append(Ask(text=ask["text"], found=best[0].id if best else None, article=None))
            found += best
        articles: dict[str, Article] = {}
        for article in found:
            articles.setdefault(article.id, article)
        results = [found_of(article) for article in [*articles.values()][:MOST_ARTICLES]]
        return {"kb_results": results, "asks": asks, **self._decided({**state, "kb_results": results})}

    async def respond(self, state: TriageState) -> Update:
        """Write the reply; when the articles do not hold it, or the model fails, hand over to a person."""
        articles = [article for article in articles_of(state) if article.automatic]
        try:
            passing("model.before")
            answer = await self.model.respond(
                customer_mail(state),
                articles,
                asks=[Asked(text=ask["text"], article=ask["found"]) for ask in state["asks"]],
                tone=state["sentiment"],
            )
            passing("model.after")
        except (TemporaryError, PermanentError) as error:
            failed = _failed("respond", state, error)
            return {**failed, **self._decided({**state, "failure": str(failed["failure"])})}
        usage = {"usage": _add(state, answer.usage)}
        if answer.text is None:
            return {**usage, **_disposed(NO_GROUNDED_ANSWER)}
        asks = [
            Ask(text=ask["text"], found=ask["found"], article=article)
            for ask, article in zip(state["asks"], answer.answered_by, strict=True)
        ]
        response = self._letter(state, answer.text)
        claims = claims_of(state, answer.text, answer.sources)
        drafted = {"response": response, "sources": list(answer.sources), "asks": asks, "claims": claims}
        known: TriageState = {**state, "response": response, "asks": asks, "claims": claims}
        return {**usage, **drafted, **self._decided(known)}

    async def escalate(self, state: TriageState) -> Update:
        """Put the case into words for a reviewer. Without any model: the customer's own first lines, and no draft.

        A reply that was drafted and may not be sent by itself is the draft; it answers what the articles answer.
        """
        found = [article["id"] for article in state["kb_results"]]
        asked: Update = {"escalated": True, "sources": state["sources"] or found}
        try:
            passing("model.before")
            brief = await self.model.brief(
                customer_mail(state), articles_of(state), tone=state["sentiment"], reason=state["escalation_reason"]
            )
            passing("model.after")
        except (TemporaryError, PermanentError) as error:
            return {
                **asked,
                **_failed("escalate", state, error),
                "summary": _preview(state["customer_message"]) or "The message has no text.",
                "suggested_fix": _fix_without_model(state),
            }
        asked |= {"summary": brief.summary, "suggested_fix": brief.suggested_fix, "usage": _add(state, brief.usage)}
        if state["response"] is None and brief.draft:
            asked["response"] = self._letter(state, brief.draft)
            asked["claims"] = claims_of(state, brief.draft, found)
        return asked

    def await_review(self, state: TriageState) -> Update:
        """Pause until a reviewer decides or the customer writes again. Runs again from its first line on resume."""
        answer = cast("Reviewed | NewDraft | FollowUp", interrupt({"message_id": state["message_id"]}))
        if answer["kind"] == "message":
            return {**answer["state"], "resumed_by": answer["by"]}
        if answer["kind"] == "decision":
            return {"decision": answer["decision"], "resumed_by": answer["by"]}
        if answer["instruction"]:  # the budget was asked again, for today
            return {"instruction": answer["instruction"], "no_cost": "", "resumed_by": answer["by"]}
        return {"response": answer["text"], "claims": [], "resumed_by": answer["by"]}

    async def revise(self, state: TriageState) -> Update:
        """Write the draft anew as a reviewer says; where no model can, it stays as it is."""
        wish = state["instruction"][:LONGEST_MAIL]
        try:
            passing("model.before")
            new = await self.model.revise(
                customer_mail(state),
                articles_of(state),
                draft=state["response"] or "",
                instruction=wish,
                tone=state["sentiment"],
            )
            passing("model.after")
        except (TemporaryError, PermanentError) as error:
            return {**_failed("revise", state, error), "instruction": ""}
        return {
            "response": self._letter(state, new.text),
            "claims": claims_of(state, new.text, state["sources"], told=wish),
            "instruction": "",
            "failure": "",
            "usage": _add(state, new.usage),
        }

    def feedback(self, state: TriageState) -> Update:
        """Record what people made of it: a reviewer's decision or a customer's rating."""
        decision = state["decision"]
        if decision is None and (state["feedback_score"] or 0) <= LOW_RATING and not state["with_a_person"]:
            return _disposed(replace(BADLY_RATED, why=BADLY_RATED.why.format(state["feedback_score"])))
        if decision is None:
            return {"disposition": "ignore", "rule": "rating", "escalation_reason": "the customer rated an answer"}
        match decision["verb"]:
            case "approve":
                return {}
            case "modify":
                return {"response": decision["text"], "claims": []}
            case "reject" | "ask" | "close" | "spam":
                return {"response": None, "escalated": False}
            case verb:
                raise ValueError(f"{verb} does not end a review")

    def log(self, state: TriageState) -> Update:
        """The one structured entry of this message."""
        decision = state["decision"]
        return {
            "log_entry": {
                "case": state["case_number"],
                "message": state["message_id"],
                "category": state["category"] or None,
                "sentiment": state["sentiment"],
                "sentiment_score": state["sentiment_score"],
                "mood_words": state["mood_words"],
                "language": state["language"],
                "disposition": state["disposition"],
                "rule": state["rule"],
                "because": state["because"],
                "reason": state["escalation_reason"],
                "signals": state["signals"],
                "asks": len(state["asks"]),
                "claims": [claim["words"] for claim in state["claims"]],
                "priority": state["priority"],
                "escalated": state["escalated"],
                "kb_results": [article["id"] for article in state["kb_results"]],
                "response_preview": _preview(state["response"] or "") or None,
                "decision": decision and decision["verb"],
                "reviewer": decision and decision["reviewer"],
                "feedback_score": state["feedback_score"],
                "failure": state["failure"] or state["usage"]["problems"] or None,
                "model_calls": state["usage"]["calls"],
                "tokens_in": state["usage"]["tokens_in"],
                "tokens_out": state["usage"]["tokens_out"],
                "cost": round(state["usage"]["cost"], 6),
                "model": state["usage"]["by"] or None,
            }
        }

    def _decided(self, state: TriageState) -> Update:
        signals = _without_words(signals_of(state))
        return {**_disposed(decide(self.rules, self.modes, state)), "signals": signals}

    def _letter(self, state: TriageState, body: str) -> str:
        """The whole text of a reply around `body`: greeting, tone and closing in the language of the mail."""
        return self.templates.text(
            "customer/draft",
            {
                "greeting_name": state["greeting_name"],
                "tone": state["sentiment"],
                "language": state["language"],
                "body": body,
                "company": self.company,
            },
        ).strip()


def _disposed(disposition: Disposition) -> Update:
    return {
        "disposition": disposition.action,
        "rule": disposition.rule,
        "because": list(disposition.because),
        "priority": disposition.priority,
        "escalation_reason": disposition.why,
    }


def _failed(step: str, state: TriageState, error: Exception) -> Update:
    log("model.failed", step=step, message_id=state["message_id"], error=type(error).__name__)
    spent = error.usage if isinstance(error, UnusableAnswerError) else Usage()
    return {"failure": f"{step}: {error}"[:MOST_PROBLEMS], "usage": _add(state, spent)}


def _add(state: TriageState, usage: Usage) -> UsageState:
    spent = state["usage"]
    return UsageState(
        calls=spent["calls"] + usage.calls,
        tokens_in=spent["tokens_in"] + usage.tokens_in,
        tokens_out=spent["tokens_out"] + usage.tokens_out,
        cost=spent["cost"] + usage.cost,
        by=usage.by,
        problems="; ".join(dict.fromkeys(filter(None, (spent["problems"], usage.problems))))[:MOST_PROBLEMS],
    )


def _without_words(signals: Signals) -> dict[str, object]:
    """The signals without sender and subject, which stand with the message."""
    return {name: value for name, value in asdict(signals).items() if name not in {"sender", "subject"}}


def _fix_without_model(state: TriageState) -> str:
    if state["kb_results"]:
        return f'Read the customer\'s message. The nearest article is "{state["kb_results"][0]["title"]}".'
    return "Read the customer's message. No article is near to it."


def _preview(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= PREVIEW else f"{line[: PREVIEW - 1].rstrip()}…"
