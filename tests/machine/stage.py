"""Where a run of the machine plays: what is around the daemon, and what everybody must see after each step."""

import re
import shutil
from collections.abc import Callable, Mapping
from datetime import timedelta
from email.message import EmailMessage
from itertools import count, product
from pathlib import Path
from string import ascii_lowercase
from tempfile import mkdtemp
from types import MappingProxyType
from typing import TypeVar

from hypothesis.stateful import RuleBasedStateMachine, invariant
from structlog.testing import capture_logs

from mailagent.domain.outgoing import LONGEST_RETRY
from mailagent.store.holds import StoredHolds
from tests.fakes.mailbox import FakeMailbox
from tests.fakes.mails import mail, read, text_of
from tests.jobs.office import Office, Outside
from tests.machine.life import Life
from tests.machine.outside import TEXTS, Customer, Kind, MailServer, ScriptedModel, customers
from tests.machine.rest import check_recorded, check_rest, key_of, known_keys, pending
from tests.machine.witness import Witness, Written

Item = TypeVar("Item")
NONE: Mapping[str, str] = MappingProxyType({})
LARGEST = 20_000
"""Bytes of a mail that the mailbox hands out whole."""
ROUND, MOST_ROUNDS = timedelta(minutes=20), 15
LETTERS = ["".join(letters) for letters in product(ascii_lowercase, repeat=3)]
CASE = re.compile(r"\bC-\d+\b")


class Stage(RuleBasedStateMachine):
    """`is_whole` is False while a step goes on or has failed: then the end of the run proves nothing more. `database`
    gives the address of an empty one on a server, or None for a file.
    """

    database: Callable[[], str | None] = staticmethod(lambda: None)

    def __init__(self) -> None:
        super().__init__()
        self.place = Path(mkdtemp(prefix="mailagent-machine-"))
        self.people = customers()
        self.witness = Witness(customers=self.people)
        outside = Outside(
            folder=self.place / "data",
            server=self.database(),
            mailbox=FakeMailbox(size_limit=LARGEST),
            sender=MailServer(),
            model=ScriptedModel(),
        )
        self.life = Life(outside=outside, image=self.place / "image")
        self.outside, self.mailbox, self.clock = outside, outside.mailbox, outside.clock
        self.delivered: list[tuple[int, bytes]] = []
        self.recorded_then: set[str] | None = None
        self.dead: set[int] = set()
        self.has_backup = False
        self.is_whole = True
        self._numbers = count()
        self._logging = capture_logs()
        self.log = self._logging.__enter__()
        self.life.works()  # the mailbox is empty, and read from today on
        self.clock.passes(timedelta(days=5))
        kinds: tuple[Kind, ...] = ("answerable", "unanswerable", "angry")
        for customer, kind in zip(self.people, kinds, strict=True):
            self.writes(customer, kind, copied=self.people[-1] if customer is self.people[0] else None)
        self.life.works()

    def teardown(self) -> None:
        """Everything is let go, and comes to rest."""
        try:
            for _ in range(2 if self.is_whole else 0):  # a folder may be seen to be made anew only now
                self.life.resumes()
                self.witness.held = False
                self.comes_to_rest()
        finally:
            self.life.ends()
            self._logging.__exit__(None, None, None)
            shutil.rmtree(self.place)

    def word(self) -> str:
        """Three letters that no other step got."""
        return LETTERS[next(self._numbers)]

    def choose(self, items: list[Item], number: int) -> Item:
        """One of them, the newest for 0."""
        return items[-1 - number % len(items)]

    def letters(self, *, to_reviewers: bool) -> list[EmailMessage]:
        """Our mails that can be answered, by reviewers with a decision."""
        people = {customer.address for customer in self.people}
        return [
            letter
            for number, letter in enumerate(self.witness.mails)
            if (
                "+r." in str(letter["Reply-To"]) and number not in self.dead if to_reviewers else letter["To"] in people
            )
        ]

    def about(self, letter: EmailMessage) -> str:
        """All that reviewers were told about the cases of one of their mails."""
        cases = set(CASE.findall(f"{letter['Subject']} {text_of(letter)}"))
        told = (text_of(other) for other in self.witness.mails if cases & set(CASE.findall(str(other["Subject"]))))
        tags = (
            "" if letter["X-Mailagent-Kind"] != "list" else " ".join(row.tag for row in self.witness.written.values())
        )
        return "\n".join([*told, tags])

    def put(self, raw: bytes, *, age: timedelta = timedelta()) -> None:
        """Into the mailbox."""
        uid = self.mailbox.deliver(raw, at=self.clock.now() - age)
        self.delivered.append((uid, raw))

    def writes(
        self,
        customer: Customer,
        kind: Kind,
        *,
        subject: str = "A question",
        age: timedelta = timedelta(),
        proven: bool | None = True,
        by_machine: bool = False,
        length: int = 0,
        answering: EmailMessage | None = None,
        copied: Customer | None = None,
        headers: Mapping[str, str] = NONE,
    ) -> None:
        """A mail to us, with the customer's word where it is surely theirs; `copied` belongs to the case from then."""
        tag = f"tag{self.word()}"
        if copied is not None:
            copied.is_named = True
        word = customer.word if proven else "instrument"
        text = f"{TEXTS[kind]}\n\nIt is about my {word} {tag}\n" + "And so on.\n" * length
        raw = mail(
            text,
            subject=subject.replace("TAG", tag),
            sender=f"{customer.name} <{customer.address}>",
            answering=answering,
            authenticated=proven,
            **headers,
            **({"Cc": copied.address} if copied else {}),
        )
        is_doubtful = not proven or age > timedelta(hours=72)
        self.witness.notes(
            Written(
                raw=raw,
                message_id=str(read(raw)["Message-ID"]),
                tag=tag,
                by_machine=by_machine,
                is_doubtful=is_doubtful,
            )
        )
        self.put(raw, age=age)

    def unknown(self) -> set[str]:
        """The mails of the mailbox that are not recorded."""
        known = self.life.play(lambda office: known_keys(office.sessions)) or set()
        return {key_of(self.mailbox, uid) for uid in self.mailbox.mails} - known

    def comes_to_rest(self) -> None:
        """With servers that do as they should, nothing is left to do after a while; then the promises hold."""
        self.is_whole = False
        self.life.server.fates.clear()
        self.life.server.copies_show_up()
        self.outside.model.errors.clear()
        for _ in range(MOST_ROUNDS):
            self.life.works()
            left = self.life.play(self._left)
            if not left:
                break
            self.clock.passes(ROUND)
        assert not left, f"it does not come to rest: {left}"
        self.sees()
        self.is_whole = False
        self.life.play(self._rests)
        self.is_whole = True

    def forget(self, customer: Customer) -> None:
        """The operator also deletes their mail on the server and in the mailboxes of reviewers."""
        traces = [f"{customer.first_word}{letter}" for letter in ascii_lowercase[: customer.times_forgotten + 1]]
        traces += [] if customer.is_named else [customer.address]
        for uid in [uid for uid, raw in self.mailbox.mails.items() if any(word.encode() in raw for word in traces)]:
            del self.mailbox.mails[uid]
        self.dead |= {
            number
            for number, letter in enumerate(self.witness.mails)
            if any(word in letter.as_string() for word in traces)
        }
        self.delivered.clear()
        self.life.commands("forget", customer.address)
        customer.times_forgotten += 1
        files = [file for file in self.outside.folder.glob("*") if file.is_file()]
        left = [(file.name, word) for file in files for word in traces if word.encode() in file.read_bytes()]
        assert left == [], f"P9: {left}"

    async def _left(self, office: Office) -> list[str]:
        held = bool(await StoredHolds(sessions=office.sessions).all())
        return await pending(office.sessions, at=self.clock.now() + LONGEST_RETRY, held=held)

    async def _rests(self, office: Office) -> None:
        held = bool(await StoredHolds(sessions=office.sessions).all())
        await check_rest(office.sessions, self.mailbox, self.witness, at=self.clock.now(), held=held)

    @invariant()
    def sees(self) -> None:
        """What can be told at any moment; the next is a second later."""
        self.is_whole = False
        self.clock.passes(timedelta(seconds=1))
        crashed = [line for line in self.log if line["event"] == "job.crashed"]
        assert crashed == [], "a job met an error that it does not know"
        self.witness.looks(self.outside.sender.accepted, self.outside.model.mails, runs=4 + self.life.deaths)
        self.life.play(lambda office: check_recorded(office.sessions, self.mailbox, self.mailbox.seen))
        self.is_whole = True
