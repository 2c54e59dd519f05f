"""One's own place in the organization."""

from fastapi import APIRouter
from fastapi.responses import Response

from cutwater.identity.members.service import members
from cutwater.identity.organizations.pages import show_settings
from cutwater.kernel.actor import CurrentActor, members_only
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.errors import NotFound
from cutwater.web import View

router = APIRouter(dependencies=[members_only])


@router.post("/settings/leave")
async def leave(tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Leave the organization."""
    view.if_refused(lambda refusal: show_settings(reader, actor, view, refusal))
    if actor.user_id is None:
        raise NotFound("This person")
    await members.end_membership(tx, actor, actor.user_id)
    return view.redirect("@/organizations", flash=f"You left {actor.organization_name}.")
