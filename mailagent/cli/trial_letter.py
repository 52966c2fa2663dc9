"""The mail that a tried mail would lead to: the digest that a reviewer gets, or the answer that the customer gets."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, policy

from mailagent.adapters.clock import SystemClock
from mailagent.adapters.templates import JinjaTemplates
from mailagent.cli.trial import Tried
from mailagent.domain.escalation import NewEscalation
from mailagent.letters.customer import CustomerLetters
from mailagent.letters.desk import Stationery
from mailagent.letters.review import ReviewLetters
from mailagent.mail.tokens import Key
from mailagent.settings import Settings
from mailagent.wiring.accounts import desk_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Its recipient, its subject, and its text part."""

    to: str
    subject: str
    text: str


def letter_of(tried: Tried, settings: Settings) -> Letter | None:
    """As the daemon would write it in any mode but shadow; None for a mail that is ignored. Its tokens are signed with
    a key that is made here and thrown away, so that nobody can decide with what is printed.
    """
    state, case, message = tried.state, tried.case, tried.message
    key = Key(id="a", secret=secrets.token_bytes(32))
    paper = Stationery(
        templates=JinjaTemplates(settings.path(settings.templates_dir)),
        clock=SystemClock(),
        company=settings.name,
        zone=settings.zone,
        desks={row.name: desk_of(row, (key,)) for row in settings.mailbox},
    )
    if state["disposition"] == "ignore":
        return None
    if state["disposition"] == "reply":
        titles = {article["id"]: article["title"] for article in state["kb_results"]}
        entry = CustomerLetters(paper=paper).answer(
            case,
            message,
            text=state["response"] or "",
            language=state["language"],
            sources=[titles.get(source, source) for source in state["sources"]],
        )
    else:
        deadlines = {category.id: category.deadline for category in settings.categories()}
        due: timedelta = deadlines.get(state["category"], max(deadlines.values()))
        question = NewEscalation(
            case_id=case.id,
            revision=1,
            message_id=message.id,
            interrupt_id="",
            priority=state["priority"],
            reason=state["escalation_reason"],
            draft=state["response"],
            due_at=message.received_at + due,
            graph_state=state,
        )
        review = ReviewLetters(
            paper=paper,
            queue=settings.review.queue,
            reviewers=len(settings.reviewer),
            rewrites=settings.model.provider != "offline",
        )
        entry = review.digest(case, message, question, state, earlier_messages=0)
    mail = message_from_bytes(entry.raw, policy=policy.default)
    part = mail.get_body(("plain",))
    return Letter(to=entry.recipient, subject=str(mail["Subject"]), text=str(part.get_content()) if part else "")
