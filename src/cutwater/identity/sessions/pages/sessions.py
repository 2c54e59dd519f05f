"""The pages before anybody is known: landing, sign-up, sign-in."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from cutwater.identity.accounts.pages import Refusing
from cutwater.identity.accounts.service import accounts
from cutwater.identity.accounts.views import way_in
from cutwater.identity.core.founding import SignUpPolicy
from cutwater.identity.core.lockout import OFFICE
from cutwater.identity.core.paths import safe_next
from cutwater.identity.sessions.forms import SignInForm, SignUpForm
from cutwater.identity.sessions.pages.cookies import browser, signed_in
from cutwater.identity.sessions.service import sessions
from cutwater.identity.sessions.service.authentication import drop_session
from cutwater.kernel.actor import Visitor
from cutwater.kernel.db import PlatformReader, PlatformTx, database_of
from cutwater.kernel.requests import settings_of, slow_down
from cutwater.kernel.wire import Line
from cutwater.web import PublicView, Refusal

platform = APIRouter()
Next = Annotated[Line, Query(max_length=300)]


@platform.get("/")
async def landing(request: Request, reader: PlatformReader, actor: Visitor, view: PublicView) -> Response:
    """What Cutwater is; or, for somebody signed in, on to their organization."""
    if actor is not None and actor.user_id is not None:
        return view.redirect(f"@{await way_in(reader, actor.user_id)}")
    return view.page("identity/sessions/landing.html", demo=settings_of(request).demo)


@platform.get("/sign-up")
async def show_sign_up(
    request: Request, view: PublicView, next: Next = "/organizations", refusal: Refusing = None
) -> Response:
    """The form for a new account."""
    config = settings_of(request)
    policy = SignUpPolicy.of(config.sign_up, config.sign_up_domains)
    return view.page("identity/sessions/sign_up.html", next=safe_next(next), policy=policy, refusal=refusal)


@platform.post("/sign-up")
async def sign_up(request: Request, tx: PlatformTx, view: PublicView) -> Response:
    """Make an account and sign it in."""
    view.if_refused(lambda refusal: show_sign_up(request, view, _kept(refusal), refusal))
    await slow_down(request, "sign-up")
    form = await view.form(SignUpForm)
    user_id = await accounts.sign_up(tx, email=form.email, name=form.name, password=form.password)
    session = await sessions.start_session(tx, user_id, **browser(request))
    return signed_in(request, view, session, safe_next(form.next or "/organizations"))


def _kept(refusal: Refusal) -> str:
    return refusal.values.get("next", "")


@platform.get("/sign-in")
async def show_sign_in(
    request: Request, view: PublicView, next: Next = "/", refusal: Refusing = None
) -> Response:
    """The form for name and password."""
    # the demo says who may sign in: pairs of a role and an address, and the password they share
    accounts_shown = getattr(request.app.state, "demo_accounts", ()) if settings_of(request).demo else ()
    return view.page(
        "identity/sessions/sign_in.html", next=safe_next(next), demo_accounts=accounts_shown, refusal=refusal
    )


@platform.post("/sign-in")
async def sign_in(request: Request, view: PublicView) -> Response:
    """Start a session; the one this browser had ends."""
    view.if_refused(lambda refusal: show_sign_in(request, view, _kept(refusal), refusal))
    await slow_down(request, "sign-in", per_minute=OFFICE)
    form = await view.form(SignInForm)
    secrets = settings_of(request).secrets
    session = await sessions.sign_in(
        database_of(request), secrets, form.login, form.password, **browser(request)
    )
    return signed_in(request, view, session, safe_next(form.next or "/"))


@platform.post("/sign-out")
async def sign_out(request: Request, tx: PlatformTx, actor: Visitor, view: PublicView) -> Response:
    """End this session."""
    if actor is not None and actor.session_id is not None:
        await sessions.end_session(tx, actor, actor.session_id)
    response = view.redirect("@/sign-in", flash="You are signed out.")
    drop_session(response, settings_of(request))
    return response
