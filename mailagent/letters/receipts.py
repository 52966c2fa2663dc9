"""What a receipt shows beside its text: the reply's first lines, and the words and buttons that help."""

import hashlib
from collections.abc import Mapping, Sequence

from mailagent.domain.case import Case
from mailagent.domain.escalation import NewEscalation
from mailagent.domain.message import Message
from mailagent.letters.desk import Stationery
from mailagent.letters.question import review_subject

QUOTED_LINES = 3
LINE_LIMIT = 200
SETTLED = frozenset({"REVIEW-08", "REVIEW-09", "REVIEW-10", "REVIEW-14", "REVIEW-17"})
"""Codes after which no word would help, so that none is offered."""
HEADS = {"approve": "Sent", "modify": "Sent", "reject": "Rejected", "ask": "Asked", "close": "Closed", "spam": "Spam"}
"""How a confirmation begins its sender's name."""
EDIT = "MODIFY\n\n"
NEW_DRAFT = ("New draft", "REVISE {detail}\n")
BUTTONS: Mapping[str, Sequence[tuple[str, str]]] = {
    "REVIEW-03": (
        NEW_DRAFT,
        ("Edit and send", EDIT),
        ("Approve unchanged", "APPROVE\n"),
    ),
    "REVIEW-07": (("Approve this text", "APPROVE\n"), ("Edit and send", EDIT)),
    "REVIEW-12": (("Write the reply", EDIT),),
    "REVIEW-13": (("Close the case", "CLOSE\n"),),
}
"""Code -> the buttons of its receipt, and the reply that each opens; none where it is unclear what was meant."""


def refusal(
    paper: Stationery,
    case: Case,
    reply: Message,
    question: NewEscalation | None,
    *,
    code: str,
    values: Mapping[str, object],
) -> dict[str, object]:
    """For a reply about `question` that was not carried out. `values` are those of the text of `code`."""
    has_sender = question is None or bool(question.graph_state["sender"])
    shown = [row for row in BUTTONS.get(code, ()) if values["rewrites"] or row != NEW_DRAFT]
    return {
        "lines": [line[:LINE_LIMIT] for line in reply.text.splitlines() if line.strip()][:QUOTED_LINES],
        "code": code,
        "over": "Nothing was sent",
        "offers": "" if code in SETTLED else "decisions",
        "has_draft": question is None or question.draft is not None or code == "REVIEW-07",
        "has_sender": has_sender,
        "buttons": _buttons(paper, case, question, shown, str(values["detail"])) if question else [],
    }


def answered(paper: Stationery, word: str) -> dict[str, object]:
    """For a word that was carried out, or that asks for something."""
    return {
        "lines": [],
        "code": "",
        "over": paper.company,
        "offers": "all" if word == "help" else "",
        "has_draft": True,
        "has_sender": True,
        "buttons": [],
    }


def _buttons(
    paper: Stationery, case: Case, question: NewEscalation, shown: Sequence[tuple[str, str]], detail: str
) -> list[dict[str, str]]:
    desk = paper.desk(case.mailbox)
    subject = f"Re: {review_subject(case)}"
    return [
        {
            "label": label,
            "url": desk.decide_url(question, subject=subject, body=body.format(detail=detail[:LINE_LIMIT])),
        }
        for label, body in shown
    ]


def words_key(reply: Message) -> str:
    """The same for the same words of the same person."""
    return hashlib.sha256(f"{reply.sender}\n{reply.text}".encode()).hexdigest()[:16]
