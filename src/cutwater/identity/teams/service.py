"""Teams and who is in them."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.identity.core import slugs
from cutwater.identity.organizations.queries import member_for_update
from cutwater.identity.teams import events, queries
from cutwater.identity.teams.models import Team, TeamKind, TeamMember
from cutwater.kernel import clock, search
from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.errors import Conflict, Invalid, NotFound, refuse_if
from cutwater.kernel.etags import refuse_stale
from cutwater.kernel.grants import Grant
from cutwater.kernel.ids import new_id


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
) -> Team:
    """Make a team, perhaps with people in it already."""
    refuse_if(lacking(actor, Grant.TEAMS_MANAGE, "manage teams"))
    name, taken = name.strip(), {row.slug for row in (await tx.execute(queries.teams())).all()}
    wanted = slug or slugs.free(slugs.slug_of(name), taken, reserved=())
    _check(name, kind, slug=slug, taken=taken)
    team = Team(id=new_id(), name=name, slug=wanted, kind=TeamKind(kind).value, description=description)
    tx.add(team)
    await audit.record(tx, actor, events.TeamCreated(team_id=team.id, slug=team.slug, kind=team.kind))
    await _find(tx, team)
    leading = list(dict.fromkeys(leads))
    for user_id in dict.fromkeys([*leading, *members]):
        await _add(tx, actor, team, user_id, is_lead=user_id in leading)
    return team


def _check(name: str, kind: str, *, slug: str = "", taken: Iterable[str] = ()) -> None:
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


async def _find(tx: AsyncSession, team: Team) -> None:
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
) -> Team:
    """Rename a team, or say better what it is. Its slug stays, because addresses hold it."""
    refuse_if(lacking(actor, Grant.TEAMS_MANAGE, "manage teams"))
    team = await queries.team_for_update(tx, slug)
    refuse_stale(team.revision, seen_revision)
    was = {"name": team.name, "kind": team.kind, "description": team.description}
    given = {"name": name.strip() if name else name, "kind": kind, "description": description}
    now = {field: was[field] if value is None else value for field, value in given.items()}
    _check(now["name"], now["kind"])
    changed = [field for field in now if now[field] != was[field]]
    if not changed:
        return team
    team.name, team.kind, team.description = now["name"], now["kind"], now["description"]
    team.revision += 1
    # what somebody wrote is not quoted in the log, where it could not be erased
    quiet = {"description": "…"}
    said = events.TeamChanged(
        team_id=team.id,
        slug=team.slug,
        was={field: quiet.get(field, was[field]) for field in changed},
        now={field: quiet.get(field, now[field]) for field in changed},
    )
    await audit.record(tx, actor, said)
    await _find(tx, team)
    return team


async def delete_team(tx: AsyncSession, actor: Actor, slug: str, *, seen_revision: int | None = None) -> None:
    """Take a team out of use; what it did keeps its name."""
    refuse_if(lacking(actor, Grant.TEAMS_MANAGE, "manage teams"))
    team = await queries.team_for_update(tx, slug)
    refuse_stale(team.revision, seen_revision)
    team.deleted_at = clock.now()
    team.revision += 1
    await search.drop(tx, team.id)
    await audit.record(tx, actor, events.TeamDeleted(team_id=team.id, slug=team.slug))


async def add_team_member(
    tx: AsyncSession, actor: Actor, slug: str, user_id: UUID, *, is_lead: bool = False
) -> TeamMember:
    """Put a member of the organization into a team."""
    refuse_if(lacking(actor, Grant.TEAMS_MANAGE, "manage teams"))
    return await _add(tx, actor, await queries.team_for_update(tx, slug), user_id, is_lead=is_lead)


async def _add(tx: AsyncSession, actor: Actor, team: Team, user_id: UUID, *, is_lead: bool) -> TeamMember:
    membership = await member_for_update(tx, user_id)
    if membership.ended_at is not None:
        raise NotFound("This person")
    if await queries.team_member_for_update(tx, team.id, user_id) is not None:
        raise Conflict("This person is in the team already.")
    place = TeamMember(team_id=team.id, user_id=user_id, is_lead=is_lead)
    tx.add(place)
    said = events.TeamMemberAdded(team_id=team.id, slug=team.slug, user_id=user_id, is_lead=is_lead)
    await audit.record(tx, actor, said)
    return place


async def set_lead(tx: AsyncSession, actor: Actor, slug: str, user_id: UUID, *, is_lead: bool) -> None:
    """Name a team's lead, or make one a member again."""
    team, place = await _place(tx, actor, slug, user_id)
    if place.is_lead != is_lead:
        place.is_lead = is_lead
        said = events.TeamLeadChanged(team_id=team.id, slug=team.slug, user_id=user_id, is_lead=is_lead)
        await audit.record(tx, actor, said)


async def remove_team_member(tx: AsyncSession, actor: Actor, slug: str, user_id: UUID) -> None:
    """Take somebody out of a team."""
    team, place = await _place(tx, actor, slug, user_id)
    await tx.delete(place)
    said = events.TeamMemberRemoved(team_id=team.id, slug=team.slug, user_id=user_id)
    await audit.record(tx, actor, said)


async def _place(tx: AsyncSession, actor: Actor, slug: str, user_id: UUID) -> tuple[Team, TeamMember]:
    refuse_if(lacking(actor, Grant.TEAMS_MANAGE, "manage teams"))
    team = await queries.team_for_update(tx, slug)
    place = await queries.team_member_for_update(tx, team.id, user_id)
    if place is None:
        raise NotFound("This member of the team")
    return team, place
