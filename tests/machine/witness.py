"""What people and servers saw, and whether the promises that can be told from outside are kept.

The names P1 to P10 are those of the promises: no loss, no silent skip, never two answers, no answer lost without
telling, only reviewers decide, one recipient and no machine, a bounded number of model calls, nobody else's words,
nothing left of who was forgotten, and old mail left to people.
"""

from collections import Counter
from dataclasses import dataclass, field
from email.message import EmailMessage

from mailagent.mail.identity import content_key
from mailagent.ports import CustomerMail
from tests.fakes.mails import ADMIN, BEN, DANA, QUEUE, read, text_of
from tests.machine.outside import ARTICLE, DRAFT, WORDS, Customer

FORGED, OWN = "forgery", "personally"
"""In each text of a forger, and of a reviewer."""
REVIEWERS = frozenset({DANA, BEN})
CALLS_OF_A_RUN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A mail to us. `tag` is a word that stands in no other; of those that no person wrote, and of old or doubtful ones
    while no reviewer has seen to them, nobody gets an answer.
    """

    raw: bytes
    message_id: str
    tag: str
    by_machine: bool = False
    is_doubtful: bool = False


@dataclass(kw_only=True)
class Witness:
    """`held` while nothing but notices may leave; `sending` and `rejecting` count the replies of reviewers about a
    mail, by its tag; `genuine` is all that reviewers wrote, by `content_key`.
    """

    customers: list[Customer]
    held: bool = False
    written: dict[str, Written] = field(default_factory=dict)
    genuine: set[str] = field(default_factory=set)
    sending: Counter[str] = field(default_factory=Counter)
    rejecting: Counter[str] = field(default_factory=Counter)
    mails: list[EmailMessage] = field(default_factory=list)
    _ids: set[tuple[str, str]] = field(default_factory=set)
    _answers: Counter[str] = field(default_factory=Counter)
    _promises: Counter[str] = field(default_factory=Counter)
    _own: Counter[str] = field(default_factory=Counter)
    _prompts: int = 0

    def notes(self, written: Written) -> None:
        """A mail is on its way to us."""
        self.written[written.message_id] = written

    def reviewer_wrote(self, raw: bytes, about: str, *, sends: bool, rejects: bool) -> None:
        """In reply to a mail with the text `about`."""
        self.genuine.add(content_key(raw))
        tags = [mail.tag for mail in self.written.values() if mail.tag in about]
        self.sending.update(tags if sends else [])
        self.rejecting.update(tags if rejects else [])

    def looks(self, accepted: list[tuple[str, bytes]], prompts: list[CustomerMail], *, runs: int) -> None:
        """At what is new. A model may be asked again about each mail in each of `runs`."""
        for recipient, raw in accepted[len(self.mails) :]:
            mail = read(raw)
            self.mails.append(mail)
            self._one(recipient, mail)
        for prompt in prompts[self._prompts :]:
            shown = repr(prompt)
            found = [word for word in WORDS if word in shown]
            assert len(found) <= 1, f"P8: a prompt shows the words of several customers: {found}"
        self._prompts = len(prompts)
        asked = Counter(tag for prompt in prompts for tag in prompt.text.split() if tag.startswith("tag"))
        most = CALLS_OF_A_RUN * runs
        assert all(count <= most for count in asked.values()), f"P7: {asked.most_common(1)} calls for one mail"

    def _one(self, recipient: str, mail: EmailMessage) -> None:
        known = {customer.address for customer in self.customers}
        assert recipient in known | REVIEWERS | {QUEUE, ADMIN}, f"P6: a mail to {recipient}"
        assert (mail["To"], mail["Cc"], mail["Bcc"]) == (recipient, None, None), "P6: a mail with other recipients"
        assert recipient == ADMIN or not self.held, f"P10: a mail to {recipient} while sending is held"
        if recipient in known:
            self._to_customer(recipient, mail)

    def _to_customer(self, recipient: str, mail: EmailMessage) -> None:
        text = f"{mail['Subject']}\n{text_of(mail)}"
        about = self.written.get(str(mail["In-Reply-To"]))
        assert FORGED not in text, "P5: a forged decision was carried out"
        for other in self.customers:
            is_other = other.address != recipient
            assert not (is_other and (other.first_word in text or other.address in text)), "P8: somebody else's words"
        assert about is not None, "an answer to a mail that nobody wrote"
        tag = about.tag
        assert not about.by_machine, "P6: an answer to a machine"
        decided = self.sending[tag] + self.rejecting[tag]
        assert decided or not about.is_doubtful, "P10: an automatic answer to old or doubtful mail"
        assert (recipient, str(mail["Message-ID"])) not in self._ids, "P3: a mail left twice"
        self._ids.add((recipient, str(mail["Message-ID"])))
        own = [word for word in text.split() if word.startswith(OWN)]
        self._own.update(own)
        assert all(self._own[word] == 1 for word in own), "P5: a decision was carried out twice"
        if own or ARTICLE in text or DRAFT in text:
            self._answers[tag] += 1
            assert self._answers[tag] <= max(1, self.sending[tag]), "P3: two answers to one mail"
        else:
            self._promises[tag] += 1
            assert self._promises[tag] <= 1 + self.rejecting[tag], "P3: two acknowledgments of one mail"
