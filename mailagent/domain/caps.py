"""How much automatic mail may leave: two programs that answer each other must stop by themselves."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

Cap = Literal["sender", "domain", "case", "overall"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """The most automatic mails (answers and acknowledgments) to one address in an hour and in a day, to one domain in
    an hour, in one case in a day, and to everybody in an hour.
    """

    sender_hour: int = 5
    sender_day: int = 20
    domain_hour: int = 100
    case_day: int = 3
    overall_hour: int = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomaticMail:
    """How many automatic mails were written within each window up to now."""

    sender_hour: int = 0
    sender_day: int = 0
    domain_hour: int = 0
    case_day: int = 0
    overall_hour: int = 0


def reached(caps: Caps, written: AutomaticMail) -> tuple[Cap, str] | None:
    """The cap that allows no more, with the words for a person; the widest first, because it concerns everybody."""
    if written.overall_hour >= caps.overall_hour:
        return "overall", f"{written.overall_hour} automatic mails were written in the last hour"
    if written.domain_hour >= caps.domain_hour:
        return "domain", f"the sender's domain got {written.domain_hour} automatic mails in the last hour"
    if written.sender_hour >= caps.sender_hour:
        return "sender", f"the sender got {written.sender_hour} automatic mails in the last hour"
    if written.sender_day >= caps.sender_day:
        return "sender", f"the sender got {written.sender_day} automatic mails in the last day"
    if written.case_day >= caps.case_day:
        return "case", f"this case got {written.case_day} automatic mails in the last day"
    return None
