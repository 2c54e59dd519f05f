"""API keys: one's own, and for admins everybody's."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from cutwater.identity.accounts.pages import Refusing
from cutwater.identity.core.roles import ROLE_GRANTS, Role
from cutwater.identity.keys import permissions, queries, service
from cutwater.identity.keys.forms import KeyForm
from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.errors import refuse
from cutwater.kernel.frozen import frozen
from cutwater.kernel.grants import TABLE, Grant, by_resource
from cutwater.kernel.reader import SessionReader
from cutwater.web import View

router = APIRouter(prefix="/settings/api-keys", dependencies=[needs(Grant.RELEASES_WRITE, "use API keys")])


@router.get("")
async def show_keys(
    reader: ReaderDep,
    actor: CurrentActor,
    view: View,
    all: Annotated[bool, Query()] = False,
    refusal: Refusing = None,
) -> Response:
    """One's own keys, or all of the organization."""
    if all:
        refuse(may=permissions.to_see_all_keys(actor))
    own = None if all else actor.user_id
    return view.page(
        "identity/keys/keys.html",
        keys=await reader.all(queries.api_keys(user_id=own)),
        everybody=all,
        refusal=refusal,
        secret="",
        offer=_offer(actor),
        by_resource=by_resource,
    )


@frozen
class Offer:
    """What the form of a new key offers: grants by resource with what they mean, and whose it may be."""

    resources: Sequence[tuple[str, Sequence[tuple[Grant, str]]]]
    ticked: frozenset[Grant]
    may_administer: bool
    service_roles: Sequence[tuple[str, str]]


def _offer(actor: CurrentActor) -> Offer:
    allowed = by_resource(permissions.allowed_scopes(actor)).items()
    return Offer(
        resources=[
            (resource, [(grant, TABLE[grant].meaning) for grant in grants]) for resource, grants in allowed
        ],
        ticked=ROLE_GRANTS[Role.VIEWER],
        may_administer=not permissions.to_see_all_keys(actor),
        service_roles=[(role.value, role.value.title()) for role in Role if role != Role.OWNER],
    )


@router.post("")
async def create(tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Make a key, and show its secret this one time."""
    view.if_refused(lambda refusal: show_keys(reader, actor, view, refusal=refusal))
    form = await view.form(KeyForm)
    made = await service.create_api_key(
        tx,
        actor,
        form.name,
        form.scopes,
        days=form.days or None,
        service_role=form.service_role or None,
    )
    before = await reader.all(queries.api_keys(user_id=actor.user_id))
    key = await SessionReader(tx).first(queries.api_key(made.id))
    return view.page(
        "identity/keys/keys.html",
        keys=before,
        everybody=False,
        secret=made.secret,
        made=key,
        offer=_offer(actor),
        by_resource=by_resource,
    )


@router.post("/{id}/revoke")
async def revoke(id: UUID, tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """End a key."""
    view.if_refused(lambda refusal: show_keys(reader, actor, view, refusal=refusal))
    await service.revoke_api_key(tx, actor, id)
    return view.redirect("/settings/api-keys", flash="The key is revoked.")
