"""People of the organization and invitations to it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from cutwater.identity.accounts.models import UserAccount
from cutwater.identity.accounts.queries import page_of
from cutwater.identity.core.roles import Role
from cutwater.identity.members import queries
from cutwater.identity.members.schemas import InvitationCreate, InvitationRead, MemberChange, MemberRead
from cutwater.identity.members.service import invitations, members
from cutwater.identity.organizations.queries import people, searched
from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, item, many
from cutwater.kernel.errors import NotFound
from cutwater.kernel.etags import SeenRevision, set_etag
from cutwater.kernel.grants import Grant
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.paging import OffsetDep
from cutwater.kernel.reader import Reader, SessionReader
from cutwater.kernel.wire import Line

router = APIRouter(tags=["people"], route_class=IdempotentRoute)
SEES_PEOPLE = needs(Grant.PEOPLE_READ, "see people")
ADMINISTERS = needs(Grant.PEOPLE_MANAGE, "manage people")


@router.get("/members", response_model=Many[MemberRead], dependencies=[SEES_PEOPLE])
async def read_members(
    request: Request,
    reader: ReaderDep,
    offset: OffsetDep,
    q: Annotated[Line, Query(description="Words of a name or an address.")] = "",
    with_ended: Annotated[bool, Query(description="Also those who were deactivated or left.")] = False,
) -> Any:
    """People of the organization, by name."""
    statement = searched(people(with_ended=with_ended), q)
    return many(await page_of(reader, statement, offset), request)


async def _member(reader: Reader, id: UUID) -> Any:
    row = await reader.first(people(with_ended=True).where(UserAccount.id == id))
    if row is None:
        raise NotFound("This person")
    return row


@router.get("/members/{id}", response_model=Item[MemberRead], dependencies=[SEES_PEOPLE])
async def read_member(request: Request, response: Response, id: UUID, reader: ReaderDep) -> Any:
    """One person."""
    row = await _member(reader, id)
    set_etag(response, row.revision)
    return item(row, request)


@router.patch("/members/{id}", response_model=Item[MemberRead], dependencies=[ADMINISTERS])
async def change_member(
    request: Request,
    response: Response,
    id: UUID,
    body: MemberChange,
    tx: Tx,
    actor: CurrentActor,
    seen: SeenRevision,
) -> Any:
    """Give another role, or give and take the auditor grant. Only an owner names an owner."""
    await members.update_member(tx, actor, id, role=body.role, is_auditor=body.is_auditor, seen_revision=seen)
    await tx.flush()
    row = await _member(SessionReader(tx), id)
    set_etag(response, row.revision)
    return item(row, request)


@router.delete("/members/{id}", status_code=204)
async def end_membership(id: UUID, tx: Tx, actor: CurrentActor) -> None:
    """Deactivate somebody here, or leave. The last owner cannot."""
    await members.end_membership(tx, actor, id)


@router.post("/members/{id}/restore", response_model=Item[MemberRead], dependencies=[ADMINISTERS])
async def restore_member(request: Request, id: UUID, tx: Tx, actor: CurrentActor) -> Any:
    """Let somebody back in, as what they were."""
    await members.restore_member(tx, actor, id)
    await tx.flush()
    return item(await _member(SessionReader(tx), id), request)


@router.get("/invitations", response_model=Many[InvitationRead], dependencies=[ADMINISTERS])
async def read_invitations(request: Request, reader: ReaderDep, offset: OffsetDep) -> Any:
    """Open invitations, newest first."""
    return many(await page_of(reader, queries.invitations(), offset), request)


@router.post("/invitations", response_model=Item[InvitationRead], status_code=201, dependencies=[ADMINISTERS])
async def invite(request: Request, body: InvitationCreate, tx: Tx, actor: CurrentActor) -> Any:
    """Mail somebody a way in; an open invitation for the same address is replaced."""
    made = await invitations.invite(tx, actor, body.email, body.role, team_ids=body.team_ids)
    await tx.flush()
    shown = InvitationRead(
        id=made.id,
        email=made.email,
        role=Role(made.role),
        inviter=actor.name,
        created_at=made.created_at,
        expires_at=made.expires_at,
    )
    return item(shown, request)


@router.delete("/invitations/{id}", status_code=204, dependencies=[ADMINISTERS])
async def revoke_invitation(id: UUID, tx: Tx, actor: CurrentActor) -> None:
    """Withdraw an invitation: its link stops working."""
    await invitations.revoke_invitation(tx, actor, id)
