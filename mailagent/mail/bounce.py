"""Mail systems' reports that a mail of ours was not delivered: for whom, for good or for now, and which mail.

What a report says in fields (RFC 3464) goes before what it says in words. Words count only where the envelope or the
sender says that a program wrote them: customers quote bounces too.
"""

import re
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import compat32

from flufl.bounce import all_failures

from mailagent.mail.automatic import auto_reply_sign, from_daemon, from_mail_system, report_type
from mailagent.mail.bounce_text import is_permanent, names_failure, recipients_in, starts_like_a_report
from mailagent.mail.delivery_status import addresses_in
from mailagent.mail.limits import admit
from mailagent.mail.parse import ParsedMail
from mailagent.mail.phrases import BOUNCED
from mailagent.mail.report_parts import Report, read_report

MOST_RECIPIENTS = 100
MOST_IDS = 10
LARGEST_GUESSED = 40_000
LONGEST_GUESSED = 250
"""Bytes, and bytes a line, that the detectors of other formats get: some take quadratic time over a line."""

_LINE_END = re.compile(rb"\r\n?|\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """`recipients` are lower-cased addresses, at most 100, none where the report names none; `permanent` is whether
    asking again is useless; `returned_ids` are the Message-IDs of the mail that came back, with their brackets.
    """

    recipients: tuple[str, ...]
    permanent: bool
    returned_ids: tuple[str, ...]


def read_bounce(raw: bytes, mail: ParsedMail, *, came_back: bool = False) -> Bounce | None:
    """What the report says; None for any other mail, and for a report that a mail was delivered.

    `mail` is `raw` parsed; `came_back` is whether it was sent to a return address of ours that verifies. Of ordinary
    mail, only headers are looked at. Where a mail failed for some for good and for others for now, the former are told.
    """
    is_machine = came_back or from_mail_system(mail)
    is_report = report_type(mail) == "delivery-status" or bool(mail.values("x-failed-recipients"))
    if not (is_report or is_machine or _may_be_from_a_gateway(mail)) or report_type(mail) == "feedback-report":
        return None
    if not (is_report or from_daemon(mail)) and auto_reply_sign(mail):
        return None
    report = read_report(raw, mail.full_text)
    rows = report.deliveries()
    failures = [row for row in rows if row.outcome != "delivered"]
    if rows and not failures:
        return None
    final = [row for row in failures if row.outcome == "permanent"]
    recipients = [row.recipient for row in final or failures if row.recipient] or _recipients(raw, mail, report)
    speaks = bool(recipients) and names_failure(report.told)
    if is_machine:
        speaks = speaks or bool(failures) or any(words in mail.subject.casefold() for words in BOUNCED)
    elif not is_report:
        speaks = speaks and starts_like_a_report(report.told, returns_mail=bool(report.returned))
    if not (is_report or speaks):
        return None
    is_told = any(row.outcome for row in failures)
    return Bounce(
        recipients=tuple(dict.fromkeys(recipients))[:MOST_RECIPIENTS],
        permanent=bool(final) if is_told else is_permanent(f"{mail.subject}\n{report.told}"),
        returned_ids=tuple(dict.fromkeys(report.returned_ids() or mail.in_reply_to))[:MOST_IDS],
    )


def _may_be_from_a_gateway(mail: ParsedMail) -> bool:
    """Some gateways write under an ordinary address; they have no name, no mail program, and answer nothing."""
    is_ordinary = mail.sender_name or mail.in_reply_to or mail.values("user-agent") or mail.values("x-mailer")
    return mail.subject.casefold().startswith(BOUNCED) and not is_ordinary


def _recipients(raw: bytes, mail: ParsedMail, report: Report) -> list[str]:
    """By the header that Exim and Gmail write, else by the detectors of known formats, else by the text."""
    failed_for = [address for value in mail.values("x-failed-recipients") for address in addresses_in(value)]
    to = {address for value in mail.values("to") for address in addresses_in(value)}
    return (
        failed_for
        or _guessed(raw, report.told)
        or recipients_in(report.told, returned_to=report.returned_to(), never={mail.sender or "", *to})
    )


def _guessed(raw: bytes, told: str) -> list[str]:
    """Whom the detectors of known formats find, those that stand above the returned mail if any do; the detectors may
    raise anything on what strangers write.
    """
    lines = _LINE_END.split(admit(raw)[0][:LARGEST_GUESSED])
    message = BytesParser(policy=compat32).parsebytes(b"\n".join(line[:LONGEST_GUESSED] for line in lines))
    try:
        temporary, permanent = all_failures(message)
    except Exception:  # noqa: BLE001 - which errors it raises is not documented
        return []
    found = (address.decode("ascii", "replace") for address in permanent or temporary)
    recipients = sorted(address for text in found for address in addresses_in(text))
    return [address for address in recipients if address in told.lower()] or recipients
