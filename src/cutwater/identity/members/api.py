"""People of the organization and invitations to it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from cutwater.identity.members import queries, views
from cutwater.identity.members.schemas import InvitationCreate, InvitationRead, MemberChange, MemberRead
from cutwater.identity.members.service import invitations, members
from cutwater.identity.organizations.queries import find_people
from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, item, many
from cutwater.kernel.etags import SeenRevision, set_etag
from cutwater.kernel.grants import Grant
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.paging import OffsetDep, page_of
from cutwater.kernel.reader import Reader, SessionReader
from cutwater.kernel.wire import Line

router = APIRouter(tags=["people"], route_class=IdempotentRoute)
SEES_PEOPLE = needs(Grant.PEOPLE_READ, "see people")
ADMINISTERS = needs(Grant.PEOPLE_MANAGE, "manage people")


async def _shown(reader: Reader, id: UUID, request: Request, response: Response) -> dict[str, object]:
    row = await views.member(reader, id)
    set_etag(response, row.revision)
    return item(row, request)


@router.get("/members", response_model=Many[MemberRead], dependencies=[SEES_PEOPLE])
async def read_members(
    request: Request,
    reader: ReaderDep,
    offset: OffsetDep,
    q: Annotated[Line, Query(description="Words of a name or an address.")] = "",
    with_ended: Annotated[bool, Query(description="Also those who were deactivated or left.")] = False,
) -> dict[str, object]:
    """People of the organization, by name."""
    return many(await page_of(reader, find_people(q, with_ended=with_ended), offset), request)


@router.get("/members/{id}", response_model=Item[MemberRead], dependencies=[SEES_PEOPLE])
async def read_member(request: Request, response: Response, id: UUID, reader: ReaderDep) -> dict[str, object]:
    """One person."""
    return await _shown(reader, id, request, response)


@router.patch("/members/{id}", response_model=Item[MemberRead], dependencies=[ADMINISTERS])
async def update_member(
    request: Request,
    response: Response,
    id: UUID,
    body: MemberChange,
    tx: Tx,
    actor: CurrentActor,
    seen: SeenRevision,
) -> dict[str, object]:
    """Give another role, or give and take the auditor grant. Only an owner names an owner."""
    await members.update_member(tx, actor, id, role=body.role, is_auditor=body.is_auditor, seen_revision=seen)
    return await _shown(SessionReader(tx), id, request, response)


@router.delete("/members/{id}", status_code=204)
async def end_membership(id: UUID, tx: Tx, actor: CurrentActor) -> None:
    """Deactivate somebody here, or leave. The last owner cannot."""
    await members.end_membership(tx, actor, id)


@router.post("/members/{id}/restore", response_model=Item[MemberRead], dependencies=[ADMINISTERS])
async def restore_member(request: Request, id: UUID, tx: Tx, actor: CurrentActor) -> dict[str, object]:
    """Let somebody back in, as what they were."""
    await members.restore_member(tx, actor, id)
    return item(await views.member(SessionReader(tx), id), request)


@router.get("/invitations", response_model=Many[InvitationRead], dependencies=[ADMINISTERS])
async def read_invitations(request: Request, reader: ReaderDep, offset: OffsetDep) -> dict[str, object]:
    """Open invitations, newest first."""
    return many(await page_of(reader, queries.invitations(), offset), request)


@router.post("/invitations", response_model=Item[InvitationRead], status_code=201, dependencies=[ADMINISTERS])
async def invite(request: Request, body: InvitationCreate, tx: Tx, actor: CurrentActor) -> dict[str, object]:
    """Mail somebody a way in; an open invitation for the same address is replaced."""
    created = await invitations.invite(tx, actor, body.email, body.role, team_ids=body.team_ids)
    return item(await views.invitation(SessionReader(tx), created.invitation_id), request)


@router.delete("/invitations/{id}", status_code=204, dependencies=[ADMINISTERS])
async def revoke_invitation(id: UUID, tx: Tx, actor: CurrentActor) -> None:
    """Withdraw an invitation: its link stops working."""
    await invitations.revoke_invitation(tx, actor, id)
