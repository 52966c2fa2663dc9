"""Mails as customers and reviewers write them, with the verdict that the provider puts on top."""

import itertools
from email import message_from_bytes, policy
from email.message import EmailMessage

SUPPORT, QUEUE, ADMIN = "support@larkfield.example", "queue@larkfield.example", "ops@larkfield.example"
DANA, BEN, TOM = "dana@larkfield.example", "ben@larkfield.example", "tom@customer.example"
AUTHSERV = "mx.larkfield.example"
numbers = itertools.count(1)


def mail(
    text: str = "Which payment methods do you accept?",
    *,
    subject: str = "Payment methods",
    sender: str = f"Tom Weber <{TOM}>",
    to: str = SUPPORT,
    answering: EmailMessage | None = None,
    authenticated: bool | None = True,
    **headers: str,
) -> bytes:
    """A mail to support; `answering` one of ours, as a mail program would. The provider says that the sender is
    `authenticated` or not, or None: it says nothing.
    """
    made = EmailMessage(policy=policy.SMTP)
    made["From"], made["To"], made["Subject"] = sender, to, subject
    made["Message-ID"] = f"<{next(numbers)}@customer.example>"
    if answering is not None:
        made["In-Reply-To"] = answering["Message-ID"]
        made["References"] = f"{answering['References'] or ''} {answering['Message-ID']}".strip()
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    domain = sender.rpartition("@")[2].strip("> ")
    if authenticated is None:
        return bytes(made)
    verdict = f"dmarc={'pass' if authenticated else 'fail'} header.from={domain}"
    return f"Authentication-Results: {AUTHSERV}; {verdict}\r\n".encode() + bytes(made)


def review(digest: EmailMessage, text: str, *, sender: str = DANA, authenticated: bool = True) -> bytes:
    """A reply to a digest, with the digest quoted below."""
    quoted = "\n".join(f"> {line}" for line in text_of(digest).splitlines())
    return mail(
        f"{text}\n\nOn Sat, 21 Nov 2026 at 10:12, Larkfield Support <{SUPPORT}> wrote:\n{quoted}\n",
        subject=f"Re: {digest['Subject']}",
        sender=f"A Reviewer <{sender}>",
        to=str(digest["Reply-To"]),
        answering=digest,
        authenticated=authenticated,
    )


def read(raw: bytes) -> EmailMessage:
    """A mail as its recipient's program reads it."""
    found = message_from_bytes(raw, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def text_of(message: EmailMessage) -> str:
    """Its text part."""
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def words(message: EmailMessage) -> str:
    """Its text with white space and quote bars folded, to compare what is wrapped differently."""
    return " ".join(word for word in text_of(message).split() if word != "|")
