"""When something is wrong: with the configuration, a mail, a server or the model."""

import json
import signal
import socket

import pytest

from tests.acceptance.world import ADMIN, QUEUE, Customer, Reviewer, World, text_of, words
from tests.servers.dovecot import Dovecot
from tests.servers.model import ModelServer, Scripted, fails, says

QUESTION = "Which payment methods do you accept?"


@pytest.mark.parametrize("command", ["check", "run"])
def test_a_missing_configuration_is_named(world: World, command: str) -> None:
    """The first thing that an admin does wrong; the answer must be which file is missing and what to do."""
    (world.config / "review.toml").unlink()

    done = world.command(command)

    assert done.returncode == 78
    assert f"{world.config / 'review.toml'}: error: the file is missing" in done.stderr


@pytest.mark.parametrize("command", ["check", "run"])
def test_a_misspelt_key_is_named_with_its_line_and_the_right_word(world: World, command: str) -> None:
    """An unknown key is never ignored: what was meant would silently not happen."""
    world.configure(review=f'queue = "{QUEUE}"\nauthserv_id = "mx.example"\nauthentcation = "off"\n')

    done = world.command(command)

    assert done.returncode == 78
    assert f"{world.config / 'review.toml'}:3:1: error authentcation" in done.stderr
    assert "did you mean 'authentication'?" in done.stderr


def test_a_broken_template_is_found_before_a_customer_sees_it(world: World) -> None:
    """Admins edit templates; `check` renders each of them."""
    (world.folder / "templates").unlink()
    folder = world.folder / "templates"
    for name in ("customer", "review", "prompts"):
        (folder / name).mkdir(parents=True)

    done = world.command("check")

    assert done.returncode == 78
    assert "templates" in done.stderr


def test_a_good_configuration_is_said_to_be_good(world: World) -> None:
    """`check` ends with 0 and warns of what is allowed but unwise."""
    world.configure(review=f'queue = "{QUEUE}"\nauthentication = "off"\n')

    done = world.command("check")

    assert done.returncode == 0, done.stderr
    assert "good" in done.stdout
    assert "warning: " in done.stdout
    assert "anybody who sees a digest" in words(done.stdout)


def test_fault_02_a_refused_login_has_its_own_exit_code(world: World) -> None:
    """Scripts tell a wrong password (77) from a server that is away (75)."""
    world.settings = {"MAILAGENT_TEST_PASSWORD": "wrong"}

    done = world.command("run", "--once")

    assert done.returncode == 77
    assert "wrong" not in done.stderr


def test_a_mail_that_cannot_be_read_is_kept_and_the_next_goes_on(world: World, customer: Customer) -> None:
    """One hostile mail must neither stop the others nor disappear."""
    bomb = b"From: eve@evil.example\r\nSubject: hello\r\n" + b"X-Bomb: 1\r\n" * 9000 + b"\r\nhello\r\n"
    world.dovecot.append(world.user, bomb)
    world.start()
    customer.writes("Payment methods", QUESTION)

    customer.receives("answer to the mail behind it")
    notice = world.wait_for(ADMIN, 1, "notice of the mail that was set aside")[0]

    assert "set aside" in str(notice["Subject"])
    assert "- Reason: the header is larger than 64,000 bytes" in text_of(notice)
    kept = json.loads(world.command("aside", "list", "--json").stdout)
    assert [(row["message"], row["size"]) for row in kept] == [(1, len(bomb))]
    assert world.command("aside", "show", "1").stdout.encode() == bomb.replace(b"\r\n", b"\n")
    status = world.status()
    assert (status["ok"], status["set_aside"], status["pending"]) == (False, 1, 0)


def test_fault_01_a_mail_server_that_goes_away_is_waited_for(world: World, customer: Customer) -> None:
    """Providers restart; mail that arrived meanwhile is answered once they are back, and status says what is wrong."""
    with Dovecot() as own:
        world.dovecot = own
        world.configure()
        world.start()
        customer.writes("Payment methods", QUESTION)
        customer.receives("first answer")
        customer.writes("Shipping", "How long does shipping take to Germany?")
        own.stop()
        world.until(lambda: _works(world, "imap:support") is False, "status to tell that the server is away")

        own.start()

        customer.receives("second answer")
        world.until(lambda: _works(world, "imap:support") is True, "status to tell that the server is back")


def test_fault_52_a_stop_is_obeyed_while_the_mail_server_is_away(world: World) -> None:
    """Systemd and container runtimes kill what does not stop in time."""
    world.configure(imap_port=9)
    world.start()
    world.until(lambda: _works(world, "imap:support") is False, "status to tell that the server is away")

    assert world.stop(signal.SIGTERM, within=20) == 0


def test_fault_52_a_stop_is_obeyed_while_the_mail_server_is_silent(world: World) -> None:
    """A server that accepts the connection and says nothing holds a thread; the process must end all the same."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        world.configure(imap_port=silent.getsockname()[1])
        world.start()
        connection, _ = silent.accept()

        assert world.stop(signal.SIGTERM, within=20) == 0

        connection.close()


def test_a_second_daemon_on_the_same_data_is_refused(world: World, customer: Customer) -> None:
    """Two of them would answer the same customer twice."""
    world.start()
    customer.writes("Payment methods", QUESTION)
    customer.receives("answer")

    done = world.command("run", "--once")

    assert done.returncode == 75
    assert world.process is not None
    assert f"process {world.process.pid}" in done.stderr


def test_shadow_mode_sends_nothing(world: World, customer: Customer) -> None:
    """A team watches for a week what would happen before anything leaves."""
    text = (world.config / "mailagent.toml").read_text().replace('mode = "auto"', 'mode = "shadow"')
    (world.config / "mailagent.toml").write_text(text)
    customer.writes("Payment methods", QUESTION)
    customer.writes("Charged twice", "I am FURIOUS!!! You charged me TWICE, this is a SCANDAL!")

    done = world.command("run", "--once")

    assert done.returncode == 0, done.stderr
    assert [(entry["disposition"], entry["mode"]) for entry in world.log()] == [
        ("reply", "shadow"),
        ("escalate", "shadow"),
    ]
    assert world.smtp.received == []


def test_suggest_mode_asks_before_every_reply(world: World, customer: Customer, reviewer: Reviewer) -> None:
    """The step between shadow and auto: drafts of everyday answers wait for an APPROVE."""
    text = (world.config / "mailagent.toml").read_text().replace('mode = "auto"', 'mode = "suggest"')
    (world.config / "mailagent.toml").write_text(text)
    world.start()
    customer.writes("Payment methods", QUESTION)

    digest = reviewer.receives_digest()
    customer.receives("acknowledgment")
    reviewer.replies(digest, "APPROVE")

    assert "PayPal" in text_of(customer.receives("answer"))


def test_the_model_answers_through_an_openai_compatible_server(world: World, customer: Customer) -> None:
    """The way most teams run it: their own model server, a cheap model to classify and a strong one to write."""
    with ModelServer(values=GOOD) as model:
        use(world, model)
        world.start()
        customer.writes("Payment methods", QUESTION)

        answer = customer.receives("answer")

        assert "You can pay by card and PayPal." in text_of(answer)
        assert [request["model"] for request in model.requests] == ["small", "strong"]
        assert model.keys == ["Bearer sk-test", "Bearer sk-test"]
        entry = world.log()[0]
        assert (entry["model_calls"], entry["tokens_in"]) == (2, 200)


@pytest.mark.parametrize(
    "fault",
    [
        fails(500, "down"),
        fails(401, "bad key"),
        says("this is no JSON"),
        says({"category": "spaceships", "sentiment": "neutral"}),
        Scripted(refusal="I cannot help with that."),
        Scripted(body="<html>Bad gateway</html>", content_type="text/html"),
    ],
    ids=["down", "key refused", "no JSON", "unknown category", "refusal", "HTML"],
)
def test_a_model_that_fails_ends_with_a_person(
    world: World, customer: Customer, reviewer: Reviewer, fault: Scripted
) -> None:
    """Never in silence, and never in a guess: the offline model prepares the case, a person answers it."""
    with ModelServer(values=GOOD) as model:
        model.script(*[fault] * 20)
        use(world, model)
        world.start()
        customer.writes("Payment methods", QUESTION)

        digest = reviewer.receives_digest()
        acknowledgment = customer.receives("acknowledgment")

        assert "(rule model-failed)" in words(text_of(digest))
        assert "We accept credit and debit cards" in words(text_of(digest))
        assert QUESTION in words(text_of(digest))
        assert "a person will look at it" in words(text_of(acknowledgment))
        reviewer.replies(digest, "MODIFY\nHello Tom,\n\nby card.")
        assert "by card." in text_of(customer.receives("answer"))


GOOD = {
    "category": "billing",
    "sentiment": "neutral",
    "sentiment_score": 0.0,
    "language": "en",
    "wants_human": False,
    "confidence": 0.9,
    "search_query": "payment methods accept",
    "answered": True,
    "text": "You can pay by card and PayPal.",
    "sources": ["billing/payment-methods"],
}


def use(world: World, model: ModelServer) -> None:
    """Let the daemon ask `model`."""
    world.settings = {"MAILAGENT_TEST_MODEL_KEY": "sk-test"}
    steps = 'steps = { classify = "small", respond = "strong", escalate = "strong" }'
    world.configure(
        model=f'provider = "openai"\nbase_url = "{model.url}"\nsecret = "env:MAILAGENT_TEST_MODEL_KEY"\n{steps}\n'
        "timeout_seconds = 5\nretries = 1\n"
    )


def _works(world: World, name: str) -> bool | None:
    """What status says; None before the daemon has tried."""
    done = world.command("status", "--json")
    outside = json.loads(done.stdout)["outside"] if done.stdout else []
    assert isinstance(outside, list)
    return next((row["working"] for row in outside if row["name"] == name), None)
