"""Mail systems' reports that a mail of ours was not delivered: for whom, for good or for now, and which mail.

What a report says in fields (RFC 3464) goes before what it says in words. Words count only where the envelope or the
sender says that a program wrote them: customers quote bounces too.
"""

import logging
import re
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import compat32

from flufl.bounce import all_failures

from mailagent.mail.automatic import auto_reply_sign, from_daemon, from_mail_system, from_postmaster, report_type
from mailagent.mail.bounce_text import is_permanent, names_code, names_failure, recipients_in, starts_like_a_report
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

logging.getLogger("flufl.bounce").disabled = True
"""It writes a traceback for each mail that a detector stumbles over, which happens every day and is not our error."""

_LINE_END = re.compile(rb"\r\n?|\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """`recipients` are lower-cased addresses, at most 100, none where the report names none; `permanent` is whether
    asking again is useless; `returned_ids` are the Message-IDs of the mail that came back, with their brackets.
    `refused` are the addresses that a report of RFC 3464 says to have failed with 5.x.x; without such a report, none.
    """

    recipients: tuple[str, ...]
    permanent: bool
    refused: tuple[str, ...]
    returned_ids: tuple[str, ...]


def read_bounce(raw: bytes, mail: ParsedMail) -> Bounce | None:
    """What the report says; None for any other mail, and for a report that a mail was delivered.

    `mail` is `raw` parsed. Of ordinary mail, only headers are looked at; that it was sent to a return address of ours
    tells nothing, because absence notes go there too. Where a mail failed for some for good and for others for now, the
    former are told.
    """
    is_machine = from_mail_system(mail)
    is_standard = report_type(mail) == "delivery-status"
    is_report = is_standard or bool(mail.values("x-failed-recipients"))
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
    announced = any(words in mail.subject.casefold() for words in BOUNCED)
    if from_postmaster(mail):
        is_new = announced and not mail.in_reply_to
        speaks = (
            bool(failures) or (speaks and (is_new or names_code(report.told))) or (is_new and bool(report.returned))
        )
    elif is_machine:
        speaks = speaks or bool(failures) or announced
    elif not is_report:
        speaks = speaks and starts_like_a_report(report.told, returns_mail=bool(report.returned))
    if not (is_report or speaks):
        return None
    is_told = any(row.outcome for row in failures)
    return Bounce(
        recipients=tuple(dict.fromkeys(recipients))[:MOST_RECIPIENTS],
        permanent=bool(final) if is_told else is_permanent(f"{mail.subject}\n{report.told}"),
        refused=tuple(dict.fromkeys(report.refused()))[:MOST_RECIPIENTS] if is_standard else (),
        returned_ids=tuple(dict.fromkeys(report.returned_ids()))[:MOST_IDS],
    )


def delivered_ids(raw: bytes, mail: ParsedMail) -> tuple[str, ...]:
    """The Message-IDs of the mail that a report says to have been delivered to all that it names; none for any other
    mail.
    """
    if report_type(mail) != "delivery-status":
        return ()
    report = read_report(raw, mail.full_text)
    outcomes = {row.outcome for row in report.deliveries()}
    return tuple(dict.fromkeys(report.returned_ids()))[:MOST_IDS] if outcomes == {"delivered"} else ()


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
