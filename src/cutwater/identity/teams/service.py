"""Teams and who is in them."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.identity.accounts.queries import HERE
from cutwater.identity.core import slugs
from cutwater.identity.organizations.models import Membership
from cutwater.identity.teams import events, permissions, queries
from cutwater.identity.teams.models import Team, TeamKind, TeamMember
from cutwater.kernel import clock, search
from cutwater.kernel.actor import Actor
from cutwater.kernel.changes import changed
from cutwater.kernel.errors import Conflict, Invalid, NotFound, refuse
from cutwater.kernel.ids import new_id
from cutwater.kernel.keyed import held, held_if
from cutwater.kernel.reader import SessionReader


async def create_team(
    tx: AsyncSession,
    actor: Actor,
    name: str,
    *,
    slug: str = "",
    kind: str = "discipline",
    description: str = "",
    members: Iterable[UUID] = (),
    leads: Iterable[UUID] = (),
) -> events.TeamCreated:
    """Make a team, perhaps with people in it already."""
    refuse(may=permissions.to_manage(actor))
    name, taken = name.strip(), {row.slug for row in await SessionReader(tx).all(queries.teams())}
    wanted = slug or slugs.free(slugs.slug_of(name), taken, reserved=())
    _refuse_wrong(name, kind, slug=slug, taken=taken)
    team = Team(id=new_id(), name=name, slug=wanted, kind=TeamKind(kind).value, description=description)
    tx.add(team)
    created = events.TeamCreated(team_id=team.id, slug=team.slug, kind=team.kind)
    await audit.record(tx, actor, created)
    await _index(tx, team)
    leading = list(dict.fromkeys(leads))
    for user_id in dict.fromkeys([*leading, *members]):
        await _add(tx, actor, team, user_id, is_lead=user_id in leading)
    return created


def _refuse_wrong(name: str, kind: str, *, slug: str = "", taken: Iterable[str] = ()) -> None:
    wrong = {}
    if not 1 <= len(name) <= 120:
        wrong["name"] = "Give a name of at most 120 characters."
    if kind not in list(TeamKind):
        wrong["kind"] = f"Choose one of: {', '.join(TeamKind)}."
    if slug:
        text = slugs.problem(slug, reserved=()) or (
            "Another team has this short name." if slug in taken else ""
        )
        wrong |= {"slug": text} if text else {}
    if wrong:
        raise Invalid(wrong)


async def _index(tx: AsyncSession, team: Team) -> None:
    """Let search find it."""
    path = f"/settings/teams/{team.slug}"
    await search.put(tx, kind="team", id=team.id, key="", title=team.name, path=path, words=team.slug)


async def update_team(
    tx: AsyncSession,
    actor: Actor,
    slug: str,
    *,
    name: str | None = None,
    kind: str | None = None,
    description: str | None = None,
    seen_revision: int | None = None,
) -> None:
    """Rename a team, or say better what it is. Its slug stays, because addresses hold it."""
    team = await held(tx, Team, slug, what="This team")
    refuse(may=permissions.to_manage(actor), seen=await audit.stale(tx, "team", team, seen_revision))
    wanted = {
        "name": team.name if name is None else name.strip(),
        "kind": team.kind if kind is None else kind,
        "description": team.description if description is None else description,
    }
    _refuse_wrong(wanted["name"], wanted["kind"])
    changes = changed(team, wanted, private={"description"})
    if changes:
        await audit.record(tx, actor, events.TeamChanged(team_id=team.id, slug=team.slug, changes=changes))
        await _index(tx, team)


async def delete_team(tx: AsyncSession, actor: Actor, slug: str, *, seen_revision: int | None = None) -> None:
    """Take a team out of use; what it did keeps its name."""
    team = await held(tx, Team, slug, what="This team")
    refuse(may=permissions.to_manage(actor), seen=await audit.stale(tx, "team", team, seen_revision))
    changed(team, {"deleted_at": clock.now()})
    await search.drop(tx, team.id)
    await audit.record(tx, actor, events.TeamDeleted(team_id=team.id, slug=team.slug))


async def add_team_member(
    tx: AsyncSession, actor: Actor, slug: str, user_id: UUID, *, is_lead: bool = False
) -> events.TeamMemberAdded:
    """Put a member of the organization into a team."""
    team = await held(tx, Team, slug, what="This team")
    refuse(may=permissions.to_manage(actor))
    return await _add(tx, actor, team, user_id, is_lead=is_lead)


async def _add(
    tx: AsyncSession, actor: Actor, team: Team, user_id: UUID, *, is_lead: bool
) -> events.TeamMemberAdded:
    active = (Membership.organization_id == HERE, Membership.ended_at.is_(None))
    if await held_if(tx, Membership, Membership.user_id == user_id, *active) is None:
        raise NotFound("This person")
    if await place_of(tx, team.id, user_id) is not None:
        raise Conflict("This person is in the team already.")
    tx.add(TeamMember(team_id=team.id, user_id=user_id, is_lead=is_lead))
    added = events.TeamMemberAdded(team_id=team.id, slug=team.slug, user_id=user_id, is_lead=is_lead)
    await audit.record(tx, actor, added)
    return added


async def place_of(tx: AsyncSession, team_id: UUID, user_id: UUID) -> TeamMember | None:
    """A person's place in a team, held."""
    return await held_if(tx, TeamMember, TeamMember.team_id == team_id, TeamMember.user_id == user_id)


async def join_teams(tx: AsyncSession, user_id: UUID, team_ids: Iterable[UUID]) -> None:
    """Put somebody who has just joined the organization into the teams that still exist."""
    for team_id in await SessionReader(tx).scalars(queries.teams_by_id(team_ids)):
        if await place_of(tx, team_id, user_id) is None:
            tx.add(TeamMember(team_id=team_id, user_id=user_id))
    await tx.flush()


async def set_lead(tx: AsyncSession, actor: Actor, slug: str, user_id: UUID, *, is_lead: bool) -> None:
    """Name a team's lead, or make one a member again."""
    team, place = await _hold_place(tx, actor, slug, user_id)
    if place.is_lead != is_lead:
        place.is_lead = is_lead
        lead = events.TeamLeadChanged(team_id=team.id, slug=team.slug, user_id=user_id, is_lead=is_lead)
        await audit.record(tx, actor, lead)


async def remove_team_member(tx: AsyncSession, actor: Actor, slug: str, user_id: UUID) -> None:
    """Take somebody out of a team."""
    team, place = await _hold_place(tx, actor, slug, user_id)
    await tx.delete(place)
    removed = events.TeamMemberRemoved(team_id=team.id, slug=team.slug, user_id=user_id)
    await audit.record(tx, actor, removed)


async def _hold_place(tx: AsyncSession, actor: Actor, slug: str, user_id: UUID) -> tuple[Team, TeamMember]:
    team = await held(tx, Team, slug, what="This team")
    refuse(may=permissions.to_manage(actor))
    place = await place_of(tx, team.id, user_id)
    if place is None:
        raise NotFound("This member of the team")
    return team, place
