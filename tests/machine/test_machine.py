"""A machine that plays all of it: whatever happens in whatever order, the promises hold.

`make test` plays a few runs, always the same ones; `make fuzz` many, on both databases.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Literal, get_args

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from mailagent.crash_points import CrashPoint
from mailagent.domain.budget import Budget
from mailagent.domain.policy import Mode
from mailagent.errors import TemporaryError
from mailagent.jobs.receive_mail import FEW, STORM_SHARE
from mailagent.mail.identity import content_key
from mailagent.ports import UnusableAnswerError
from tests.fakes.mails import BEN, DANA, read, review, text_of
from tests.fakes.model import SPENT, Step
from tests.jobs.forged import MALLORY, MALLORY_PROVEN, UNPROVEN, VOUCHED, forged, mac_of, ref_of
from tests.machine.life import Config, Part
from tests.machine.outside import Fate, Kind
from tests.machine.rest import known_keys
from tests.machine.stage import CASE, LARGEST, Stage
from tests.machine.witness import FORGED, OWN
from tests.servers.postgres import Postgres

RUNS = {"everyday": (3, 25), "nightly": (400, 50)}
"""How many, and of how many steps, by the profile of hypothesis."""
KINDS, POINTS, FATES = (st.sampled_from(get_args(values)) for values in (Kind, CrashPoint, Fate))
WHO, PICK, ONCE = st.integers(0, 2), st.integers(0, 5), st.booleans()
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
AT_THE_DOT: tuple[CrashPoint, ...] = ("outbox.before_dot", "outbox.after_dot", "outbox.answered")
SENDS = ("APPROVE", "MODIFY\nHello, OWN it is.", "ASK\nWhich one? OWN")
SAYS = (*SENDS, "REJECT", "REVISE shorter, please", "CLOSE", "SPAM", "NOTE looked at it", "SNOOZE 2 hours", "TAKE",
        "UNDO", "REOPEN", "Hm, I do not know.")  # fmt: skip
Machine = Literal["vacation", "robot", "bounce", "list"]
HEADERS: Mapping[Machine, Mapping[str, str]] = {
    "vacation": {"Auto_Submitted": "auto-replied"},
    "robot": {"Auto_Submitted": "auto-generated"},
    "bounce": {"Return_Path": "<>", "Auto_Submitted": "auto-replied"},
    "list": {"List_Id": "<l.list.example>", "Precedence": "list"},
}
Forgery = Literal["not proven", "no results", "a stranger", "a customer", "wrong signature", "other case"]


class Everything(Stage):
    """Its rules are what can happen."""

    def follows(self, at_once: bool) -> None:  # noqa: FBT001 - the only argument
        """The daemon has time for a round now, or later."""
        if at_once:
            self.life.works()

    @rule(
        who=WHO,
        kind=KINDS,
        subject=st.sampled_from(["A question", "About TAG"]),
        age=st.sampled_from([timedelta(), timedelta(), HOUR, 4 * DAY]),
        proven=st.sampled_from([True, True, True, False, None]),
        copied=st.booleans(),
        is_long=st.sampled_from([False] * 7 + [True]),
        at_once=ONCE,
    )
    def customer_writes(
        self,
        who: int,
        kind: Kind,
        subject: str,
        age: timedelta,
        *,
        proven: bool | None,
        copied: bool,
        is_long: bool,
        at_once: bool,
    ) -> None:
        """To a new case, often under the same subject as others; a mail over the limit goes to a person."""
        colleague = self.people[who - 1] if copied else None
        length = LARGEST // 10 if is_long else 0
        self.writes(self.people[who], kind, subject=subject, age=age, proven=proven, length=length, copied=colleague)
        self.follows(at_once)

    @precondition(lambda self: self.witness.written)
    @rule(who=WHO, kind=KINDS, pick=PICK, ours=st.booleans(), at_once=ONCE)
    def customer_follows_up(self, who: int, kind: Kind, pick: int, *, ours: bool, at_once: bool) -> None:
        """In the thread of a mail of ours or of a customer: their own, a colleague's or a stranger's."""
        letters = self.letters(to_reviewers=False) if ours else []
        answered = letters or [read(row.raw) for row in self.witness.written.values()]
        self.writes(self.people[who], kind, subject="Re: A question", answering=self.choose(answered, pick))
        self.follows(at_once)

    @rule(who=WHO, kind=st.sampled_from(get_args(Machine)), pick=PICK)
    def machine_writes(self, who: int, kind: Machine, pick: int) -> None:
        """Whoever answers it may answer for ever."""
        letters = self.letters(to_reviewers=False)
        answering = self.choose(letters, pick) if letters else None
        text: Kind = "angry" if kind in ("bounce", "list") else "answerable"
        self.writes(
            self.people[who],
            text,
            subject="Undeliverable" if kind == "bounce" else "A question",
            by_machine=True,
            answering=None if kind in ("robot", "list") else answering,
            headers=HEADERS[kind],
        )

    @precondition(lambda self: self.delivered)
    @rule(pick=PICK, how=st.sampled_from(["same", "other trace", "other header"]))
    def delivered_again(self, pick: int, how: str) -> None:
        """As relays, fetchers and whoever catches a mail on its way do."""
        uid, raw = self.choose(self.delivered, pick)
        line = {"same": "", "other trace": "Received: from a by b\r\n", "other header": f"X-Seen: {self.word()}\r\n"}
        again = line[how].encode() + raw
        if content_key(raw) in self.witness.genuine:
            self.witness.genuine.add(content_key(again))
        age = self.clock.now() - self.mailbox.arrived.get(uid, self.clock.now())
        self.put(again, age=max(age, timedelta()))

    @precondition(lambda self: self.mailbox.mails)
    @rule(pick=PICK)
    def other_client_takes(self, pick: int) -> None:
        """Somebody deletes or moves a mail by hand."""
        del self.mailbox.mails[self.choose(list(self.mailbox.mails), pick)]

    @rule(unknown=st.sampled_from([0, 0, 1, FEW + 2]), dies_at=st.none() | st.sampled_from(["intake.recorded"]))
    def mailbox_is_made_anew(self, unknown: int, dies_at: CrashPoint | None) -> None:
        """Under another UIDVALIDITY, perhaps with mail that is new to us; at much of that a person looks first."""
        for number in range(unknown):
            self.writes(self.people[number % 3], "answerable")
        self.mailbox.rebuild()
        self.delivered.clear()
        new = len(self.unknown())
        self.life.works("receive", dies_at=dies_at)
        self.life.works("receive")
        self.witness.held |= new > FEW and new > STORM_SHARE * len(self.mailbox.mails)

    @rule(part=st.sampled_from([*get_args(Part), "all", "all"]))
    def works(self, part: Part) -> None:
        """The daemon has time for a round, or for a part of one."""
        self.life.works(part)

    @rule(who=WHO, kind=KINDS, point=POINTS | st.sampled_from(AT_THE_DOT), passing=st.sampled_from([1, 1, 2, 3]))
    def dies(self, who: int, kind: Kind, point: CrashPoint, passing: int) -> None:
        """At one place, as a kill would have it; the next process finds what was written by then."""
        self.writes(self.people[who], kind)
        self.life.works(dies_at=point, passing=passing)

    @rule(fates=st.lists(FATES, min_size=1, max_size=3))
    def server_misbehaves(self, fates: list[Fate]) -> None:
        """At the next mails."""
        self.life.server.fates = fates

    @rule(keeps=st.sampled_from(["at once", "late", "never"]))
    def copies_are_kept(self, keeps: Literal["at once", "late", "never"]) -> None:
        """By the provider, of what it accepts; those that were late show up."""
        self.life.server.copies_show_up()
        self.life.server.keeps = keeps

    @precondition(lambda self: self.letters(to_reviewers=True))
    @rule(
        pick=PICK, says=st.sampled_from(SAYS) | st.sampled_from(SENDS), who=st.sampled_from([DANA, BEN]), at_once=ONCE
    )
    def reviewer_replies(self, pick: int, says: str, who: str, *, at_once: bool) -> None:
        """To any of the mails that ask, also to old ones."""
        digest = self.choose(self.letters(to_reviewers=True), pick)
        text = says.replace("OWN", f"{OWN}{self.word()}")
        if digest["X-Mailagent-Kind"] == "list":
            text = "\n".join(f"{case} APPROVE" for case in dict.fromkeys(CASE.findall(text_of(digest))))
        raw = review(digest, text, sender=who)
        is_list = digest["X-Mailagent-Kind"] == "list"
        about = self.about(digest)
        self.witness.reviewer_wrote(raw, about, sends=says in SENDS or is_list, rejects=says == "REJECT")
        self.put(raw)
        self.follows(at_once)

    @precondition(lambda self: self.letters(to_reviewers=True))
    @rule(
        pick=PICK,
        who=WHO,
        how=st.sampled_from(get_args(Forgery)),
        says=st.sampled_from(["APPROVE", "MODIFY"]),
        at_once=ONCE,
    )
    def forger_replies(self, pick: int, who: int, how: Forgery, says: str, *, at_once: bool) -> None:
        """Without what makes a decision, whatever else they have."""
        digest = self.choose(self.letters(to_reviewers=True), pick)
        text = f"{says}\n{FORGED} it is." if says == "MODIFY" else says
        to, ref, mac = str(digest["Reply-To"]), ref_of(digest), mac_of(digest)
        customer = self.people[who].address
        proven = VOUCHED.replace("larkfield.example", customer.partition("@")[2])
        match how:
            case "not proven":
                raw = forged(digest, text=text, results=[UNPROVEN])
            case "no results":
                raw = forged(digest, text=text, results=[])
            case "a stranger":
                raw = forged(digest, text=text, sender=MALLORY, results=[MALLORY_PROVEN])
            case "a customer":
                raw = forged(digest, text=text, sender=customer, results=[proven])
            case "wrong signature":
                bad = mac[:-1] + ("a" if mac[-1] != "a" else "b")
                raw = forged(digest, text=text, to=to.replace(mac, bad), ref=ref.replace(mac, bad), threaded=False)
            case "other case":
                raw = forged(
                    digest, text=text, to=to.replace("+r.c", "+r.c1"), ref=ref.replace("C-", "C-1"), threaded=False
                )
        self.put(raw)
        self.follows(at_once)

    @rule(length=st.sampled_from([MINUTE, 3 * MINUTE, HOUR, 9 * HOUR, DAY, 4 * DAY, -5 * MINUTE]))
    def clock_moves(self, length: timedelta) -> None:
        """Also a little back, as clocks do that are set right."""
        self.clock.passes(length)

    @rule(step=st.sampled_from(get_args(Step)), answers=st.booleans())
    def model_fails(self, step: Step, *, answers: bool) -> None:
        """It is away, or says what nobody can use."""
        self.outside.model.errors[step] = UnusableAnswerError("nonsense", SPENT) if answers else TemporaryError("503")

    @rule(mode=st.sampled_from([*get_args(Mode), "auto", "auto"]), has_journal=st.booleans(), spent=st.booleans())
    def admin_changes_the_configuration(self, mode: Mode, *, has_journal: bool, spent: bool) -> None:
        """And restarts the daemon, which reads it once."""
        self.life.stops()
        budget = Budget(overall_day=1) if spent else Budget()
        self.life.config = Config(mode=mode, has_journal=has_journal, budget=budget)

    @rule(holds=st.booleans())
    def operator_holds_or_resumes(self, *, holds: bool) -> None:
        """Nothing but notices leaves from now on; or everything, whatever the hold was for."""
        (self.life.holds if holds else self.life.resumes)()
        self.witness.held = holds

    @rule()
    def operator_retries_what_is_set_aside(self) -> None:
        """It may be set aside again."""
        for message in self.life.play(lambda office: office.views.set_aside()) or []:
            number = int(str(message["message"]))
            self.life.retries(number)

    @precondition(lambda self: self.outside.server is None)
    @rule()
    def operator_backs_up(self) -> None:
        """While the daemon works."""
        self.life.play(lambda office: known_keys(office.sessions))
        self.life.backs_up()
        self.has_backup = True

    @precondition(lambda self: self.has_backup)
    @rule()
    def operator_restores(self) -> None:
        """The backup forgets what came and left since; the mailbox does not."""
        self.life.restores()
        self.mailbox.seen.clear()
        self.witness.held = True

    @precondition(lambda self: self.outside.server is None)
    @rule(who=WHO)
    def person_is_forgotten(self, who: int) -> None:
        """P9: not a word of theirs is left."""
        self.forget(self.people[who])

    @rule()
    def settles(self) -> None:
        """All that is left is done."""
        self.comes_to_rest()


def play(database: Callable[[], str | None]) -> None:
    """As many runs as the profile allows."""
    profile = settings.get_current_profile_name()
    most, steps = RUNS[profile]
    machine = type("Machine", (Everything,), {"database": staticmethod(database)})
    runs = settings(
        settings.get_profile(profile),
        max_examples=most,
        stateful_step_count=steps,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=True,
    )
    run_state_machine_as_test(machine, settings=runs)


def test_the_promises_hold_whatever_happens() -> None:
    """Each of them is tested alone elsewhere; what breaks them together nobody thought of."""
    play(lambda: None)


@pytest.mark.full
def test_the_promises_hold_whatever_happens_on_postgresql(postgres: Postgres) -> None:
    """The same but for backups and the command that forgets people, which are of files."""

    def empty() -> str:
        postgres.empty("store")
        return postgres.url("store")

    play(empty)
