"""The pages of services."""

from typing import cast

from fastapi import APIRouter, Response

from cutwater import audit
from cutwater.kernel.actor import Actor, CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.grants import Grant
from cutwater.kernel.reader import Reader
from cutwater.releases.core.facts import Colour
from cutwater.releases.core.filters import Filter
from cutwater.releases.desk import views
from cutwater.releases.desk.queries.conditions import resolve
from cutwater.releases.desk.queries.lists import rows_for
from cutwater.releases.records.forms import ReasonForm
from cutwater.releases.services import queries, service
from cutwater.releases.services.forms import ServiceForm
from cutwater.releases.services.service import ServiceDraft, ServiceEdits
from cutwater.web import Refusal, View

reading = APIRouter(dependencies=[needs(Grant.RELEASES_READ, "see services and environments")])
changing = APIRouter(dependencies=[needs(Grant.SERVICES_WRITE, "change services")])
COLOURS = [(each.value, each.value.capitalize()) for each in Colour]


@reading.get("/services")
async def services(reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """The services, with what is under way for each."""
    return view.page(
        "releases/services/services.html",
        rows=await reader.all(queries.services(with_archived=True)),
        may_edit=actor.may(Grant.SERVICES_WRITE),
    )


@changing.get("/services/new")
async def new_service(reader: ReaderDep, view: View) -> Response:
    """The empty form."""
    return await _form(view, reader, "")


@changing.post("/services/new")
async def create_service(reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Add a service."""
    view.if_refused(lambda refusal: _form(view, reader, "", refusal=refusal))
    form = await view.form(ServiceForm)
    draft = ServiceDraft(**form.model_dump(exclude={"revision", "is_archived"}))
    created = await service.create_service(tx, actor, draft)
    return view.redirect(f"/services/{created.key}", flash=f"{created.title} is added.")


@reading.get("/services/{slug}")
async def read_service(slug: str, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """A service with its releases."""
    return await _service(view, reader, actor, slug)


@changing.get("/services/{slug}/edit")
async def edit_service(slug: str, reader: ReaderDep, view: View) -> Response:
    """The form with what is there."""
    return await _form(view, reader, slug)


@changing.post("/services/{slug}/edit")
async def save_service(slug: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Save what was changed."""
    view.if_refused(lambda refusal: _form(view, reader, slug, refusal=refusal))
    form = await view.form(ServiceForm)
    kept = {"revision"} if form.slug else {"revision", "slug"}
    edits = cast(ServiceEdits, form.model_dump(exclude=kept))
    updated = await service.update_service(tx, actor, slug, edits, seen_revision=form.revision)
    return view.redirect(f"/services/{updated.key}", flash="Saved.")


@changing.post("/services/{slug}/delete")
async def delete_service(slug: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Delete a service that has no releases."""
    view.if_refused(lambda refusal: _service(view, reader, actor, slug, refusal=refusal))
    form = await view.form(ReasonForm)
    await service.delete_service(tx, actor, slug, seen_revision=form.revision)
    return view.redirect("/services", flash="The service is deleted.")


async def _service(
    view: View, reader: Reader, actor: Actor, slug: str, *, refusal: Refusal | None = None
) -> Response:
    row = await queries.service_row(reader, slug)
    of_it = Filter(services=(row.slug,))
    releases = await reader.all(rows_for(of_it, await resolve(reader, actor, of_it)).limit(100))
    return view.page(
        "releases/services/service.html",
        service=row,
        rows=releases,
        beside=await views.beside(reader, actor, releases),
        feed=await audit.feed(reader, actor, "service", row.id, 10),
        may_edit=actor.may(Grant.SERVICES_WRITE),
        may_change=actor.may(Grant.RELEASES_WRITE),
        refusal=refusal,
    )


async def _form(view: View, reader: Reader, slug: str, *, refusal: Refusal | None = None) -> Response:
    row = await queries.service_row(reader, slug) if slug else None
    return view.page("releases/services/form.html", service=row, colours=COLOURS, refusal=refusal)
