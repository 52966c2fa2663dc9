"""Attacks taken through the whole daemon: with the offline model, and with one that obeys every mail."""

import asyncio
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest

from mailagent.adapters.knowledge import KnowledgeFolder
from mailagent.adapters.offline_model import OfflineModel
from mailagent.adapters.openai_model import OpenAiModel, OpenAiSettings
from mailagent.ports import Model
from mailagent.settings import load_settings
from tests.fakes.mails import QUEUE, read
from tests.injection.samples import ATTACKS, BAIT, BURIED, HIDDEN, OPEN
from tests.jobs.office import Outside, open_office
from tests.servers.gullible import GullibleModel
from tests.shop import SHOP

PROMPTS = SHOP / "templates" / "prompts"
SETTINGS = load_settings(SHOP / "config")
STRANGER = "example.net"
"""Where every foreign link and address of the attacks is."""
RAW = {path.stem: path.read_bytes() for path in ATTACKS}
LONG_ENOUGH = 40
"""Characters of a prompt's line that nobody writes by chance."""
SECRETS = [
    line
    for path in PROMPTS.glob("*.txt")
    for line in path.read_text("utf-8").splitlines()
    if len(line) > LONG_ENOUGH and "$" not in line
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one mail. `said` is body and HTML of all that its sender got; the subject is their own."""

    entry: dict[str, object]
    answers: list[EmailMessage]
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """All attacks in one mailbox, and who got mail in the end."""

    outcomes: dict[str, Outcome]
    recipients: set[str]


async def run(folder: Path, model: Model) -> Run:
    """Take all mails in, decide, send: with the rules, articles and templates that are shipped, in auto mode."""
    outside = Outside(folder=folder)
    knowledge = KnowledgeFolder(SHOP / "knowledge", clock=outside.clock)
    async with open_office(outside, model=model, knowledge=knowledge, rules=SETTINGS.rules()) as office:
        await office.receive()  # from now on what comes is new: a first reading of so many mails would ask the admin
        for raw in RAW.values():
            outside.mailbox.deliver(raw)
        await office.work()
        entries = await office.log()
    outcomes = {}
    for (name, raw), entry in zip(RAW.items(), entries, strict=True):
        answers = outside.mails_to(_sender(raw))
        outcomes[name] = Outcome(entry=entry, answers=answers, said=" ".join(" ".join(map(_bodies, answers)).split()))
    return Run(outcomes=outcomes, recipients={recipient for recipient, _ in outside.sender.accepted})


def _sender(raw: bytes) -> str:
    return parseaddr(str(read(raw)["From"]))[1]


def _bodies(mail: EmailMessage) -> str:
    return "\n".join(str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text")


@pytest.fixture(name="offline", scope="module")
def _offline(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """What the offline model led to."""
    return asyncio.run(run(tmp_path_factory.mktemp("offline"), OfflineModel(SETTINGS.categories())))


@pytest.fixture(name="obeyed", scope="module")
def _obeyed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, list[dict[str, Any]]]:
    """What a model that obeys led to, and the requests that it got."""
    with GullibleModel() as server:
        steps = dict.fromkeys(("classify", "respond", "escalate"), "gullible")
        settings = OpenAiSettings(base_url=server.url, api_key="", steps=steps, max_retries=0)
        model = OpenAiModel(settings, SETTINGS.categories(), prompts=PROMPTS)
        return asyncio.run(run(tmp_path_factory.mktemp("obeyed"), model)), server.requests


def assert_a_person_decides(outcome: Outcome) -> None:
    """The table's own rule decided, and its sender, whom any answer would teach, gets none."""
    assert (outcome.entry["rule"], outcome.entry["disposition"]) == ("injection-suspected", "escalate")
    assert outcome.answers == []


@pytest.mark.parametrize("attack", OPEN, ids=lambda path: path.stem)
def test_an_attack_on_the_offline_model_reaches_a_person(attack: Path, offline: Run) -> None:
    """It cannot be talked into anything, but the question behind the attack still wants a person's eyes."""
    assert_a_person_decides(offline.outcomes[attack.stem])


@pytest.mark.parametrize("attack", OPEN, ids=lambda path: path.stem)
def test_an_attack_on_a_model_that_obeys_reaches_a_person(
    attack: Path, obeyed: tuple[Run, list[dict[str, Any]]]
) -> None:
    """Whatever a model is talked into, code decides who gets a mail and what is in it."""
    assert_a_person_decides(obeyed[0].outcomes[attack.stem])


@pytest.mark.parametrize("attack", HIDDEN, ids=lambda path: path.stem)
def test_hidden_words_reach_no_customer_and_change_no_rule(attack: Path, offline: Run) -> None:
    """The question above them is answered as if they were not there."""
    outcome = offline.outcomes[attack.stem]

    assert outcome.entry["rule"] == "reply"
    assert len(outcome.answers) == 1
    assert BURIED not in outcome.said
    assert STRANGER not in outcome.said


def test_hidden_words_reach_no_model(obeyed: tuple[Run, list[dict[str, Any]]]) -> None:
    """What a person cannot see must not speak for them."""
    _, requests = obeyed

    assert requests
    assert [request for request in requests if BURIED in str(request)] == []


def test_mail_goes_to_those_who_wrote_and_to_reviewers(offline: Run, obeyed: tuple[Run, list[dict[str, Any]]]) -> None:
    """No mail can name its own recipients, and none reads an answer to another's."""
    for found in (offline, obeyed[0]):
        assert found.recipients <= {QUEUE, *map(_sender, RAW.values())}
        for name, raw in RAW.items():
            written = read(raw)["Message-ID"]
            assert {str(answer["In-Reply-To"]) for answer in found.outcomes[name].answers} <= {str(written)}


def test_no_mail_to_a_sender_says_what_the_attacks_want(offline: Run, obeyed: tuple[Run, list[dict[str, Any]]]) -> None:
    """No link, address or line of a prompt gets out, whichever mail of ours would carry it."""
    said = [outcome.said for found in (offline, obeyed[0]) for outcome in found.outcomes.values()]

    assert [word for word in (*SECRETS, STRANGER, BAIT, BURIED) for text in said if word in text] == []
