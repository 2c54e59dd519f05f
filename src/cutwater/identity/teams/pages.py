"""Teams and their members."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from cutwater import audit
from cutwater.identity.accounts.pages import Refusing
from cutwater.identity.organizations import queries as organizations_queries
from cutwater.identity.teams import permissions, queries, service, views
from cutwater.identity.teams.forms import LeadForm, TeamForm, TeamMemberForm
from cutwater.identity.teams.models import TeamKind
from cutwater.kernel.actor import CurrentActor, needs
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
        "identity/teams/teams.html",
        teams=await views.all_teams(reader),
        kinds=KINDS,
        why_not=permissions.to_manage(actor),
        refusal=refusal,
    )


@router.post("", dependencies=MANAGES)
async def create(tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Make a team."""
    view.if_refused(lambda refusal: show_teams(reader, actor, view, refusal))
    form = await view.form(TeamForm)
    created = await service.create_team(
        tx, actor, form.name, slug=form.slug, kind=form.kind, description=form.description
    )
    return view.redirect(
        f"/settings/teams/{created.slug}", flash=f"{form.name.strip()} is made. Add its members."
    )


@router.get("/{slug}")
async def show_team(
    slug: str, reader: ReaderDep, actor: CurrentActor, view: View, refusal: Refusing = None
) -> Response:
    """One team and its members."""
    rows, members, people = await reader.batch(
        queries.team(slug), queries.team_members(slug), organizations_queries.people()
    )
    if not rows:
        raise NotFound("This team")
    inside = {member.id for member in members}
    return view.page(
        "identity/teams/team.html",
        team=rows[0],
        members=members,
        candidates=[(str(person.id), person.name) for person in people if person.id not in inside],
        kinds=KINDS,
        feed=await audit.feed(reader, actor, "team", rows[0].id, limit=15),
        why_not=permissions.to_manage(actor),
        refusal=refusal,
    )


@router.post("/{slug}", dependencies=MANAGES)
async def update(slug: str, tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Rename a team, or say better what it is."""
    view.if_refused(lambda refusal: show_team(slug, reader, actor, view, refusal))
    form = await view.form(TeamForm)
    await service.update_team(
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
    await service.delete_team(tx, actor, slug)
    return view.redirect("/settings/teams", flash="The team is deleted.")


@router.post("/{slug}/members", dependencies=MANAGES)
async def add(slug: str, tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Put somebody into the team."""
    view.if_refused(lambda refusal: show_team(slug, reader, actor, view, refusal))
    form = await view.form(TeamMemberForm)
    await service.add_team_member(tx, actor, slug, form.user_id, is_lead=form.is_lead)
    return view.redirect(f"/settings/teams/{slug}", flash="Added")


@router.post("/{slug}/members/{user_id}/lead", dependencies=MANAGES)
async def lead(
    slug: str, user_id: UUID, tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View
) -> Response:
    """Name a lead, or make one a member again."""
    view.if_refused(lambda refusal: show_team(slug, reader, actor, view, refusal))
    form = await view.form(LeadForm)
    await service.set_lead(tx, actor, slug, user_id, is_lead=form.is_lead)
    return view.redirect(f"/settings/teams/{slug}", flash="Saved")


@router.post("/{slug}/members/{user_id}/remove", dependencies=MANAGES)
async def remove(
    slug: str, user_id: UUID, tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View
) -> Response:
    """Take somebody out of the team."""
    view.if_refused(lambda refusal: show_team(slug, reader, actor, view, refusal))
    await service.remove_team_member(tx, actor, slug, user_id)
    return view.redirect(f"/settings/teams/{slug}", flash="Removed")
