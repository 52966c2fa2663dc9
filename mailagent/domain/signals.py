"""What is known about a message when it is routed: reported by a model or counted by code, never a decision."""

from dataclasses import dataclass
from typing import Literal

Sentiment = Literal["positive", "neutral", "negative", "angry"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """`sentiment_score` from -1.0 (worst) to 1.0; `confidence` in the category and `complexity`, each from 0.0 to 1.0;
    `no_answer` when no article answers it; `amount` the largest sum of money that the mail names, whatever the
    currency; `automatic_answers` already sent in this case.

    `ask_unanswered` and `unproven_claim` are about the drafted reply, and None before there is one.
    """

    category: str
    sentiment: Sentiment
    sentiment_score: float
    confidence: float = 1.0
    complexity: float = 0.0
    language: str = "en"
    wants_human: bool = False
    injection_suspected: bool = False
    no_answer: bool = False
    ask_unanswered: bool | None = None
    unproven_claim: bool | None = None
    amount: float | None = None
    automatic_answers: int = 0
    has_attachments: bool = False
    sender: str = ""
    subject: str = ""
    mailbox: str = ""

    @property
    def sender_domain(self) -> str:
        """The part of the sender's address after the ``@``."""
        return self.sender.rpartition("@")[2]
