"""The pages of services."""

from fastapi import APIRouter, Response

from cutwater import audit
from cutwater.kernel.actor import Actor, CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.grants import Grant
from cutwater.kernel.reader import Reader
from cutwater.releases.catalogue.models import COLOURS
from cutwater.releases.core import filters
from cutwater.releases.desk import views
from cutwater.releases.desk.queries.lists import resolve, rows_for
from cutwater.releases.records.forms import ReasonForm
from cutwater.releases.services import queries, service
from cutwater.releases.services.forms import ServiceForm
from cutwater.releases.services.service import ServiceDraft
from cutwater.web import Refusal, View

reading = APIRouter(dependencies=[needs(Grant.RELEASES_READ, "see services and environments")])
changing = APIRouter()
KEEPS_SERVICES = [needs(Grant.SERVICES_WRITE, "change services")]

COLOUR_CHOICES = [(each, each.capitalize()) for each in COLOURS]


@reading.get("/services")
async def services(reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """The services, with what is under way for each."""
    return await _services(view, reader, actor)


@changing.get("/services/new", dependencies=KEEPS_SERVICES)
async def new_service(reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """The empty form."""
    return await _service_form(view, reader, "")


@changing.post("/services/new", dependencies=KEEPS_SERVICES)
async def create_service(reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Add a service."""
    view.if_refused(lambda refusal: _service_form(view, reader, "", refusal=refusal))
    form = await view.form(ServiceForm)
    draft = ServiceDraft(**form.model_dump(exclude={"revision", "is_archived"}))
    created = await service.create_service(tx, actor, draft)
    return view.redirect(f"/services/{created.slug}", flash=f"{created.name} is added.")


@reading.get("/services/{slug}")
async def read_service(slug: str, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """A service with its releases."""
    return await _service(view, reader, actor, slug)


@changing.get("/services/{slug}/edit", dependencies=KEEPS_SERVICES)
async def edit_service(slug: str, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """The form with what is there."""
    return await _service_form(view, reader, slug)


@changing.post("/services/{slug}/edit", dependencies=KEEPS_SERVICES)
async def save_service(slug: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Save what was changed."""
    view.if_refused(lambda refusal: _service_form(view, reader, slug, refusal=refusal))
    form = await view.form(ServiceForm)
    changes = form.model_dump(exclude={"revision"} if form.slug else {"revision", "slug"})
    saved = await service.update_service(tx, actor, slug, changes, seen_revision=form.revision)
    return view.redirect(f"/services/{saved.slug}", flash="Saved.")


@changing.post("/services/{slug}/delete", dependencies=KEEPS_SERVICES)
async def delete_service(slug: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Delete a service that has no releases."""
    view.if_refused(lambda refusal: _service(view, reader, actor, slug, refusal=refusal))
    form = await view.form(ReasonForm)
    await service.delete_service(tx, actor, slug, seen_revision=form.revision)
    return view.redirect("/services", flash="The service is deleted.")


async def _services(view: View, reader: Reader, actor: Actor) -> Response:
    rows = await reader.all(queries.services(with_archived=True))
    return view.page(
        "releases/services/services.html",
        rows=rows,
        tones=views.TONES,
        may_edit=actor.may(Grant.SERVICES_WRITE),
    )


async def _service(
    view: View, reader: Reader, actor: Actor, slug: str, *, refusal: Refusal | None = None
) -> Response:
    row = await queries.service_row(reader, slug)
    wanted = filters.Filter(services=(row.slug,))
    resolved = await resolve(reader, actor, wanted)
    releases = await reader.all(rows_for(wanted, resolved).limit(100))
    return view.page(
        "releases/services/service.html",
        service=row,
        rows=releases,
        feed=await audit.feed(reader, actor, "service", row.id, 10),
        may_edit=actor.may(Grant.SERVICES_WRITE),
        refusal=refusal,
        **await views.card_context(reader, releases, actor),
    )


async def _service_form(view: View, reader: Reader, slug: str, *, refusal: Refusal | None = None) -> Response:
    row = await queries.service_row(reader, slug) if slug else None
    return view.page(
        "releases/services/service_form.html", service=row, colours=COLOUR_CHOICES, refusal=refusal
    )
