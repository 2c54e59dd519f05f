"""The pages before anybody is known: landing, sign-up, sign-in, forgotten passwords."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from cutwater.identity.accounts import SignUpPolicy
from cutwater.identity.api.common import OFFICE, slow_down
from cutwater.identity.authentication import config_of, drop_session
from cutwater.identity.forms import ForgotForm, ResetForm, SignInForm, SignUpForm
from cutwater.identity.models import LinkPurpose
from cutwater.identity.pages.common import Refusing, at_least, browser, safe_next, signed_in
from cutwater.identity.pages.organization import way_in
from cutwater.identity.service import accounts, sessions
from cutwater.kernel.actor import Visitor
from cutwater.kernel.db import PlatformReader, PlatformTx, database_of
from cutwater.kernel.wire import Line
from cutwater.web import PublicView, Refusal

platform = APIRouter()
Next = Annotated[Line, Query(max_length=300)]


@platform.get("/")
async def landing(request: Request, reader: PlatformReader, actor: Visitor, view: PublicView) -> Response:
    """What Cutwater is; or, for somebody signed in, on to their organization."""
    if actor is not None and actor.user_id is not None:
        return view.redirect(f"@{await way_in(reader, actor.user_id)}")
    return view.page("identity/landing.html", demo=config_of(request).demo)


@platform.get("/sign-up")
async def show_sign_up(
    request: Request, view: PublicView, next: Next = "/organizations", refusal: Refusing = None
) -> Response:
    """The form for a new account."""
    config = config_of(request)
    policy = SignUpPolicy.of(config.sign_up, config.sign_up_domains)
    return view.page("identity/sign_up.html", next=safe_next(next), policy=policy, refusal=refusal)


@platform.post("/sign-up")
async def sign_up(request: Request, tx: PlatformTx, view: PublicView) -> Response:
    """Make an account and sign it in."""
    view.if_refused(lambda refusal: show_sign_up(request, view, _kept(refusal), refusal))
    await slow_down(request, "sign-up")
    form = await view.form(SignUpForm)
    account = await accounts.sign_up(tx, email=form.email, name=form.name, password=form.password)
    session = await sessions.start_session(tx, account.id, **browser(request))
    return signed_in(request, view, session, safe_next(form.next or "/organizations"))


def _kept(refusal: Refusal) -> str:
    return refusal.values.get("next", "")


@platform.get("/sign-in")
async def show_sign_in(
    request: Request, view: PublicView, next: Next = "/", refusal: Refusing = None
) -> Response:
    """The form for name and password."""
    # the demo says who may sign in: pairs of a role and an address, and the password they share
    accounts_shown = getattr(request.app.state, "demo_accounts", ()) if config_of(request).demo else ()
    return view.page(
        "identity/sign_in.html", next=safe_next(next), demo_accounts=accounts_shown, refusal=refusal
    )


@platform.post("/sign-in")
async def sign_in(request: Request, view: PublicView) -> Response:
    """Start a session; the one this browser had ends."""
    view.if_refused(lambda refusal: show_sign_in(request, view, _kept(refusal), refusal))
    await slow_down(request, "sign-in", per_minute=OFFICE)
    form = await view.form(SignInForm)
    secrets = config_of(request).secrets
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
    drop_session(response, config_of(request))
    return response


@platform.get("/forgot")
async def show_forgot(view: PublicView, refusal: Refusing = None) -> Response:
    """The form that asks for a reset link."""
    return view.page("identity/forgot.html", refusal=refusal)


@platform.post("/forgot")
async def forgot(request: Request, view: PublicView) -> Response:
    """Mail a link, if the address is somebody's; answer and time are the same if it is not."""
    view.if_refused(lambda refusal: show_forgot(view, refusal))
    await slow_down(request, "reset", per_minute=6)
    form = await view.form(ForgotForm)
    async with at_least(seconds=0.25), database_of(request).tx(None) as tx:
        await accounts.request_reset(tx, form.email)
    said = "If somebody here has this address, a link is on its way to it. It works for an hour."
    return view.redirect("@/sign-in", flash=said)


@platform.get("/reset/{token}")
async def show_reset(
    request: Request, token: str, reader: PlatformReader, view: PublicView, refusal: Refusing = None
) -> Response:
    """The form for a new password."""
    facts = await accounts.link_of(reader, config_of(request).secrets, token, LinkPurpose.RESET)
    return view.page("identity/reset.html", token=token, facts=facts, refusal=refusal)


@platform.post("/reset/{token}")
async def reset(
    request: Request, token: str, tx: PlatformTx, reader: PlatformReader, view: PublicView
) -> Response:
    """Set the new password and sign in; every other sign-in ends."""
    view.if_refused(lambda refusal: show_reset(request, token, reader, view, refusal))
    await slow_down(request, "reset")
    form = await view.form(ResetForm)
    account = await accounts.reset_password(tx, config_of(request).secrets, token, form.password)
    session = await sessions.start_session(tx, account.id, **browser(request))
    return signed_in(request, view, session, "/", "Your new password is set. Every other sign-in has ended.")


@platform.get("/confirm/{token}")
async def show_confirm(
    request: Request, token: str, reader: PlatformReader, view: PublicView, refusal: Refusing = None
) -> Response:
    """A button, because mail scanners follow links."""
    facts = await accounts.link_of(reader, config_of(request).secrets, token, LinkPurpose.CONFIRM)
    return view.page("identity/confirm.html", token=token, facts=facts, refusal=refusal)


@platform.post("/confirm/{token}")
async def confirm(request: Request, token: str, tx: PlatformTx, view: PublicView) -> Response:
    """The address is proven."""
    await slow_down(request, "confirm")
    await accounts.confirm_email(tx, config_of(request).secrets, token)
    return view.redirect("@/", flash="Your address is confirmed.")
