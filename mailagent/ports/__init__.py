"""What the daemon needs from outside, as Protocols. `adapters/` and `store/` provide them; `wiring` chooses."""

from mailagent.ports.alarms import Alarm, AlarmBook, Watched
from mailagent.ports.holds import Hold, Holds
from mailagent.ports.lists import Lists
from mailagent.ports.model import (
    LONGEST_MAIL,
    Answer,
    Article,
    Asked,
    Brief,
    Classification,
    CustomerMail,
    Knowledge,
    Model,
    Revision,
    Turn,
    UnusableAnswerError,
    Usage,
)
from mailagent.ports.outbox import Outbox
from mailagent.ports.outside import Body, Clock, Dispatcher, Mailbox, MailSender, Templates
from mailagent.ports.store import (
    Cases,
    Cursor,
    DecidedBy,
    Handled,
    Health,
    Messages,
    QuestionChange,
    Returned,
    Sightings,
    Sorted,
    Spending,
)
from mailagent.ports.vectors import Embedder, Vector, Vectors

__all__ = [
    "LONGEST_MAIL",
    "Alarm",
    "AlarmBook",
    "Answer",
    "Article",
    "Asked",
    "Body",
    "Brief",
    "Cases",
    "Classification",
    "Clock",
    "Cursor",
    "CustomerMail",
    "DecidedBy",
    "Dispatcher",
    "Embedder",
    "Handled",
    "Health",
    "Hold",
    "Holds",
    "Knowledge",
    "Lists",
    "MailSender",
    "Mailbox",
    "Messages",
    "Model",
    "Outbox",
    "QuestionChange",
    "Returned",
    "Revision",
    "Sightings",
    "Sorted",
    "Spending",
    "Templates",
    "Turn",
    "UnusableAnswerError",
    "Usage",
    "Vector",
    "Vectors",
    "Watched",
]
