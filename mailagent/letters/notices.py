"""Notices to the admin: what only a person can mend."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailagent.domain.budget import Purse
from mailagent.domain.caps import Cap
from mailagent.domain.case import Case, case_number
from mailagent.domain.message import Message
from mailagent.domain.outgoing import NewOutboxEntry, OutboxEntry, Outgoing
from mailagent.errors import ConfigurationError, PermanentError, TemporaryError
from mailagent.letters.desk import Stationery
from mailagent.ports import Hold

NO_TOKEN = "it carries no valid token of ours"  # noqa: S105 - a reason, not a password
NOT_LISTED = "the sender is not in reviewers.toml"
NOT_PROVEN = "the mail provider did not vouch for the sender's address"
REFUSALS: Mapping[str, str] = {
    NO_TOKEN: "If a reviewer wrote it, its reply address has ended: 'mailagent keys --forget' ends those of all older"
    " digests, and a lost data folder does. They decide by the next list of what waits, or by the digest that the"
    " customer's next message brings; if that is too late, write to the customer yourself. If no reviewer wrote it,"
    " somebody tried to forge a decision.",
    NOT_LISTED: "If the sender should decide, add the address to config/reviewers.toml.",
    NOT_PROVEN: "Check 'authserv_id' in config/review.toml, and whether the reviewer's provider signs mail (DKIM).",
}
"""Why a decision was refused -> what the admin can do."""


@dataclass(frozen=True, kw_only=True)
class Notices:
    """Each goes to `admin`; its key keeps it from being written again for the same cause."""

    paper: Stationery
    admin: str

    def set_aside(self, message: Message, error: Exception) -> NewOutboxEntry:
        """A message could not be read or handled; its bytes are kept. One an hour for each mailbox and kind of error:
        nobody can flood the admin.
        """
        cause = type(error).__name__
        return self._notice(
            key=f"aside:{message.mailbox}:{cause}:{self.paper.clock.now():%Y-%m-%dT%H}",
            mailbox=message.mailbox,
            heading="A mail was set aside",
            what="mailagent could not handle a mail. It is kept as it came, and nothing was sent about it. Of others"
            " that meet the same within the hour, no notice is written.",
            remedy=f"List all such mail with 'mailagent aside list'. Read this one with 'mailagent aside show"
            f" {message.id}' or in the mailbox, answer it yourself, and take it off the list with 'mailagent aside done"
            f" {message.id}'. Once the cause is mended, 'mailagent aside retry {message.id}' gives it another try.",
            facts=[
                ("Message", str(message.id)),
                ("Mailbox", message.mailbox),
                ("Reason", _reason(error)),
            ],
        )

    def not_handed_out(self, mailbox: str, uid: int, *, reason: str) -> NewOutboxEntry:
        """The server lists a mail and does not give its bytes. One an hour for each mailbox."""
        return self._notice(
            key=f"not-handed-out:{mailbox}:{self.paper.clock.now():%Y-%m-%dT%H}",
            mailbox=mailbox,
            heading="A mail cannot be fetched",
            what="The mailbox's server lists a mail and does not hand it out, while it hands out others. mailagent goes"
            " on without it. Of others within the hour, no notice is written.",
            remedy="Open the mail in the mailbox and answer it yourself. 'mailagent aside list' shows all such mail,"
            " 'mailagent aside done N' takes it off the list, and once the server is mended, 'mailagent aside"
            " retry N' has it fetched within the hour.",
            facts=[("Mailbox", mailbox), ("UID", str(uid)), ("Server", reason)],
        )

    def held(self, mailbox: str, hold: Hold) -> NewOutboxEntry:
        """Nothing but notices leaves until the operator says go."""
        return self._notice(
            key=f"held:{hold.name}:{hold.since.isoformat()}",
            mailbox=mailbox,
            heading="Sending is held",
            what=f"Nothing is sent, to customers or reviewers, until you say go: {hold.reason}. Mail is still received"
            " and decided, and what would leave waits.",
            remedy="Look at what came with 'mailagent cases'. If it should be answered, 'mailagent resume' sends what"
            " waits. If it was answered before, stop mailagent and ask yourself why it is new: a restored mailbox, or"
            " another data folder?",
            facts=[("Mailbox", mailbox), ("Reason", hold.reason)],
        )

    def refused(self, reply: Message, *, case: Case | None, reason: str, reviewer: str = "") -> NewOutboxEntry:
        """Somebody who may not decide tried to; `reason` is one of `REFUSALS`. One a day for each question, reason and,
        where one is named, `reviewer`: nobody can flood the admin.
        """
        number = case.number if case else "none"
        return self._notice(
            key=f"{number}:{reply.review_revision or 0}:refused:{reason}:{reviewer}:{self.paper.clock.now():%Y-%m-%d}",
            mailbox=reply.mailbox,
            heading="A decision was refused",
            what="A mail that claims to decide a case was not obeyed. Nothing was sent to its sender.",
            remedy=REFUSALS[reason],
            facts=[("Case", number), ("Sender", reply.sender or "not one address"), ("Reason", reason)],
        )

    def cap_reached(self, mailbox: str, cap: Cap, words: str) -> NewOutboxEntry:
        """So much automatic mail left that something must be wrong. Once an hour."""
        return self._notice(
            key=f"cap:{cap}:{self.paper.clock.now():%Y-%m-%dT%H}",
            mailbox=mailbox,
            heading="Automatic mail is held",
            what=f"{words[0].upper()}{words[1:]}. Until it is less, every message goes to a reviewer.",
            remedy="Look at the last cases with 'mailagent cases'. If they are real, raise the limit under [replies] in"
            " config/mailagent.toml.",
            facts=[("Mailbox", mailbox), ("Limit", cap)],
        )

    def budget(self, mailbox: str, purse: Purse, words: str, *, gone: bool) -> NewOutboxEntry:
        """The models' budget for all mail will not last, or is gone. Each once a day."""
        return self._notice(
            key=f"budget:{purse}:{'gone' if gone else 'nearly'}:{self.paper.clock.now():%Y-%m-%d}",
            mailbox=mailbox,
            heading="The budget for models is used up" if gone else "The budget for models will not last",
            what=f"{words[0].upper()}{words[1:]}."
            + (" Until it is less, every message goes to a reviewer, prepared by the offline model." if gone else ""),
            remedy="Look at the last cases with 'mailagent cases'. If they are real, raise overall_day or money_day"
            " under [budget] in config/model.toml.",
            facts=[("Mailbox", mailbox), ("Budget", purse)],
        )

    def returned(self, entry: OutboxEntry, *, reason: str, until: datetime | None) -> NewOutboxEntry:
        """A mail of ours came back for good; without `until`, somebody says so and nothing proves it."""
        case = case_number(entry.case_id) if entry.case_id is not None else "none"
        day = until and until.astimezone(self.paper.zone)
        return self._notice(
            key=f"{entry.key}:returned" if day else f"{entry.key}:returned:unproven",
            mailbox=entry.mailbox,
            heading="A mail came back" if day else "A mail may have come back",
            what="A mail system could not deliver a mail of ours and gave it back for good."
            if day
            else "A mail says that a mail of ours could not be delivered. Nothing proves it, so nothing was changed.",
            remedy=f"Reach the recipient in another way, or correct the address. Until {day.day} {day:%B %Y} nothing"
            " automatic goes to it."
            if day
            else "Read it in the mailbox. If it is right, reach the recipient in another way.",
            facts=[("Mail", entry.kind), ("Case", case), ("Recipient", entry.recipient), ("Reason", reason)],
        )

    def missed(self, message: Message, *, sender: str, reviewer: str) -> NewOutboxEntry:
        """A reviewer's program answers that nobody is there, and there is nobody else to ask. Once a week for each
        `reviewer`, and for all others, `reviewer` empty, together: whoever has a digest can answer under any name.
        """
        year, week, _ = self.paper.clock.now().isocalendar()
        return self._notice(
            key=f"missed:{reviewer}:{year}-{week}",
            mailbox=message.mailbox,
            heading="A reviewer is away",
            what="A mail that asks for a decision was answered by a program: nobody may have read it, and there is"
            " nobody else whom mailagent could ask. Of more of the same reviewer, or of somebody who is none, no notice"
            " is written this week.",
            remedy="See that somebody reads the queue: 'mailagent cases --to-decide' lists what waits. To have such"
            " questions passed on, set escalate_to in config/review.toml.",
            facts=[
                ("Case", case_number(message.case_id) if message.case_id is not None else "none"),
                ("Sender", sender),
                ("Subject", message.subject or "none"),
            ],
        )

    def not_reminded(self, case: Case | None, key: str, error: Exception) -> NewOutboxEntry:
        """A reminder or a list could not be written; what it is about waits on."""
        return self._notice(
            key=f"{key}:not-written",
            mailbox=case.mailbox if case else "",
            heading="A reminder could not be written",
            what="mailagent failed to remind the reviewers of what waits for them. It is not tried again before a"
            " restart.",
            remedy="Look at what waits with 'mailagent cases --to-decide', and check the templates with 'mailagent"
            " check'.",
            facts=[("Case", case.number if case else "all"), ("Reason", _reason(error))],
        )

    def not_sent(self, entry: OutboxEntry, reason: str) -> NewOutboxEntry:
        """A mail failed for good."""
        return self._notice(
            key=f"{entry.key}:not-sent",
            mailbox=entry.mailbox,
            heading="A mail could not be sent",
            what="The server refused it for good, or for too long.",
            remedy="Check the address and the server's words, and write yourself if it matters.",
            facts=_facts(entry, reason),
        )

    def uncertain(self, entry: OutboxEntry, *, looked: bool) -> NewOutboxEntry:
        """Nobody knows whether a mail went; `looked` where its copy was looked for."""
        searched = " No copy of it was found." if looked else ""
        return self._notice(
            key=f"{entry.key}:uncertain",
            mailbox=entry.mailbox,
            heading="A mail may not have been sent",
            what=f"The server may have accepted it, so it is not sent again: nobody is answered twice.{searched}",
            remedy="Look for it in the recipient's mailbox or the server's log, and write yourself if it is not there.",
            facts=_facts(entry, entry.error),
        )

    def cannot_send(self, mailbox: str, error: Exception, *, by: str) -> NewOutboxEntry:
        """No mail leaves from `mailbox` until an admin acts; this one leaves from the mailbox `by`. Once a day."""
        return self._notice(
            key=f"cannot-send:{mailbox}:{self.paper.clock.now():%Y-%m-%d}",
            mailbox=by,
            heading="Mail cannot be sent",
            what="The mail server refuses to take mail from mailagent. It waits, and is tried again for two days.",
            remedy="Correct what the server names in config/mailboxes.toml, and restart mailagent.",
            facts=[("Mailbox", mailbox), ("Reason", str(error))],
        )

    def cannot_read(self, mailbox: str, error: Exception) -> NewOutboxEntry:
        """No mail of `mailbox` is taken until an admin acts. Once a day, from another one if there is one: a password
        that is refused there may be refused for sending too.
        """
        return self._notice(
            key=f"cannot-read:{mailbox}:{self.paper.clock.now():%Y-%m-%d}",
            mailbox=next((name for name in self.paper.desks if name != mailbox), mailbox),
            heading="Mail cannot be read",
            what="The mail server does not let mailagent read the mailbox. Nobody who writes to it is answered; what"
            " comes waits there, and is taken once the mailbox can be read.",
            remedy="Correct what the server names in config/mailboxes.toml, and restart mailagent.",
            facts=[("Mailbox", mailbox), ("Reason", str(error))],
        )

    def _notice(
        self, *, key: str, mailbox: str, heading: str, what: str, remedy: str, facts: Sequence[tuple[str, str]]
    ) -> NewOutboxEntry:
        desk = self.paper.desk(mailbox)
        values = {
            "heading": heading,
            "what": what,
            "remedy": remedy,
            "facts": [{"name": name, "value": value} for name, value in facts],
            "company": self.paper.company,
        }
        body = self.paper.templates.body("review/notice", values)
        at = self.paper.clock.now().isoformat()  # after a restore a key is given again
        return self.paper.seal(
            Outgoing(
                kind="notice",
                recipient=self.admin,
                subject=f"[Support] {heading}",
                text=body.text,
                html=body.html,
                message_id=desk.tokens.notice_message_id(f"{key}:{at}"),
                sender_address=desk.address,
                sender_name=f"Notice: {self.paper.company}",
            ),
            key=key,
            mailbox=mailbox,
            case_id=None,
        )


def _reason(error: Exception) -> str:
    """Our errors speak for themselves; of others the kind is half of what they tell."""
    ours = isinstance(error, TemporaryError | PermanentError | ConfigurationError)
    return str(error) if ours else f"{type(error).__name__}: {error}"


def _facts(entry: OutboxEntry, reason: str) -> list[tuple[str, str]]:
    """Which mail it is, and what the server said."""
    case = case_number(entry.case_id) if entry.case_id is not None else "none"
    return [("Mail", entry.kind), ("Case", case), ("Recipient", entry.recipient), ("Server", reason)]
