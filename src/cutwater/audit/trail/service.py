"""What is done with the log besides reading it."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.audit.log.permissions import organization_of
from cutwater.audit.log.service import record
from cutwater.audit.trail import views
from cutwater.audit.trail.events import LogExported
from cutwater.audit.trail.forms import Filters
from cutwater.audit.trail.views import Line
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Refused
from cutwater.kernel.reader import SessionReader

EXPORT_LIMIT = 50_000


async def export_events(tx: AsyncSession, actor: Actor, filters: Filters) -> Sequence[Line]:
    """A copy of what the filters show, all at once; the log remembers who took it."""
    page = await views.page_of(SessionReader(tx), filters, None, EXPORT_LIMIT)
    if page.next_cursor:
        raise Refused(f"That is more than {EXPORT_LIMIT:,} events. Choose a shorter time.")
    exported = LogExported(
        organization_id=organization_of(actor),
        since=filters.since.isoformat(),
        until=(filters.until or clock.now()).isoformat(),
        events=len(page.rows),
    )
    await record(tx, actor, exported)
    return page.rows
