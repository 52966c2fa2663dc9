"""A mail of ours that came back."""

from sqlmodel.ext.asyncio.session import AsyncSession

from mailagent.ports import Returned
from mailagent.store.chain import record
from mailagent.store.tables import AddressBlockRow, CaseRow, OutboxRow


async def record_return(session: AsyncSession, returned: Returned) -> None:
    """Within the caller's transaction: the mail came back, its address is blocked, its case needs a person."""
    row = await session.get_one(OutboxRow, returned.outbox_id)
    row.state, row.error = "returned", returned.reason
    session.add(row)
    await record(session, "returned", case=row.case_id, mail=row.id)
    if returned.to_customer:
        await session.merge(AddressBlockRow(address=row.recipient, until=returned.until, reason=returned.reason))
        case = await session.get_one(CaseRow, row.case_id)
        if case.state == "answered":
            case.state, case.settled_at = "open", None
            session.add(case)
