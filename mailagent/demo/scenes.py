"""What the demo plays: who writes what, and what the reviewer answers when nobody is at the keyboard."""

from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr, formatdate, make_msgid

SUPPORT = "support@larkfield.example"
QUEUE = "review@larkfield.example"
REVIEWER_NAME, REVIEWER = "Dana Kim", "dana@larkfield.example"
ADMIN = "ops@larkfield.example"
DOMAINS = ("larkfield.example", "customer.example")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One customer's mail. `disposition` and `rule` are what must come of it; `answer` is the unattended reviewer's."""

    title: str
    name: str
    address: str
    subject: str
    text: str
    disposition: str
    rule: str
    answer: str = ""


SCENES = (
    Scene(
        title="A question that an article answers",
        name="Tom Weber",
        address="tom@customer.example",
        subject="Paying for my order",
        text="Hello,\n\nwhich payment methods do you accept? Can I pay with PayPal?\n\nThanks\nTom\n",
        disposition="reply",
        rule="reply",
    ),
    Scene(
        title="An angry customer, charged three times",
        name="Maria López",
        address="maria@customer.example",
        subject="CHARGED THREE TIMES!!!",
        text=(
            "This is UNACCEPTABLE!!! You charged my card THREE times for order 5512, 49 euro each.\n"
            "I am furious. I want my money back TODAY or I go to my bank and cancel everything!\n\nMaria López\n"
        ),
        disposition="escalate",
        rule="angry",
        answer="APPROVE",
    ),
    Scene(
        title="A calm, formal complaint",
        name="Arthur Penrose",
        address="arthur@customer.example",
        subject="Formal complaint",
        text=(
            "Dear Sir or Madam,\n\nI wish to lodge a formal complaint about the handling of my return of 2 March.\n"
            "I would appreciate a written response.\n\nYours faithfully\nArthur Penrose\n"
        ),
        disposition="escalate",
        rule="complaint",
        answer=(
            "MODIFY\n\nDear Mr Penrose,\n\nthank you for writing. I have read the whole correspondence about your"
            " return of 2 March\nand will send you a written response by Friday.\n\nDana Kim\nLarkfield Support"
        ),
    ),
)


def customer_mail(scene: Scene) -> EmailMessage:
    """The mail that opens a scene."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = formataddr((scene.name, scene.address))
    mail["To"] = SUPPORT
    mail["Subject"] = scene.subject
    mail["Date"] = formatdate()
    mail["Message-ID"] = make_msgid(domain="customer.example")
    mail.set_content(scene.text)
    return mail


def reviewer_reply(digest: EmailMessage, text: str) -> EmailMessage:
    """A reply as a mail client writes it: own text on top, the digest quoted below."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = formataddr((REVIEWER_NAME, REVIEWER))
    mail["To"] = str(digest["Reply-To"])
    mail["Subject"] = f"Re: {digest['Subject']}"
    mail["Date"] = formatdate()
    mail["Message-ID"] = make_msgid(domain="larkfield.example")
    mail["In-Reply-To"] = str(digest["Message-ID"])
    mail["References"] = f"{digest['References']} {digest['Message-ID']}"
    quoted = "\n".join(f"> {line}" for line in body_of(digest).splitlines())
    mail.set_content(f"{text}\n\n{digest['From']} wrote on {digest['Date']}:\n{quoted}\n")
    return mail


def body_of(mail: EmailMessage) -> str:
    """The text part."""
    part = mail.get_body(("plain",))
    return str(part.get_content()).replace("\r\n", "\n").strip() if part is not None else ""
