"""Where one is signed in."""

from uuid import UUID

from fastapi import APIRouter, Request

from cutwater.identity.accounts.permissions import people_only
from cutwater.identity.sessions.schemas import SessionRead
from cutwater.identity.sessions.service import sessions
from cutwater.identity.sessions.views import sessions_of
from cutwater.kernel.actor import CurrentActor
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Many, every
from cutwater.kernel.errors import refuse
from cutwater.kernel.idempotency import IdempotentRoute

router = APIRouter(tags=["me"], route_class=IdempotentRoute)


@router.get("/sessions", response_model=Many[SessionRead])
async def read_sessions(request: Request, reader: ReaderDep, actor: CurrentActor) -> dict[str, object]:
    """Where one is signed in: browsers, and programs with tokens for this organization."""
    refuse(may=people_only(actor, "see sessions"))
    return every(await sessions_of(reader, actor), request)


@router.delete("/sessions/{id}", status_code=204)
async def end_session(id: UUID, tx: Tx, actor: CurrentActor) -> None:
    """End one of one's own sessions."""
    refuse(may=people_only(actor, "end sessions"))
    await sessions.end_session(tx, actor, id)
