"""Confirming one's address."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from cutwater.identity.accounts.models import LinkPurpose
from cutwater.identity.accounts.service import links
from cutwater.kernel.db import PlatformReader, PlatformTx
from cutwater.kernel.requests import settings_of, slow_down
from cutwater.web import PublicView, Refusal


async def _no_refusal() -> None:
    """A page that is asked for has none; a page that is shown again is given one."""


Refusing = Annotated[Refusal | None, Depends(_no_refusal)]

platform = APIRouter()


@platform.get("/confirm/{token}")
async def show_confirm(
    request: Request, token: str, reader: PlatformReader, view: PublicView, refusal: Refusing = None
) -> Response:
    """A button, because mail scanners follow links."""
    facts = await links.link_of(reader, settings_of(request).secrets, token, LinkPurpose.CONFIRM)
    return view.page("identity/accounts/confirm.html", token=token, facts=facts, refusal=refusal)


@platform.post("/confirm/{token}")
async def confirm(request: Request, token: str, tx: PlatformTx, view: PublicView) -> Response:
    """The address is proven."""
    await slow_down(request, "confirm")
    await links.confirm_email(tx, settings_of(request).secrets, token)
    return view.redirect("@/", flash="Your address is confirmed.")
