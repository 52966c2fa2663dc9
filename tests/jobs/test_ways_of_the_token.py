"""The ways by which the right to decide comes back: each alone is enough, and without plus addresses two are left."""

import re
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.fakes.mails import QUEUE, SUPPORT, TOM, text_of
from tests.fakes.model import ANGRY
from tests.jobs.forged import bare, ref_of
from tests.jobs.forgeries import Make
from tests.jobs.office import Office, Outside, open_office
from tests.jobs.test_list_waiting import asked, lists, opened
from tests.jobs.test_remind_reviewers import vienna

WAYS: dict[str, Make] = {
    "In-Reply-To": lambda digest: bare(digest, headers=[f"In-Reply-To: {digest['Message-ID']}"]),
    "References": lambda digest: bare(digest, headers=[f"References: {digest['References']} {digest['Message-ID']}"]),
    "the quoted Ref line": lambda digest: bare(digest, ref=ref_of(digest)),
}


def pressed(digest: EmailMessage, verb: str) -> bytes:
    """What the button of `verb` in the digest's HTML opens, sent as it is."""
    part = digest.get_body(("html",))
    assert part is not None
    for url in re.findall(r'href="(mailto:[^"]+)"', str(part.get_content()).replace("&amp;", "&")):
        found = parse_qs(urlsplit(url).query)
        if found["body"][0].startswith(verb):
            text = found["body"][0].replace("\r\n", "\n")
            plain = f"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{text}"
            return bare(digest, to=unquote(urlsplit(url).path), subject=found["subject"][0], body=plain)
    raise AssertionError(f"there is no button for {verb}")


async def ask(outside: Outside, office: Office) -> EmailMessage:
    """The digest about an angry customer."""
    outside.model.mood = ANGRY
    outside.customer_writes("You charged me twice!", subject="Charged twice")
    await office.work()
    return outside.mails_to(QUEUE)[0]


@pytest.mark.parametrize("make", WAYS.values(), ids=WAYS)
async def test_a_reply_decides_without_a_plus_address(outside: Outside, make: Make) -> None:
    """Many providers deliver none; relays replace Message-IDs, and programs leave out quotes."""
    async with open_office(outside, takes_plus=False) as office:
        digest = await ask(outside, office)
        assert digest["Reply-To"] in (None, SUPPORT)
        outside.mailbox.deliver(make(digest))
        await office.work()

        assert (await office.rules())[1:] == ["approve"]


async def test_a_reply_decides_by_its_address_alone(outside: Outside, office: Office) -> None:
    """A new mail to the reply address, with nothing of the digest in it."""
    digest = await ask(outside, office)
    outside.mailbox.deliver(bare(digest, to=str(digest["Reply-To"])))
    await office.work()

    assert (await office.rules())[1:] == ["approve"]


async def test_a_list_is_answered_without_a_plus_address(outside: Outside) -> None:
    """What goes for one question goes for all of them."""
    async with opened(outside, takes_plus=False) as office:
        await asked(outside, office, vienna(16, 10), "Mugs")
        await lists(outside, office, vienna(16, 14))
        sent = outside.mails_to(QUEUE)[-1]
        assert sent["Reply-To"] in (None, SUPPORT)
        outside.mailbox.deliver(bare(sent, text="CLOSE C-1", headers=[f"In-Reply-To: {sent['Message-ID']}"]))
        await office.work()

        assert "close" in await office.rules()


@pytest.mark.parametrize("verb", ["APPROVE", "MODIFY"])
@pytest.mark.parametrize("takes_plus", [True, False])
async def test_a_button_decides_with_and_without_plus_addresses(
    outside: Outside,
    verb: str,
    takes_plus: bool,  # noqa: FBT001 - a case of the test
) -> None:
    """It opens a mail that answers nothing; what carries its right never reaches the customer."""
    async with open_office(outside, takes_plus=takes_plus) as office:
        digest = await ask(outside, office)
        outside.mailbox.deliver(pressed(digest, verb))
        await office.work()

        assert (await office.rules())[1:] == [verb.lower()]
        answer = text_of(outside.mails_to(TOM)[-1])
        assert "We are on it." in answer
        assert "Ref C-1.1." not in answer
