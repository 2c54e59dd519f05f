"""Sites and field mappings as pages."""

from typing import NamedTuple
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from cutwater.kernel.actor import Actor, CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.grants import Grant
from cutwater.kernel.reader import Reader
from cutwater.sprints.core.facts import ROLE_NAMES, ROLES, Role
from cutwater.sprints.core.fields import FieldMap, default_scale
from cutwater.sprints.mapping import queries, service
from cutwater.sprints.mapping.forms import MappingForm
from cutwater.sprints.sites import permissions as site_permissions
from cutwater.sprints.sites import service as site_service
from cutwater.sprints.sites.forms import SiteForm
from cutwater.sprints.sprints import permissions
from cutwater.web import Refusal, View

router = APIRouter()
reads, writes = needs(Grant.SPRINTS_READ), needs(Grant.SPRINTS_WRITE, "confirm a field mapping")
administers = needs(Grant.SITES_MANAGE, "manage sites")


class RoleChoice(NamedTuple):
    """A role to give a field, as the form shows it."""

    role: str
    label: str
    hint: str
    options: list[tuple[str, str]]


@router.get("/sprints/sites", dependencies=[reads])
async def sites(reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Where issues come from, and which fields play which role there."""
    return await _sites(reader, actor, view)


async def _sites(reader: Reader, actor: Actor, view: View, refusal: Refusal | None = None) -> Response:
    mapped = {row.site_id: row for row in await queries.mappings(reader) if row.project is None}
    return view.page(
        "sprints/mapping/sites.html",
        status=refusal.status if refusal else 200,
        sites=await queries.sites(reader),
        mapped=mapped,
        may_add=site_permissions.to_manage(actor, "add a site"),
        refusal=refusal,
    )


@router.post("/sprints/sites", dependencies=[administers])
async def add_site(tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Add a site."""
    view.if_refused(lambda refusal: _sites(reader, actor, view, refusal))
    form = await view.form(SiteForm)
    created = await site_service.create_site(tx, actor, form.name, form.kind, url=form.url)
    return view.done("/sprints/sites", flash=f"Site {created.title} added")


@router.get("/sprints/sites/{site_id}", dependencies=[reads])
async def mapping_page(site_id: UUID, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """The field mapping of a site, with how many issues have each field."""
    return await _mapping(site_id, reader, actor, view)


async def _mapping(
    site_id: UUID, reader: Reader, actor: Actor, view: View, refusal: Refusal | None = None
) -> Response:
    shown = await queries.mapping_page(reader, site_id)
    names = {row.field_id: row.name for row in shown.names}
    options = [
        (
            row.field_id,
            f"{names.get(row.field_id, row.field_id)} · {row.issues} of {shown.site.issues} issues",
        )
        for row in shown.filled
    ]
    scale = shown.current.priority_scale if shown.current else {}
    return view.page(
        "sprints/mapping/mapping.html",
        status=refusal.status if refusal else 200,
        site=shown.site,
        current=shown.current,
        projects=shown.of_projects,
        roles=[RoleChoice(role.value, *ROLE_NAMES[role], options) for role in Role],
        priorities=shown.priorities,
        scale=scale or default_scale([row.priority for row in shown.priorities]),
        why=permissions.to_write(actor, "confirm a field mapping"),
        refusal=refusal,
    )


@router.post("/sprints/sites/{site_id}", dependencies=[writes])
async def confirm(site_id: UUID, tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Confirm the mapping and the scores of the priorities."""
    view.if_refused(lambda refusal: _mapping(site_id, reader, actor, view, refusal))
    fields = await view.fields()
    scale = {
        name.removeprefix("score:"): int(value)
        for name, value in fields.items()
        if name.startswith("score:") and isinstance(value, str) and value.isdigit() and len(value) < 4
    }
    form = MappingForm(
        **{role: str(fields.get(role) or "") for role in ROLES},
        revision=int(str(fields["revision"])) if str(fields.get("revision") or "").isdigit() else None,
    )
    await service.confirm_mapping(
        tx, actor, site_id, FieldMap.of(form), scale=scale or None, seen_revision=form.revision
    )
    return view.done(
        f"/sprints/sites/{site_id}", flash="Confirmed. The stored issues follow in the background"
    )
