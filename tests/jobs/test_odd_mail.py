"""Mail that says nothing, too much or everything at once: a sensible signal, and a person where it must be one."""

import base64
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from tests.fakes.mails import QUEUE, TOM, mail, text_of, words
from tests.jobs.office import Office, Outside
from tests.jobs.shipped import open_shipped

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
FIVE = (
    "Hello, my order has not arrived. Hallo, wo bleibt meine Bestellung? Bonjour, où est ma commande ? "
    "Hola, ¿dónde está mi pedido? Buongiorno, dove si trova il mio ordine?"
)


async def only_entry(office: Office) -> dict[str, object]:
    """Work, and the log entry of the one message; nobody was answered, and a person was asked once."""
    await office.work()
    (entry,) = await office.log()
    assert entry["disposition"] == "escalate"
    assert len(office.outside.mails_to(QUEUE)) == 1
    assert "answer" not in dict(await office.mails_of())
    return entry


def with_parts(raw: bytes) -> EmailMessage:
    """A mail to add parts to."""
    made = message_from_bytes(raw, policy=policy.SMTP)
    assert isinstance(made, EmailMessage)
    return made


@pytest.mark.parametrize("text", ["hi", "??", "ok", "\N{UNAMUSED FACE}\N{PARTY POPPER}", "\N{THUMBS UP SIGN}" * 400])
async def test_a_mail_of_hardly_a_word_goes_to_a_person(outside: Outside, text: str) -> None:
    """Two letters are no question that an article answers; the reviewer sees them as they came."""
    outside.customer_writes(text, subject="")
    async with open_shipped(outside) as office:
        entry = await only_entry(office)

    assert entry["rule"] == "no-article"
    assert (entry["sentiment"], entry["language"]) == ("neutral", "en")
    digest = outside.mails_to(QUEUE)[0]
    assert text[:2] in text_of(digest)


async def test_ten_megabytes_of_words_go_to_a_person_who_sees_their_beginning(outside: Outside) -> None:
    """A log file in the body must neither hold up other mail nor fill the reviewer's screen."""
    outside.customer_writes("How does this line end\n" * 450_000, subject="The log")
    outside.customer_writes("How long does shipping take to Germany and what does it cost?", subject="Shipping")
    async with open_shipped(outside) as office:
        await office.work()
        long, short = await office.log()

    assert (long["disposition"], short["disposition"]) == ("escalate", "reply")
    (digest,) = outside.mails_to(QUEUE)
    assert len(bytes(digest)) < 50_000
    assert "How does this line end" in text_of(digest)


async def test_five_languages_in_one_mail_are_written_to_in_one_that_is_known(outside: Outside) -> None:
    """The acknowledgment has to be in some language; the question is for a person."""
    outside.customer_writes(FIVE, subject="LF-20417")
    async with open_shipped(outside) as office:
        await only_entry(office)

    assert "Your message has reached us" in words(outside.mails_to(TOM)[0])
    assert "dove si trova il mio ordine" in words(outside.mails_to(QUEUE)[0])


@pytest.mark.parametrize("name", ["form.pdf", "photo.jpg"])
async def test_an_attachment_without_a_word_goes_to_a_person(outside: Outside, name: str) -> None:
    """What it says is in the file, which nobody here reads; a subject alone must not be answered."""
    made = with_parts(mail("\n", subject="How long does shipping take to Germany?"))
    made.add_attachment(PIXEL, maintype="application", subtype="octet-stream", filename=name)
    outside.mailbox.deliver(bytes(made))
    async with open_shipped(outside) as office:
        entry = await only_entry(office)

    assert "it has no text that can be read" in str(entry["reason"])
    digest = outside.mails_to(QUEUE)[0]
    assert name in text_of(digest)
    assert outside.mails_to(TOM) == []


async def test_a_mail_with_a_card_number_is_answered_by_no_program(outside: Outside) -> None:
    """A person tells the sender not to write it into a mail, and sees to it that it does not stay there."""
    outside.customer_writes("Can I pay by PayPal? My card 4000 0012 3456 7899 does not work.")
    async with open_shipped(outside) as office:
        entry = await only_entry(office)

    assert "the number of a payment card" in str(entry["reason"])
    assert outside.mails_to(TOM) == []


async def test_a_screenshot_without_a_word_goes_to_a_person(outside: Outside) -> None:
    """The commonest way to report a fault from a telephone."""
    made = EmailMessage(policy=policy.SMTP)
    for header, value in with_parts(mail(subject="The app crashes")).items():
        if not header.lower().startswith(("content-", "mime-")):
            made[header] = value
    made.set_content(PIXEL, maintype="image", subtype="png", disposition="inline", filename="Screenshot.png")
    outside.mailbox.deliver(bytes(made))
    async with open_shipped(outside) as office:
        entry = await only_entry(office)

    assert "it has no text that can be read" in str(entry["reason"])
    assert "Screenshot.png" in text_of(outside.mails_to(QUEUE)[0])
    assert outside.mails_to(TOM) == []
