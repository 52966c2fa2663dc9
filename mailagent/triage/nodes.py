"""The nodes: each takes the state and returns the part that changes. No node sends, writes or reads the clock.

A model that fails is not an error of the graph: the failure is kept in the state and ends with a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from langgraph.types import interrupt

from mailagent.domain.policy import Mode
from mailagent.domain.routing import Disposition, Rule
from mailagent.errors import PermanentError, TemporaryError
from mailagent.events import log
from mailagent.ports import Article, Knowledge, Model, Templates, Usage
from mailagent.triage.routes import NO_GROUNDED_ANSWER, decide
from mailagent.triage.state import FollowUp, Found, TriageState, UsageState, Verdict, customer_mail

Update = dict[str, object]
ARTICLES = 4
"""Articles given to the model."""
PREVIEW = 200
"""Characters of a text shown where a glance must do: the log's response, a summary without a model."""


@dataclass(frozen=True, kw_only=True)
class Nodes:
    """The graph's steps and all they need."""

    model: Model
    knowledge: Knowledge
    templates: Templates
    rules: Sequence[Rule]
    mode: Mode
    company: str

    async def classify(self, state: TriageState) -> Update:
        """Ask the model for the signals."""
        try:
            found = await self.model.classify(customer_mail(state))
        except (TemporaryError, PermanentError) as error:
            return {
                **_failed("classify", state, error),
                "search_query": f"{state['subject']} {state['customer_message']}",
            }
        return {
            "category": found.category,
            "sentiment": found.sentiment,
            "sentiment_score": found.sentiment_score,
            "language": found.language,
            "wants_human": found.wants_human,
            "confidence": found.confidence,
            "search_query": found.search_query,
            "usage": _add(state, found.usage),
        }

    async def search_kb(self, state: TriageState) -> Update:
        """Find articles; then all signals are known and the rule table decides."""
        articles = await self.knowledge.search(state["search_query"], category=state["category"], limit=ARTICLES)
        results = [_found(article) for article in articles]
        return {"kb_results": results, **_disposed(decide(self.rules, self.mode, {**state, "kb_results": results}))}

    async def respond(self, state: TriageState) -> Update:
        """Write the reply; when the articles do not hold it, or the model fails, hand over to a person."""
        articles = [article for article in _articles(state) if article.automatic]
        try:
            answer = await self.model.respond(customer_mail(state), articles, state["sentiment"])
        except (TemporaryError, PermanentError) as error:
            failed = _failed("respond", state, error)
            return {**failed, **_disposed(decide(self.rules, self.mode, {**state, "failure": str(failed["failure"])}))}
        usage = {"usage": _add(state, answer.usage)}
        if answer.text is None:
            return {**usage, **_disposed(NO_GROUNDED_ANSWER)}
        return {**usage, "response": self._letter(state, answer.text), "sources": list(answer.sources)}

    async def escalate(self, state: TriageState) -> Update:
        """Put the case into words for a reviewer. Without a model: the customer's own first lines, and no draft."""
        asked = {"escalated": True, "sources": [article["id"] for article in state["kb_results"]]}
        if not state["failure"]:
            try:
                brief = await self.model.brief(
                    customer_mail(state), _articles(state), state["sentiment"], state["escalation_reason"]
                )
            except (TemporaryError, PermanentError) as error:
                asked |= _failed("escalate", state, error)
            else:
                return {
                    **asked,
                    "summary": brief.summary,
                    "suggested_fix": brief.suggested_fix,
                    "response": self._letter(state, brief.draft) if brief.draft else None,
                    "usage": _add(state, brief.usage),
                }
        return {
            **asked,
            "summary": _preview(state["customer_message"]) or "The message has no text.",
            "suggested_fix": _fix_without_model(state),
            "response": None,
        }

    def await_review(self, state: TriageState) -> Update:
        """Pause until a reviewer decides or the customer writes again. Runs again from its first line on resume."""
        answer = cast("Verdict | FollowUp", interrupt({"message_id": state["message_id"]}))
        if answer["kind"] == "message":
            return dict(answer["state"])
        return {"decision": answer["decision"]}

    def feedback(self, state: TriageState) -> Update:
        """Record what people made of it: a reviewer's decision or a customer's rating."""
        decision = state["decision"]
        if decision is None:
            return {"disposition": "ignore", "rule": "rating", "escalation_reason": "the customer rated an answer"}
        match decision["verb"]:
            case "approve":
                return {}
            case "modify":
                return {"response": decision["text"]}
            case "reject":
                return {"response": None, "escalated": False}

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
                "language": state["language"],
                "disposition": state["disposition"],
                "rule": state["rule"],
                "reason": state["escalation_reason"],
                "priority": state["priority"],
                "escalated": state["escalated"],
                "kb_results": [article["id"] for article in state["kb_results"]],
                "response_preview": _preview(state["response"] or "") or None,
                "decision": decision and decision["verb"],
                "reviewer": decision and decision["reviewer"],
                "feedback_score": state["feedback_score"],
                "failure": state["failure"] or None,
                "model_calls": state["usage"]["calls"],
                "tokens_in": state["usage"]["tokens_in"],
                "tokens_out": state["usage"]["tokens_out"],
            }
        }

    def _letter(self, state: TriageState, body: str) -> str:
        """The whole text of a reply around `body`: greeting, tone, closing."""
        return self.templates.text(
            "customer/draft",
            {
                "greeting_name": state["greeting_name"],
                "tone": state["sentiment"],
                "body": body,
                "company": self.company,
            },
        ).strip()


def _disposed(disposition: Disposition) -> Update:
    return {
        "disposition": disposition.action,
        "rule": disposition.rule,
        "priority": disposition.priority,
        "escalation_reason": disposition.why,
    }


def _failed(step: str, state: TriageState, error: Exception) -> Update:
    log("model.failed", step=step, message_id=state["message_id"], error=type(error).__name__)
    return {"failure": f"{step}: {error}"[:300]}


def _add(state: TriageState, usage: Usage) -> UsageState:
    spent = state["usage"]
    return UsageState(
        calls=spent["calls"] + usage.calls,
        tokens_in=spent["tokens_in"] + usage.tokens_in,
        tokens_out=spent["tokens_out"] + usage.tokens_out,
    )


def _found(article: Article) -> Found:
    return Found(
        id=article.id,
        title=article.title,
        category=article.category,
        text=article.text,
        score=article.score,
        automatic=article.automatic,
    )


def _articles(state: TriageState) -> list[Article]:
    return [Article(**found) for found in state["kb_results"]]


def _fix_without_model(state: TriageState) -> str:
    if state["kb_results"]:
        return f'Read the customer\'s message. The nearest article is "{state["kb_results"][0]["title"]}".'
    return "Read the customer's message. No article is near to it."


def _preview(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= PREVIEW else f"{line[: PREVIEW - 1].rstrip()}…"
