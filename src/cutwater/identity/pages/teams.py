"""Teams and their members."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from cutwater import audit
from cutwater.identity import queries
from cutwater.identity.forms import LeadForm, TeamForm, TeamMemberForm
from cutwater.identity.models import TeamKind
from cutwater.identity.pages.common import Refusing
from cutwater.identity.service import teams
from cutwater.kernel.actor import CurrentActor, lacking, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.errors import NotFound
from cutwater.kernel.grants import Grant
from cutwater.web import View

MANAGES = [needs(Grant.TEAMS_MANAGE, "manage teams")]
router = APIRouter(prefix="/settings/teams", dependencies=[needs(Grant.PEOPLE_READ, "see teams")])
KINDS = [(kind.value, kind.value.title()) for kind in TeamKind]


@router.get("")
async def show_teams(
    reader: ReaderDep, actor: CurrentActor, view: View, refusal: Refusing = None
) -> Response:
    """All teams, by name."""
    return view.page(
        "identity/teams.html",
        teams=await reader.all(queries.teams()),
        kinds=KINDS,
        why_not=lacking(actor, Grant.TEAMS_MANAGE, "manage teams"),
        refusal=refusal,
    )


@router.post("", dependencies=MANAGES)
async def create(tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Make a team."""
    view.if_refused(lambda refusal: show_teams(reader, actor, view, refusal))
    form = await view.form(TeamForm)
    made = await teams.create_team(
        tx, actor, form.name, slug=form.slug, kind=form.kind, description=form.description
    )
    return view.redirect(f"/settings/teams/{made.slug}", flash=f"{made.name} is made. Add its members.")


@router.get("/{slug}")
async def show_team(
    slug: str, reader: ReaderDep, actor: CurrentActor, view: View, refusal: Refusing = None
) -> Response:
    """One team and its members."""
    found, members, people = await reader.batch(
        queries.team(slug), queries.team_members(slug), queries.people()
    )
    if not found:
        raise NotFound("This team")
    inside = {member.id for member in members}
    return view.page(
        "identity/team.html",
        team=found[0],
        members=members,
        candidates=[(str(each.id), each.name) for each in people if each.id not in inside],
        kinds=KINDS,
        feed=await audit.feed(reader, actor, "team", found[0].id, limit=15),
        why_not=lacking(actor, Grant.TEAMS_MANAGE, "manage teams"),
        refusal=refusal,
    )


@router.post("/{slug}", dependencies=MANAGES)
async def change(slug: str, tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Rename a team, or say better what it is."""
    view.if_refused(lambda refusal: show_team(slug, reader, actor, view, refusal))
    form = await view.form(TeamForm)
    await teams.change_team(
        tx,
        actor,
        slug,
        name=form.name,
        kind=form.kind,
        description=form.description,
        seen_revision=form.revision,
    )
    return view.redirect(f"/settings/teams/{slug}", flash="Saved")


@router.post("/{slug}/delete", dependencies=MANAGES)
async def delete(slug: str, tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Take a team out of use."""
    view.if_refused(lambda refusal: show_team(slug, reader, actor, view, refusal))
    await teams.delete_team(tx, actor, slug)
    return view.redirect("/settings/teams", flash="The team is deleted.")


@router.post("/{slug}/members", dependencies=MANAGES)
async def add(slug: str, tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Put somebody into the team."""
    view.if_refused(lambda refusal: show_team(slug, reader, actor, view, refusal))
    form = await view.form(TeamMemberForm)
    await teams.add_team_member(tx, actor, slug, form.user_id, is_lead=form.is_lead)
    return view.redirect(f"/settings/teams/{slug}", flash="Added")


@router.post("/{slug}/members/{user_id}/lead", dependencies=MANAGES)
async def lead(
    slug: str, user_id: UUID, tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View
) -> Response:
    """Name a lead, or make one a member again."""
    view.if_refused(lambda refusal: show_team(slug, reader, actor, view, refusal))
    form = await view.form(LeadForm)
    await teams.set_lead(tx, actor, slug, user_id, is_lead=form.is_lead)
    return view.redirect(f"/settings/teams/{slug}", flash="Saved")


@router.post("/{slug}/members/{user_id}/remove", dependencies=MANAGES)
async def remove(
    slug: str, user_id: UUID, tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View
) -> Response:
    """Take somebody out of the team."""
    view.if_refused(lambda refusal: show_team(slug, reader, actor, view, refusal))
    await teams.remove_team_member(tx, actor, slug, user_id)
    return view.redirect(f"/settings/teams/{slug}", flash="Removed")
