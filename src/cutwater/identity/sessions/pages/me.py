"""Oneself: profile, password, where one is signed in."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from cutwater.identity.accounts import queries
from cutwater.identity.accounts.forms import zone_options
from cutwater.identity.accounts.pages import Refusing
from cutwater.identity.accounts.service import accounts
from cutwater.identity.accounts.views import way_in
from cutwater.identity.sessions.forms import PasswordForm, ProfileForm
from cutwater.identity.sessions.service import passwords, sessions
from cutwater.identity.sessions.views import sessions_of
from cutwater.kernel.actor import CurrentActor, CurrentPerson, members_only
from cutwater.kernel.db import PlatformReader, ReaderDep, Tx
from cutwater.kernel.errors import Unauthenticated
from cutwater.kernel.requests import slow_down
from cutwater.web import PublicView, View

router = APIRouter(prefix="/settings/me", dependencies=[members_only])
platform = APIRouter()


@platform.get("/account")
async def go_to_account(reader: PlatformReader, actor: CurrentPerson, view: PublicView) -> Response:
    """One's account, wherever one is: it is shown inside an organization."""
    if actor.user_id is None:
        raise Unauthenticated()
    where = await way_in(reader, actor.user_id)
    return view.redirect(f"@{where}settings/me" if where.startswith("/o/") else f"@{where}")


@router.get("")
async def show_me(reader: ReaderDep, actor: CurrentActor, view: View, refusal: Refusing = None) -> Response:
    """Profile, password and sessions."""
    if actor.user_id is None:
        raise Unauthenticated()
    return view.page(
        "identity/sessions/me.html",
        me=await reader.first(queries.account(actor.user_id)),
        sessions=await sessions_of(reader, actor),
        zones=zone_options(),
        refusal=refusal,
    )


@router.post("")
async def update(tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Change one's own profile."""
    view.if_refused(lambda refusal: show_me(reader, actor, view, refusal))
    form = await view.form(ProfileForm)
    profile = accounts.Profile(name=form.name, username=form.username, zone=form.zone)
    await accounts.update_profile(tx, actor, profile, seen_revision=form.revision)
    return view.redirect("/settings/me", flash="Saved")


@router.post("/password")
async def update_password(
    request: Request, tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View
) -> Response:
    """Change one's own password; who took over a session must not find it by trying."""
    view.if_refused(lambda refusal: show_me(reader, actor, view, refusal))
    await slow_down(request, f"password:{actor.id}", per_minute=6)
    form = await view.form(PasswordForm)
    await passwords.update_password(tx, actor, current=form.current_password, new=form.new_password)
    return view.redirect("/settings/me", flash="Your password is changed. Every other sign-in has ended.")


@router.post("/sessions/{id}/end")
async def end_session(id: UUID, tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """End one session."""
    view.if_refused(lambda refusal: show_me(reader, actor, view, refusal))
    await sessions.end_session(tx, actor, id)
    return view.redirect("/settings/me", flash="That sign-in has ended.")


@router.post("/sessions/end-others")
async def end_others(tx: Tx, actor: CurrentActor, view: View) -> Response:
    """End every session but this one."""
    await sessions.end_others(tx, actor)
    return view.redirect("/settings/me", flash="Every other sign-in has ended.")
