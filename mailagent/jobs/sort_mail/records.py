"""What is on record: whether a case is there, and how the log tells of a mail that needs no more work."""

from dataclasses import replace

from mailagent.domain.case import CaseId, case_number
from mailagent.domain.message import Intake, Message
from mailagent.ports import Cases, Sorted


async def exists(cases: Cases, case_id: CaseId) -> bool:
    """Whether there is such a case: an id may be older than the database, once a backup was restored."""
    try:
        await cases.get(case_id)
    except KeyError:
        return False
    return True


def ended(found: Sorted, message: Message, intake: Intake, reason: str) -> Sorted:
    """`found` with the log entry of a message that needs no more work."""
    entry = {
        "message": message.id,
        "case": None if found.case_id is None else case_number(found.case_id),
        "disposition": "ignore",
        "rule": f"intake:{intake}",
        "reason": reason,
    }
    return replace(found, intake=intake, log_entry=entry)
