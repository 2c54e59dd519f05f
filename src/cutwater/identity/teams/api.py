"""Teams and their members."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from cutwater.identity.teams import queries, service, views
from cutwater.identity.teams.schemas import (
    TeamChange,
    TeamCreate,
    TeamMemberAdd,
    TeamMemberChange,
    TeamMemberRead,
    TeamRead,
)
from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, item, many
from cutwater.kernel.etags import SeenRevision, set_etag
from cutwater.kernel.grants import Grant
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.paging import OffsetDep, page_of
from cutwater.kernel.reader import Reader, SessionReader
from cutwater.kernel.wire import Line

router = APIRouter(tags=["teams"], prefix="/teams", route_class=IdempotentRoute)
SEES_PEOPLE = needs(Grant.PEOPLE_READ, "see teams")
MANAGES = needs(Grant.TEAMS_MANAGE, "manage teams")
TeamName = Annotated[Line, Path(description="The team's slug or id.")]


async def _shown(reader: Reader, request: Request, response: Response, slug: str) -> dict[str, object]:
    row = await views.team(reader, slug)
    set_etag(response, row.revision)
    return item(row, request)


@router.get("", response_model=Many[TeamRead], dependencies=[SEES_PEOPLE])
async def read_teams(request: Request, reader: ReaderDep, offset: OffsetDep) -> dict[str, object]:
    """Teams, by name."""
    return many(await page_of(reader, queries.teams(), offset), request)


@router.post("", response_model=Item[TeamRead], status_code=201, dependencies=[MANAGES])
async def create_team(
    request: Request, response: Response, body: TeamCreate, tx: Tx, actor: CurrentActor
) -> dict[str, object]:
    """Make a team."""
    created = await service.create_team(
        tx, actor, body.name, slug=body.slug, kind=body.kind, description=body.description
    )
    return await _shown(SessionReader(tx), request, response, created.slug)


@router.get("/{slug}", response_model=Item[TeamRead], dependencies=[SEES_PEOPLE])
async def read_team(
    request: Request, response: Response, slug: TeamName, reader: ReaderDep
) -> dict[str, object]:
    """One team."""
    return await _shown(reader, request, response, slug)


@router.patch("/{slug}", response_model=Item[TeamRead], dependencies=[MANAGES])
async def update_team(
    request: Request,
    response: Response,
    slug: TeamName,
    body: TeamChange,
    tx: Tx,
    actor: CurrentActor,
    seen: SeenRevision,
) -> dict[str, object]:
    """Rename a team, or say better what it is."""
    await service.update_team(
        tx,
        actor,
        slug,
        name=body.name,
        kind=body.kind,
        description=body.description,
        seen_revision=seen,
    )
    return await _shown(SessionReader(tx), request, response, slug)


@router.delete("/{slug}", status_code=204, dependencies=[MANAGES])
async def delete_team(slug: TeamName, tx: Tx, actor: CurrentActor, seen: SeenRevision) -> None:
    """Take a team out of use."""
    await service.delete_team(tx, actor, slug, seen_revision=seen)


@router.get("/{slug}/members", response_model=Many[TeamMemberRead], dependencies=[SEES_PEOPLE])
async def read_team_members(
    request: Request, slug: TeamName, reader: ReaderDep, offset: OffsetDep
) -> dict[str, object]:
    """Who is in the team, leads first."""
    await views.team(reader, slug)
    return many(await page_of(reader, queries.team_members(slug), offset), request)


@router.post("/{slug}/members", response_model=Item[TeamMemberRead], status_code=201, dependencies=[MANAGES])
async def add_team_member(
    request: Request, slug: TeamName, body: TeamMemberAdd, tx: Tx, actor: CurrentActor
) -> dict[str, object]:
    """Put a member of the organization into the team."""
    await service.add_team_member(tx, actor, slug, body.user_id, is_lead=body.is_lead)
    return item(await views.team_member(SessionReader(tx), slug, body.user_id), request)


@router.patch("/{slug}/members/{user_id}", response_model=Item[TeamMemberRead], dependencies=[MANAGES])
async def update_team_member(
    request: Request, slug: TeamName, user_id: UUID, body: TeamMemberChange, tx: Tx, actor: CurrentActor
) -> dict[str, object]:
    """Name a lead, or make one a member again."""
    await service.set_lead(tx, actor, slug, user_id, is_lead=body.is_lead)
    return item(await views.team_member(SessionReader(tx), slug, user_id), request)


@router.delete("/{slug}/members/{user_id}", status_code=204, dependencies=[MANAGES])
async def remove_team_member(slug: TeamName, user_id: UUID, tx: Tx, actor: CurrentActor) -> None:
    """Take somebody out of the team."""
    await service.remove_team_member(tx, actor, slug, user_id)
