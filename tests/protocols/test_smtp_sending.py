"""Rows 28 to 32 and 39 of the fault matrix: a mail server that is away, refuses us or a mail, or is slow.

Each time answers wait in the outbox. They leave once the server is sane again, each once, or the admin is told.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.fakes.mails import ADMIN, TOM
from tests.protocols.place import Place, Process
from tests.servers.proxy import Fault, Proxy
from tests.servers.smtp import DROP, Phase, SmtpServer

DAY = timedelta(days=1)
NOT_SENT, MAYBE = "A mail could not be sent", "A mail may not have been sent"
LOGIN: Mapping[str, object] = {"user": "support", "password": "right"}


async def test_fault_28_a_server_that_is_away(place: Place) -> None:
    """It restarts. Nobody need do anything, and `status` says for what mail waits."""
    place.customer_writes()
    place.smtp.hang_up()
    async with place.process() as process:
        await process.rounds(2)
        assert "no connection" in process.status["smtp:support"]

        place.smtp.listen()
        await process.rounds(2)
        assert process.status["smtp:support"] == ""
    assert (len(place.mails_to(TOM)), place.told()) == (1, [])


async def test_fault_28_a_server_that_is_busy_is_asked_once_a_round(place: Place) -> None:
    """It says 421 at the door. Fifty answers wait; to ask for each of them, and wait a minute each time, would keep the
    mail of other mailboxes for an hour.
    """
    for name in ("ann", "ben", "eve"):
        place.customer_writes(sender=f"{name}@customer.example")
    with Proxy(place.smtp.port, Fault(way="answer", sign=rb"^220 .*", line=b"421 too busy")) as proxy:
        async with place.process(smtp={"port": proxy.port}) as process:
            await process.round()
            assert "421 too busy" in process.status["smtp:support"]
            assert (proxy.connections, place.smtp.received) == (1, [])

            await process.round()
            assert process.status["smtp:support"] == ""
    assert sorted(mail.recipients[0] for mail in place.smtp.received) == [
        f"{name}@customer.example" for name in ("ann", "ben", "eve")
    ]


@pytest.mark.parametrize(
    ("server", "account", "mended", "told"),
    [
        ({"login": ("support", "right")}, {"user": "support", "password": "wrong"}, LOGIN, "refused the login"),
        ({"login": ("support", "right")}, {}, LOGIN, "530 5.7.0 authentication required"),
        ({"offers_login": False}, LOGIN, {}, "the server offers no login (AUTH)"),
        ({}, {"security": "starttls"}, {}, "the server offers no STARTTLS"),
        ({}, {"security": "tls"}, {}, "no TLS is spoken there"),
    ],
    ids=["535", "530", "no AUTH", "no STARTTLS", "no TLS"],
)
async def test_fault_28_an_account_that_an_admin_must_correct(
    place: Place, server: Mapping[str, object], account: Mapping[str, object], mended: Mapping[str, object], told: str
) -> None:
    """No answer fails for it, and no password leaves unencrypted; it leaves after a restart with what is right."""
    place.customer_writes()
    with SmtpServer(**server) as place.smtp:  # type: ignore[arg-type]  # each case gives the right ones
        async with place.process(smtp=account) as process:
            await process.rounds(2)
            assert told in process.status["smtp:support"]
            assert place.smtp.received == []
        async with place.process(smtp=mended) as process:
            await process.rounds(2)
            assert process.status["smtp:support"] == ""
        assert (len(place.mails_to(TOM)), place.told()) == (1, ["Mail cannot be sent"])


async def test_fault_02_28_a_refused_login_is_not_tried_for_each_mail(place: Place) -> None:
    """The password was changed and five answers wait: five wrong logins a round lock the account, for the mail programs
    of the team too. It is asked once a round at most, the admin is told once a day, and no answer is lost.
    """
    place.outside.clock.passes(timedelta(hours=(30 - place.outside.clock.now().hour) % 24))  # midnight is far
    names = [f"{name}@customer.example" for name in ("ann", "ben", "eve", "joe", "sue")]
    for name in names:
        place.customer_writes(sender=name)
    with SmtpServer(login=("support", "right")) as place.smtp:
        async with place.process(smtp={"user": "support", "password": "wrong"}) as process:
            await process.round()
            assert place.smtp.connections == 1
            for _ in range(3):
                await process.round(takes=timedelta(minutes=15))
            assert place.smtp.connections <= 4
            place.outside.clock.passes(DAY)
            await process.round()
        async with place.process(smtp=LOGIN) as process:
            await process.round(takes=timedelta(hours=2))
            await process.round()
        assert [len(place.mails_to(name)) for name in names] == [1] * 5
        assert place.told() == ["Mail cannot be sent"] * 2


async def test_fault_29_mails_that_are_refused_for_now(place: Place) -> None:
    """By MAIL or RCPT, in words or by hanging up: each leaves later, and nobody is bothered."""
    await each_leaves_later(
        place, [("MAIL", "451 later"), ("MAIL", "421 bye"), ("MAIL", DROP), ("RCPT", "450 later"), ("RCPT", DROP)]
    )


async def test_fault_31_mails_that_are_refused_for_now(place: Place) -> None:
    """By DATA, or once the server has all of it: each leaves later, and nobody is bothered."""
    await each_leaves_later(place, [("DATA", "452 full"), ("DATA", DROP), ("END", "451 later"), ("END", "421 bye")])


async def each_leaves_later(place: Place, answers: list[tuple[Phase, str]]) -> None:
    """After all of them were given once."""
    async with place.process() as process:
        await refuse(place, process, answers)
        assert place.smtp.received == []
        await process.round()
    assert [mail.recipients[0] for mail in place.smtp.received] == [
        f"tom{number}@customer.example" for number in range(len(answers))
    ]


async def test_fault_29_31_mails_that_are_refused_for_good(place: Place) -> None:
    """Their customers will get nothing: a person is told of each, and writes in another way. None is tried again."""
    answers: list[tuple[Phase, str]] = [
        ("MAIL", "550 no"),
        ("RCPT", "553 who?"),
        ("DATA", "554 no"),
        ("END", "552 spam"),
    ]
    async with place.process() as process:
        await refuse(place, process, answers)
        await process.round(takes=timedelta(days=3))
        await process.round()
    assert place.told() == [NOT_SENT] * 4
    assert len(place.smtp.received) == 4


async def refuse(place: Place, process: Process, answers: list[tuple[Phase, str]]) -> None:
    """A customer after the other writes, and the server gives one of `answers` to the mail for each."""
    for number, (phase, answer) in enumerate(answers):
        place.customer_writes(sender=f"tom{number}@customer.example")
        place.smtp.script = {phase: answer}
        await process.round(takes=timedelta())
    place.smtp.script.clear()
    place.outside.clock.passes(timedelta(hours=1))


async def test_fault_30_greylisting(place: Place) -> None:
    """A server that does not know us refuses the first try of every mail, and wants the very same one again later."""
    place.customer_writes()
    async with place.process() as process:
        place.smtp.script["RCPT"] = "450 4.2.0 greylisted, see you in five minutes"
        await process.rounds(2)
        place.smtp.script.clear()
        await process.rounds(2)
        assert await process.office.mails_of() == [("answer", "sent")]
    assert (len(place.mails_to(TOM)), place.told()) == (1, [])


async def test_fault_32_connections_that_break_within_a_mail(place: Place) -> None:
    """It is sent again where its dot was surely not written. Where it was, the server may have got it: a person is
    told, and it is never sent again.
    """
    faults = [
        Fault(way="command", sign=rb"^Subject:", cut_after=7),
        Fault(way="command", sign=rb"^Subject:", half_open=True),
        Fault(way="command", sign=rb"^Subject:", pace=0.1),
        Fault(way="command", sign=rb"^\.$", half_open=True),
    ]
    with Proxy(place.smtp.port) as proxy:
        async with place.process(smtp={"port": proxy.port, "final_timeout": 1}) as process:
            for number, fault in enumerate(faults, start=1):
                place.customer_writes(sender=f"tom{number}@customer.example")
                proxy.faults.append(fault)
                await process.rounds(3)
                answers = [mail for mail in place.smtp.received if mail.recipients != (ADMIN,)]
                assert len(answers) + len(place.told()) == number, fault
    assert set(place.told()) == {MAYBE}


async def test_fault_31_32_a_slow_line_is_waited_for(place: Place) -> None:
    """What counts is the server's answer to the whole mail, and for that there is time."""
    place.customer_writes()
    with Proxy(place.smtp.port, Fault(way="command", sign=rb"^DATA", pace=0.0001)) as proxy:
        async with place.process(smtp={"port": proxy.port, "timeout": 1, "final_timeout": 20}) as process:
            await process.round()
    assert (len(place.mails_to(TOM)), place.told()) == (1, [])


async def test_fault_31_32_a_server_that_speaks_a_byte_at_a_time(place: Place) -> None:
    """Each answer has a deadline as a whole, or one server would keep all mail for days. Nothing was accepted yet."""
    place.customer_writes()
    with Proxy(place.smtp.port, Fault(way="answer", sign=rb"^354", pace=0.1)) as proxy:
        async with place.process(smtp={"port": proxy.port, "timeout": 1}) as process:
            await process.round()
            assert "smtp 127.0.0.1" in process.status["smtp:support"]
            await process.round()
    assert (len(place.mails_to(TOM)), place.told()) == (1, [])


@pytest.mark.parametrize(
    "fault",
    [Fault(way="command", sign=b"^QUIT", cut_after=0), Fault(way="command", sign=b"^QUIT", half_open=True)],
    ids=["cut", "half-open"],
)
async def test_fault_39_a_goodbye_that_fails(place: Place, fault: Fault) -> None:
    """What was accepted stays accepted: the next process does not send it again, and nobody is told of anything."""
    place.customer_writes()
    with Proxy(place.smtp.port, replace(fault)) as proxy:
        async with place.process(smtp={"port": proxy.port, "timeout": 1}) as process:
            await process.round()
        assert b"QUIT" in proxy.said
    async with place.process() as process:
        await process.rounds(2)
        assert await process.office.mails_of() == [("answer", "sent")]
    assert (len(place.mails_to(TOM)), place.told()) == (1, [])
