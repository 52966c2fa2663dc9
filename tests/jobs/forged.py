"""Replies to a digest, written header by header: what a mail program would never send, a forger does."""

import itertools
from collections.abc import Sequence
from email.message import EmailMessage

from tests.fakes.mails import AUTHSERV, DANA, SUPPORT, text_of

VOUCHED = f"{AUTHSERV}; dmarc=pass header.from=larkfield.example"
"""What our own server says of a mail that Dana really sent."""
MALLORY = "mallory@evil.example"
MALLORY_PROVEN = f"{AUTHSERV}; dmarc=pass header.from=evil.example"
"""What our own server says of a stranger's honest mail."""
UNPROVEN = f"{AUTHSERV}; dmarc=fail header.from=larkfield.example; spf=fail smtp.mailfrom=evil.example"
numbers = itertools.count(1)


def forged(
    digest: EmailMessage,
    *,
    sender: str | Sequence[str] = f"Dana Kim <{DANA}>",
    results: Sequence[str] = (VOUCHED,),
    headers: Sequence[str] = (),
    text: str = "APPROVE",
    body: str = "",
    to: str | None = None,
    subject: str | None = None,
    message_id: str | None = None,
    ref: str | None = None,
    threaded: bool = True,
) -> bytes:
    """A reply to `digest` with every way of its token, as Dana would send it, but for what is given.

    `sender` are the values of From, `results` those of Authentication-Results, the topmost first; `headers` are whole
    lines; `body` is a whole MIME entity in place of `text` above a quote that ends with the line of `ref`.
    """
    senders = [sender] if isinstance(sender, str) else sender
    lines = [f"Authentication-Results: {result}" for result in results]
    lines += [f"From: {value}" for value in senders]
    subject = f"Re: {digest['Subject']}" if subject is None else subject
    message_id = message_id or f"<forged-{next(numbers)}@evil.example>"
    lines += [f"To: {to or digest['Reply-To']}", f"Subject: {subject}", f"Message-ID: {message_id}"]
    if threaded:
        lines += [f"In-Reply-To: {digest['Message-ID']}", f"References: {digest['References']} {digest['Message-ID']}"]
    lines += headers
    if body:
        return "\n".join([*lines, body]).replace("\n", "\r\n").encode()
    quoted = "\n".join(f"> {line}" for line in text_of(digest).splitlines())
    if ref is not None:
        quoted = quoted.replace(ref_of(digest), ref)
    written = f"{text}\n\nOn Sat, 21 Nov 2026 at 10:12, Larkfield Support <{SUPPORT}> wrote:\n{quoted}\n"
    lines += ["MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "", written]
    return "\n".join(lines).replace("\n", "\r\n").encode()


def multipart(kind: str, *parts: str) -> str:
    """A body for `forged`: each part is its content type, a blank line and its content."""
    joined = "".join(f"\n--part\nContent-Type: {part}\n" for part in parts)
    return f"MIME-Version: 1.0\nContent-Type: multipart/{kind}; boundary=part\n{joined}\n--part--\n"


def bare(
    digest: EmailMessage, *, sender: str = f"Dana Kim <{DANA}>", to: str = SUPPORT, ref: str = "", **how: object
) -> bytes:
    """The same without any way of the token but what is given."""
    return forged(digest, sender=sender, to=to, threaded=False, ref=ref, **how)  # type: ignore[arg-type]  # the names are those of forged()


def ref_of(digest: EmailMessage) -> str:
    """``C-1.1.MAC``, of its Ref line."""
    return text_of(digest).rpartition("Ref ")[2].split()[0]


def mac_of(digest: EmailMessage) -> str:
    """The signature of its token."""
    return ref_of(digest).rpartition(".")[2]
