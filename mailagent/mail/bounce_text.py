"""What a report says in words: where the returned mail begins, who did not get it, and whether for good.

Only for text that a mail system wrote, and only for what its fields leave open.
"""

import re
from collections.abc import Collection

from mailagent.mail.delivery_status import LONGEST_LINE, addresses_in, enhanced_class, reply_class

LONGEST_TEXT = 100_000
MOST_LINES = 1_000
"""Characters and lines of a report that are read; those that count come first."""

RETURNED_HEADERS = 3
"""So many header lines on end are those of a returned mail, if one of them is a trace of transport."""

LATER = (
    "will continue to try", "will keep trying", "will be retried", "will retry", "continue to be made", "still trying",
    "attempts will continue", "do not need to resend", "no need to resend", "not yet been delivered",
    "not yet delivered",
    "has not been delivered yet", "been postponed", "is delayed", "been delayed", "delivery delayed", "warning only",
    "warning message only", "temporarily", "temporary", "try again later",
    "retry timeout exceeded", "hosts have been failing", "time out", "timed out", "timeout",
    "wird weiter versucht", "verzögert", "noch nicht zugestellt", "nouvelle tentative", "retardé", "différé",
    "se seguirá intentando", "retrasado", "ulteriori tentativi", "ritardato", "ritardata", "vertraagd", "atrasada",
    "continuará tentando", "försenats", "fördröjd", "forsinket",
)  # fmt: skip
"""The mail system has not given up, or expects that another attempt works."""

FAILED = (
    "not be delivered", "t be delivered", "not delivered", "t delivered", "not been delivered", "undeliver",
    "unable to deliver", "not able to deliver", "t able to deliver", "not deliver", "did not reach", "not be sent",
    "delivery failed", "delivery has failed", "failed recipient", "delivery to the following", "delivery failure",
    "failed to deliver", "trouble delivering", "permanent error", "fatal error", "mailbox unavailable", "mailbox full",
    "mailbox is full", "over quota", "unknown user", "user unknown", "no such user", "unknown recipient",
    "recipient unknown", "invalid user", "unknown address", "does not exist", "t exist", "returned to sender",
    "returned mail", "was rejected", "automatically rejected", "been postponed", "cannot send message",
    "delivery problem", "delivery error", "non-delivery",
    "unzustellbar", "nicht zugestellt", "nicht erreicht", "pas pu être", "pas pu etre", "pas été remis",
    "non remis", "échec de la remise", "no se pudo", "no se ha podido", "no pudo ser", "non è stato possibile",
    "mancato recapito", "impossibile recapitare", "niet worden bezorgd", "niet worden afgeleverd", "onbestelbaar",
    "não foi possível", "não pôde ser", "não entregue", "kunde inte levereras", "kunne ikke leveres",
    "не доставлено", "не может быть доставлено", "не удалось доставить", "не было доставлено", "退信", "投递失败",
    "无法投递", "无法送达", "送信できません", "配信できません", "届けることができません", "エラーメール",
)  # fmt: skip
"""What is said of a mail that did not arrive, in the languages of the mail systems that we meet; casefolded."""

RETURNED = (
    "copy of the", "copy of your", "this is a copy of", "a copy of", "here is a copy of", "here is your returned",
    "included is a copy", "below this line is", "below the next line is", "original message", "the original message",
    "your original message", "original mail", "returned message", "returned mail", "unsent message",
    "your message reads",
    "message header", "message text follows", "start of returned", "header of the", "the header", "the first",
    "text of your message", "ursprüngliche nachricht", "originalnachricht", "message d'origine", "message original",
    "mensaje original", "messaggio originale", "oorspronkelijk bericht", "mensagem original", "ursprungligt meddelande",
    "исходное сообщение", "это копия", "копия письма", "原邮件", "原始邮件", "原信", "元のメッセージ",
)  # fmt: skip
"""How the line above a returned mail starts, without the ornaments around it; casefolded."""

_HEADER = re.compile(r"[>|\s]{0,9}[A-Za-z][A-Za-z0-9-]{1,60}:")
_TRACE = re.compile(r"[>|\s]{0,9}(?:received|return-path|message-id|mime-version):", re.IGNORECASE)
_NOT_RECIPIENT = re.compile(
    r"message-id|mail from|\bfrom:|sender|reporting-mta|reply-to|contact|support"
    r"|postmaster|mailer-daemon|mailto:|https?:",
    re.IGNORECASE,
)
_NAMES_RECIPIENT = re.compile(
    r"rcpt to|recipient|to=<|\[smtp:|rfc822;|\bto:|(?:delivered|addressed|delivery|deliver|sent)\b.{0,40}\bto\b",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"(?:recipient|address|destinataire|empfänger|destinat[aá]rio|ontvanger|mottagare|получател|адрес|收件人|宛先)"
    r"[^@:]{0,40}:\s{0,9}$",
    re.IGNORECASE,
)
_ALONE = re.compile(
    r"[\s*\"'<\[(-]{0,20}[^\s<>@]{1,64}@[^\s<>@]{1,253}[>\])\"']{0,3}(?:[:,;.]|\s{0,9}$|\s{1,9}[(-]|\.\.\.)"
)


def split_returned(text: str) -> tuple[str, str]:
    """What the mail system says in `text`, and the mail that it returns below, which may be empty."""
    lines = text[:LONGEST_TEXT].split("\n", MOST_LINES)[:MOST_LINES]
    named = False
    start = fields = 0
    traced = False
    for at, line in enumerate(lines):
        words = line.strip("-=*_#>|+ \t").casefold()
        if named and words.startswith(RETURNED) and "@" not in words:
            return "\n".join(lines[:at]), "\n".join(lines[at:])
        named = named or bool(addresses_in(line))
        if _HEADER.match(line):
            start, fields = (start, fields + 1) if fields else (at, 1)
            traced = traced or bool(_TRACE.match(line))
        elif not (fields and line[:1] in {" ", "\t"} and line.strip()):
            fields, traced = 0, False
        if traced and fields >= RETURNED_HEADERS:
            return "\n".join(lines[:start]), "\n".join(lines[start:])
    return "\n".join(lines), ""


def names_failure(told: str) -> bool:
    """Whether a mail system that writes this speaks of a mail that did not arrive."""
    text = told.casefold()
    return any(words in text for words in FAILED) or names_code(told)


def starts_like_a_report(told: str, *, returns_mail: bool) -> bool:
    """Whether the first line is one of ornaments, or says that a program wrote what returns a mail; people start with
    a greeting or with what did not arrive, quote an error without the mail, and a mail without the error.
    """
    line = told.lstrip().partition("\n")[0].casefold()
    if line.startswith(("***", "---", "===", "###")):
        return returns_mail or names_code(told)
    return returns_mail and "automatically" in line


def names_code(told: str) -> bool:
    """Whether a mail server's answer stands in it."""
    return bool(enhanced_class(told) or reply_class(told))


def recipients_in(told: str, *, returned_to: Collection[str], never: Collection[str]) -> list[str]:
    """Who did not get the mail, below the line that announces recipients if there is one: the addresses that stand
    where recipients are named; else those that the returned mail went to, `returned_to`; else `returned_to` if it is
    one; else the first. None of `never`.
    """
    lines = told.split("\n")[:MOST_LINES]
    heading = next((at + 1 for at, line in enumerate(lines) if _HEADING.search(line[-LONGEST_LINE:])), 0)
    for below in (lines[heading:], lines):
        named, other = _sorted_addresses(below, never)
        if named or other:
            break
    sole = list(returned_to) if len(set(returned_to)) == 1 else []
    return named or [address for address in other if address in returned_to] or sole or other[:1]


def _sorted_addresses(lines: list[str], never: Collection[str]) -> tuple[list[str], list[str]]:
    """The addresses that stand where recipients are named, and all others."""
    named: list[str] = []
    other: list[str] = []
    for line in lines:
        cut = line[:LONGEST_LINE]
        found = [address for address in addresses_in(cut) if address not in never]
        if found:
            names_one = _ALONE.match(cut) or _NAMES_RECIPIENT.search(cut) or names_failure(cut)
            (named if names_one and not _NOT_RECIPIENT.search(cut) else other).extend(found)
    return named, other


def is_permanent(told: str) -> bool:
    """By a word that the mail system goes on trying, else the first enhanced status code, else the first SMTP reply
    code, else for good: who sends a mail back does not try again.
    """
    code = enhanced_class(told) or reply_class(told)
    return code == "5" if code else not any(words in told.casefold() for words in LATER)
