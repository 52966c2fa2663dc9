"""What the daemon needs from outside, as Protocols. `adapters/` and `store/` provide them; `wiring.py` chooses."""

from mailagent.ports.model import Answer, Article, Brief, Classification, CustomerMail, Knowledge, Model, Turn, Usage
from mailagent.ports.outside import Body, Clock, Dispatcher, Mailbox, MailSender, Templates
from mailagent.ports.store import (
    Cases,
    Cursor,
    DecidedBy,
    Handled,
    Health,
    Messages,
    Outbox,
    Returned,
    Sightings,
    Sorted,
)

__all__ = [
    "Answer",
    "Article",
    "Body",
    "Brief",
    "Cases",
    "Classification",
    "Clock",
    "Cursor",
    "CustomerMail",
    "DecidedBy",
    "Dispatcher",
    "Handled",
    "Health",
    "Knowledge",
    "MailSender",
    "Mailbox",
    "Messages",
    "Model",
    "Outbox",
    "Returned",
    "Sightings",
    "Sorted",
    "Templates",
    "Turn",
    "Usage",
]
