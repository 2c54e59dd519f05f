"""Forgotten passwords."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

from fastapi import APIRouter, Request
from fastapi.responses import Response

from cutwater.identity.accounts.models import LinkPurpose
from cutwater.identity.accounts.pages import Refusing
from cutwater.identity.accounts.service.links import link_of
from cutwater.identity.sessions.forms import ForgotForm, ResetForm
from cutwater.identity.sessions.pages.cookies import browser, signed_in
from cutwater.identity.sessions.service import sessions
from cutwater.identity.sessions.service.passwords import request_reset, reset_password
from cutwater.kernel.db import PlatformReader, PlatformTx, database_of
from cutwater.kernel.requests import settings_of, slow_down
from cutwater.web import PublicView


@asynccontextmanager
async def at_least(*, seconds: float) -> AsyncIterator[None]:
    """Take so long in any case, so that the time does not tell whether there was anything to do."""
    began = monotonic()
    yield
    await asyncio.sleep(began + seconds - monotonic())


platform = APIRouter()


@platform.get("/forgot")
async def show_forgot(view: PublicView, refusal: Refusing = None) -> Response:
    """The form that asks for a reset link."""
    return view.page("identity/sessions/forgot.html", refusal=refusal)


@platform.post("/forgot")
async def forgot(request: Request, view: PublicView) -> Response:
    """Mail a link, if the address is somebody's; answer and time are the same if it is not."""
    view.if_refused(lambda refusal: show_forgot(view, refusal))
    await slow_down(request, "reset", per_minute=6)
    form = await view.form(ForgotForm)
    async with at_least(seconds=0.25), database_of(request).tx(None) as tx:
        await request_reset(tx, form.email)
    answer = "If somebody here has this address, a link is on its way to it. It works for an hour."
    return view.redirect("@/sign-in", flash=answer)


@platform.get("/reset/{token}")
async def show_reset(
    request: Request, token: str, reader: PlatformReader, view: PublicView, refusal: Refusing = None
) -> Response:
    """The form for a new password."""
    facts = await link_of(reader, settings_of(request).secrets, token, LinkPurpose.RESET)
    return view.page("identity/sessions/reset.html", token=token, facts=facts, refusal=refusal)


@platform.post("/reset/{token}")
async def reset(
    request: Request, token: str, tx: PlatformTx, reader: PlatformReader, view: PublicView
) -> Response:
    """Set the new password and sign in; every other sign-in ends."""
    view.if_refused(lambda refusal: show_reset(request, token, reader, view, refusal))
    await slow_down(request, "reset")
    form = await view.form(ResetForm)
    user_id = await reset_password(tx, settings_of(request).secrets, token, form.password)
    session = await sessions.start_session(tx, user_id, **browser(request))
    return signed_in(request, view, session, "/", "Your new password is set. Every other sign-in has ended.")
