"""``mailagent metrics``: what a monitoring system reads is what happened."""

import asyncio
import shutil
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from typer.testing import CliRunner

from mailagent.cli.app import app
from tests.fakes.mails import DANA, QUEUE, TOM
from tests.fakes.model import ANGRY
from tests.jobs.office import Outside, open_office
from tests.shop import SHOP

Read = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture(name="config")
def _config(tmp_path: Path) -> Path:
    """The shipped files; the data lies beside them."""
    shutil.copytree(SHOP / "config", tmp_path / "config")
    (tmp_path / "data").mkdir()
    return tmp_path / "config"


def metrics(config: Path) -> Read:
    """Name and labels -> value, read as Prometheus reads it."""
    result = CliRunner().invoke(app, ["metrics", "--config", str(config)])
    assert result.exit_code == 0, result.stderr
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(result.stdout)
        for sample in family.samples
    }


async def _two_cases(outside: Outside) -> None:
    """One is answered; the other is put before a reviewer, who is first unclear and then approves."""
    async with open_office(outside) as office:
        outside.customer_writes(subject="Payment")
        await office.work()
        outside.model.mood = ANGRY
        outside.customer_writes("You charged me twice!", subject="Charged")
        await office.work()
        outside.reviewer_replies("APPROVE, but be nicer")
        await office.work()
        outside.reviewer_replies("APPROVE", to=outside.mails_to(QUEUE)[0])
        await office.work()


def test_figures_say_what_happened(config: Path) -> None:
    """Who watches the mailbox over months watches these."""
    asyncio.run(_two_cases(Outside(folder=config.parent / "data")))

    found = metrics(config)

    assert found["mailagent_messages_received_total", (("kind", "person"), ("mailbox", "support"))] == 2
    assert found["mailagent_triaged_total", (("category", "billing"), ("outcome", "reply"))] == 1
    assert found["mailagent_triaged_total", (("category", "billing"), ("outcome", "escalate"))] == 1
    assert found["mailagent_review_decisions_total", (("verb", "approve"),)] == 1
    assert found["mailagent_review_held_total", (("code", "REVIEW-03"),)] == 1
    assert found["mailagent_cases", (("state", "answered"),)] == 2
    assert found["mailagent_mails", (("kind", "digest"), ("state", "sent"))] == 1
    assert found["mailagent_llm_tokens_total", ()] > 0
    assert found["mailagent_model_rung", (("rung", "offline"),)] == 1


def test_no_figure_names_a_person(config: Path) -> None:
    """Monitoring is read by many, and kept for long."""
    asyncio.run(_two_cases(Outside(folder=config.parent / "data")))

    result = CliRunner().invoke(app, ["metrics", "--config", str(config)])

    assert [person for person in (TOM, DANA, QUEUE) if person in result.stdout] == []


def test_before_the_first_start_there_is_nothing_to_count(config: Path) -> None:
    """The collector keeps the last file, and the admin reads why."""
    shutil.rmtree(config.parent / "data")

    result = CliRunner().invoke(app, ["metrics", "--config", str(config)])

    assert result.exit_code != 0
