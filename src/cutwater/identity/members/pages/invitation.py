"""The page behind a mailed invitation."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from cutwater.identity.accounts import queries
from cutwater.identity.accounts.pages import Refusing
from cutwater.identity.members import permissions
from cutwater.identity.members.forms import JoinForm
from cutwater.identity.members.service import invitations
from cutwater.identity.sessions.pages.cookies import browser, signed_in
from cutwater.identity.sessions.service import sessions
from cutwater.kernel.actor import Actor, Visitor
from cutwater.kernel.db import PlatformReader, PlatformTx
from cutwater.kernel.errors import Conflict, Invalid
from cutwater.kernel.reader import Reader
from cutwater.kernel.requests import settings_of, slow_down
from cutwater.web import PublicView

platform = APIRouter()


@platform.get("/invite/{token}")
async def show_invitation(
    request: Request,
    token: str,
    reader: PlatformReader,
    actor: Visitor,
    view: PublicView,
    refusal: Refusing = None,
) -> Response:
    """Who invites to what, and the one thing to do next."""
    facts = await invitations.invitation_of(reader, settings_of(request).secrets, token)
    email = await _email(reader, actor)
    return view.page(
        "identity/members/invitation.html",
        token=token,
        facts=facts,
        obstacles=permissions.to_accept(facts, email),
        signed_in_as=email,
        refusal=refusal,
    )


async def _email(reader: Reader, actor: Actor | None) -> str:
    if actor is None or actor.user_id is None:
        return ""
    account = await reader.first(queries.account(actor.user_id))
    return account.email if account else ""


@platform.post("/invite/{token}")
async def accept(
    request: Request,
    token: str,
    tx: PlatformTx,
    reader: PlatformReader,
    actor: Visitor,
    view: PublicView,
) -> Response:
    """Join: as who is signed in, or with a new account for the invited address."""
    view.if_refused(lambda refusal: show_invitation(request, token, reader, actor, view, refusal))
    await slow_down(request, "invitation")
    form, secrets = await view.form(JoinForm), settings_of(request).secrets
    if actor is not None and actor.user_id is not None:
        facts = await invitations.accept_invitation(tx, reader, secrets, token, actor.user_id)
        return view.redirect(f"@/o/{facts.slug}/", flash=f"Welcome to {facts.organization_name}")
    facts = await invitations.invitation_of(reader, secrets, token)
    if facts.account_id is not None:
        raise Conflict(f"{facts.email} has an account already. Sign in with it first.")
    missing = {"name": form.name, "password": form.password}
    if not all(missing.values()):
        raise Invalid({field: "Fill this in." for field, value in missing.items() if not value})
    user_id = await invitations.accept_as_new(
        tx, reader, secrets, token, name=form.name, password=form.password
    )
    session = await sessions.start_session(tx, user_id, **browser(request))
    welcome = f"Welcome to {facts.organization_name}"
    return signed_in(request, view, session, f"/o/{facts.slug}/", welcome)
