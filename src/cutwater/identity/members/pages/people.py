"""People of the organization: roles, invitations, who is out."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from cutwater.identity.accounts.pages import Refusing
from cutwater.identity.core.accounts import tidy_email
from cutwater.identity.core.roles import MEANING, Role
from cutwater.identity.members import permissions, queries
from cutwater.identity.members.forms import InviteForm, MemberForm
from cutwater.identity.members.service import invitations, members
from cutwater.identity.organizations.queries import find_people
from cutwater.identity.teams import queries as teams_queries
from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.grants import Grant
from cutwater.kernel.paging import OffsetDep, page_of
from cutwater.kernel.wire import Line
from cutwater.web import Refusal, View

ADMINISTERS = [needs(Grant.PEOPLE_MANAGE, "manage people")]
router = APIRouter(prefix="/settings", dependencies=[needs(Grant.PEOPLE_READ, "see people")])
HERE = "/settings/people"


@router.get("/people")
async def show_people(
    reader: ReaderDep,
    actor: CurrentActor,
    view: View,
    offset: OffsetDep,
    q: Annotated[Line, Query()] = "",
    ended: Annotated[bool, Query()] = False,
    refusal: Refusing = None,
) -> Response:
    """Everybody in the organization, and who is invited."""
    page = await page_of(reader, find_people(q, with_ended=ended), offset)
    invited, teams = await reader.batch(queries.invitations(), teams_queries.teams())
    why_not = permissions.to_manage(actor)
    owning = actor.may(Grant.ORGANIZATION_OWN)
    return view.page(
        "identity/members/people.html",
        page=page,
        q=q,
        ended=ended,
        invitations=[] if why_not else invited,
        teams=teams,
        why_not=why_not,
        roles=[(role.value, role.value.title()) for role in Role if owning or role != Role.OWNER],
        meanings=[(role.value.title(), text) for role, text in MEANING.items()],
        may_own=owning,
        refusal=refusal,
    )


def _again(reader: ReaderDep, actor: CurrentActor, view: View, offset: OffsetDep) -> None:
    async def again(refusal: Refusal) -> Response:
        return await show_people(reader, actor, view, offset, refusal=refusal)

    view.if_refused(again)


@router.post("/people/invite", dependencies=ADMINISTERS)
async def invite(tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View, offset: OffsetDep) -> Response:
    """Mail somebody a way in."""
    _again(reader, actor, view, offset)
    form = await view.form(InviteForm)
    await invitations.invite(tx, actor, form.email, form.role, team_ids=form.team_ids)
    return view.redirect(HERE, flash=f"{tidy_email(form.email)} is invited. The link works for seven days.")


@router.post("/invitations/{id}/revoke", dependencies=ADMINISTERS)
async def revoke(
    id: UUID, tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View, offset: OffsetDep
) -> Response:
    """Withdraw an invitation."""
    _again(reader, actor, view, offset)
    await invitations.revoke_invitation(tx, actor, id)
    return view.redirect(HERE, flash="The invitation is withdrawn; its link no longer works.")


@router.post("/people/{id}", dependencies=ADMINISTERS)
async def update(
    id: UUID, tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View, offset: OffsetDep
) -> Response:
    """Give another role, or give and take the auditor grant."""
    _again(reader, actor, view, offset)
    form = await view.form(MemberForm)
    await members.update_member(
        tx, actor, id, role=form.role, is_auditor=form.is_auditor, seen_revision=form.revision
    )
    return view.redirect(HERE, flash="Saved")


@router.post("/people/{id}/deactivate", dependencies=ADMINISTERS)
async def deactivate(
    request: Request,
    id: UUID,
    tx: Tx,
    reader: ReaderDep,
    actor: CurrentActor,
    view: View,
    offset: OffsetDep,
) -> Response:
    """Shut somebody out of this organization."""
    _again(reader, actor, view, offset)
    await members.end_membership(tx, actor, id)
    return view.redirect(HERE, flash="Deactivated: sessions, tokens and keys have ended.")


@router.post("/people/{id}/restore", dependencies=ADMINISTERS)
async def restore(
    id: UUID, tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View, offset: OffsetDep
) -> Response:
    """Let somebody back in."""
    _again(reader, actor, view, offset)
    await members.restore_member(tx, actor, id)
    return view.redirect(HERE, flash="Reactivated, as what they were.")
