"""Organizations one may enter, and the one the token is bound to."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from cutwater.identity.accounts import permissions as accounts_permissions
from cutwater.identity.accounts.queries import organizations_of
from cutwater.identity.accounts.schemas import Slug
from cutwater.identity.accounts.service import scope
from cutwater.identity.core.founding import SignUpPolicy
from cutwater.identity.organizations import service, views
from cutwater.identity.organizations.schemas import (
    OrganizationChange,
    OrganizationCreate,
    OrganizationDetail,
    OrganizationRead,
)
from cutwater.kernel.actor import CurrentActor, members_only, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, every, item
from cutwater.kernel.errors import Forbidden
from cutwater.kernel.etags import SeenRevision, set_etag
from cutwater.kernel.grants import Grant
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.reader import Reader, SessionReader
from cutwater.kernel.requests import settings_of

router = APIRouter(tags=["organizations"], route_class=IdempotentRoute)


async def _shown(reader: Reader, request: Request, response: Response) -> dict[str, object]:
    row = await views.organization(reader)
    set_etag(response, row.revision)
    return item(row, request)


@router.get("/organizations", response_model=Many[OrganizationRead])
async def read_organizations(request: Request, reader: ReaderDep, actor: CurrentActor) -> dict[str, object]:
    """The organizations the person may enter. A service key has only its own."""
    rows = await reader.all(organizations_of(actor.user_id)) if actor.user_id else []
    if actor.kind == "api_key":
        rows = [row for row in rows if row.id == actor.organization_id]
    return every(rows, request)


@router.post("/organizations", response_model=Item[OrganizationDetail], status_code=201)
async def create_organization(
    request: Request, response: Response, body: OrganizationCreate, tx: Tx, actor: CurrentActor
) -> dict[str, object]:
    """Found an organization, where the platform's settings allow it. Ask for a new token to act in it."""
    if actor.user_id is None or actor.kind == "api_key":
        raise Forbidden([accounts_permissions.signed_in_person("create organizations")])
    config = settings_of(request)
    policy = SignUpPolicy.of(config.sign_up, config.sign_up_domains)
    await service.create_organization(
        tx, actor.user_id, body.name, slug=body.slug, zone=body.zone, policy=policy
    )
    shown = await _shown(SessionReader(tx), request, response)
    # back to the token's organization: the request's own rows (its idempotency key) are there
    await scope.enter(tx, organization_id=actor.organization_id, user_id=actor.user_id)
    return shown


@router.get("/organization", response_model=Item[OrganizationDetail], dependencies=[members_only])
async def read_organization(request: Request, response: Response, reader: ReaderDep) -> dict[str, object]:
    """The organization the token is bound to."""
    return await _shown(reader, request, response)


@router.patch(
    "/organization",
    response_model=Item[OrganizationDetail],
    dependencies=[needs(Grant.ORGANIZATION_CONFIGURE, "change the organization")],
)
async def update_organization(
    request: Request,
    response: Response,
    body: OrganizationChange,
    tx: Tx,
    actor: CurrentActor,
    seen: SeenRevision,
) -> dict[str, object]:
    """Rename the organization, or move its time zone."""
    await service.update_organization(tx, actor, name=body.name, zone=body.zone, seen_revision=seen)
    return await _shown(SessionReader(tx), request, response)


@router.delete(
    "/organization", status_code=204, dependencies=[needs(Grant.ORGANIZATION_OWN, "delete the organization")]
)
async def delete_organization(
    tx: Tx,
    actor: CurrentActor,
    confirm: Annotated[Slug, Query(description="The organization's slug, to confirm.")],
) -> None:
    """Delete the organization for everybody in it."""
    await service.delete_organization(tx, actor, typed_slug=confirm)
