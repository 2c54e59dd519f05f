"""Services, environments, freezes and requirements."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from cutwater import audit
from cutwater.kernel.actor import Actor, CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.grants import Grant
from cutwater.kernel.reader import Reader
from cutwater.releases import filters, queries, service
from cutwater.releases.drafts import EnvironmentDraft, FreezeDraft, ServiceDraft
from cutwater.releases.facts import LABELS, PATH, EnvironmentKind
from cutwater.releases.forms import EnvironmentForm, FreezeForm, ReasonForm, ServiceForm, SwitchForm
from cutwater.releases.lifecycle import REQUIREMENTS
from cutwater.releases.models import COLOURS
from cutwater.releases.pages import show
from cutwater.releases.requirements import SENTENCES
from cutwater.web import Refusal, View

reading = APIRouter(dependencies=[needs(Grant.RELEASES_READ, "see services and environments")])
changing = APIRouter()
KEEPS_SERVICES = [needs(Grant.SERVICES_WRITE, "change services")]
KEEPS_ENVIRONMENTS = [needs(Grant.ENVIRONMENTS_WRITE, "change environments")]
KEEPS_FREEZES = [needs(Grant.FREEZES_WRITE, "change freezes")]
SWITCHES = [needs(Grant.RELEASES_CONFIGURE, "switch requirements")]
KINDS = [(each.value, each.value.capitalize()) for each in EnvironmentKind]
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
    saved = await service.edit_service(tx, actor, slug, changes, seen_revision=form.revision)
    return view.redirect(f"/services/{saved.slug}", flash="Saved.")


@changing.post("/services/{slug}/delete", dependencies=KEEPS_SERVICES)
async def delete_service(slug: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Delete a service that has no releases."""
    view.if_refused(lambda refusal: _service(view, reader, actor, slug, refusal=refusal))
    form = await view.form(ReasonForm)
    await service.delete_service(tx, actor, slug, seen_revision=form.revision)
    return view.redirect("/services", flash="The service is deleted.")


@reading.get("/environments")
async def environments(reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """The environments, in their order."""
    return await _environments(view, reader, actor)


@changing.post("/environments", dependencies=KEEPS_ENVIRONMENTS)
async def create_environment(reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Add an environment."""
    view.if_refused(lambda refusal: _environments(view, reader, actor, refusal=refusal))
    form = await view.form(EnvironmentForm)
    created = await service.create_environment(
        tx, actor, EnvironmentDraft(**form.model_dump(exclude={"revision"}))
    )
    return view.redirect("/environments", flash=f"{created.name} is added.")


@changing.post("/environments/{slug}", dependencies=KEEPS_ENVIRONMENTS)
async def save_environment(slug: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Rename or reorder an environment."""
    view.if_refused(lambda refusal: _environments(view, reader, actor, refusal=refusal))
    form = await view.form(EnvironmentForm)
    changes = form.model_dump(include={"name", "position"})
    await service.edit_environment(tx, actor, slug, changes, seen_revision=form.revision)
    return view.redirect("/environments", flash="Saved.")


@changing.post("/environments/{slug}/delete", dependencies=KEEPS_ENVIRONMENTS)
async def delete_environment(
    slug: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View
) -> Response:
    """Delete an environment that nothing was deployed to."""
    view.if_refused(lambda refusal: _environments(view, reader, actor, refusal=refusal))
    form = await view.form(ReasonForm)
    await service.delete_environment(tx, actor, slug, seen_revision=form.revision)
    return view.redirect("/environments", flash="The environment is deleted.")


@reading.get("/freezes")
async def freezes(reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """The freezes that are open or planned."""
    return await _freezes(view, reader, actor)


@changing.post("/freezes", dependencies=KEEPS_FREEZES)
async def create_freeze(reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Plan a freeze."""
    view.if_refused(lambda refusal: _freezes(view, reader, actor, refusal=refusal))
    form = await view.form(FreezeForm)
    await service.create_freeze(tx, actor, FreezeDraft(**form.model_dump(exclude={"revision"})))
    return view.redirect("/freezes", flash="The freeze is planned.")


@changing.get("/freezes/{freeze_id}/edit", dependencies=KEEPS_FREEZES)
async def edit_freeze(freeze_id: UUID, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """The form with what is there."""
    return await _freeze_form(view, reader, freeze_id)


@changing.post("/freezes/{freeze_id}/edit", dependencies=KEEPS_FREEZES)
async def save_freeze(
    freeze_id: UUID, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View
) -> Response:
    """Save what was changed."""
    view.if_refused(lambda refusal: _freeze_form(view, reader, freeze_id, refusal=refusal))
    form = await view.form(FreezeForm)
    changes = form.model_dump(exclude={"revision"})
    await service.edit_freeze(tx, actor, freeze_id, changes, seen_revision=form.revision)
    return view.redirect("/freezes", flash="Saved.")


@changing.post("/freezes/{freeze_id}/delete", dependencies=KEEPS_FREEZES)
async def delete_freeze(
    freeze_id: UUID, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View
) -> Response:
    """Lift a freeze."""
    view.if_refused(lambda refusal: _freezes(view, reader, actor, refusal=refusal))
    form = await view.form(ReasonForm)
    await service.delete_freeze(tx, actor, freeze_id, seen_revision=form.revision)
    return view.redirect("/freezes", flash="The freeze is lifted.")


@reading.get("/releases/requirements")
async def requirements(reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """What each status demands; a manager switches it."""
    return await _requirements(view, reader, actor)


@changing.post("/releases/requirements", dependencies=SWITCHES)
async def switch(reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Switch one requirement of one status."""
    view.if_refused(lambda refusal: _requirements(view, reader, actor, refusal=refusal))
    form = await view.form(SwitchForm)
    await service.switch_requirement(tx, actor, form.target, form.requirement, is_on=form.is_on)
    said = f"“{SENTENCES[form.requirement]}” is {'demanded' if form.is_on else 'no longer demanded'}"
    return view.redirect("/releases/requirements", flash=f"{said} for {LABELS[form.target]}.")


async def _services(view: View, reader: Reader, actor: Actor) -> Response:
    rows = await reader.all(queries.services(with_archived=True))
    return view.page(
        "releases/services.html", rows=rows, tones=show.TONES, may_edit=actor.may(Grant.SERVICES_WRITE)
    )


async def _service(
    view: View, reader: Reader, actor: Actor, slug: str, *, refusal: Refusal | None = None
) -> Response:
    row = await queries.service_row(reader, slug)
    wanted = filters.Filter(services=(row.slug,))
    resolved = await queries.resolve(reader, actor, wanted)
    releases = await reader.all(queries.rows_for(wanted, resolved).limit(100))
    return view.page(
        "releases/service.html",
        service=row,
        rows=releases,
        feed=await audit.feed(reader, actor, "service", row.id, 10),
        may_edit=actor.may(Grant.SERVICES_WRITE),
        refusal=refusal,
        **await show.card_context(reader, releases, actor),
    )


async def _service_form(view: View, reader: Reader, slug: str, *, refusal: Refusal | None = None) -> Response:
    row = await queries.service_row(reader, slug) if slug else None
    return view.page("releases/service_form.html", service=row, colours=COLOUR_CHOICES, refusal=refusal)


async def _environments(
    view: View, reader: Reader, actor: Actor, *, refusal: Refusal | None = None
) -> Response:
    return view.page(
        "releases/environments.html",
        rows=await reader.all(queries.environments()),
        kinds=KINDS,
        may_edit=actor.may(Grant.ENVIRONMENTS_WRITE),
        refusal=refusal,
    )


async def _freezes(view: View, reader: Reader, actor: Actor, *, refusal: Refusal | None = None) -> Response:
    rows, places = await reader.batch(queries.freezes(), queries.environments())
    return view.page(
        "releases/freezes.html",
        rows=rows,
        places=[(each.slug, each.name) for each in places],
        may_edit=actor.may(Grant.FREEZES_WRITE),
        zone=actor.zone,
        refusal=refusal,
    )


async def _freeze_form(
    view: View, reader: Reader, freeze_id: UUID, *, refusal: Refusal | None = None
) -> Response:
    places = await reader.all(queries.environments())
    freeze, zone = await queries.freeze_row(reader, freeze_id), view.actor.zone if view.actor else "UTC"
    return view.page(
        "releases/freeze_form.html",
        freeze=freeze,
        places=[(each.slug, each.name) for each in places],
        starts_at=f"{freeze.starts_at.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}",
        ends_at=f"{freeze.ends_at.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}",
        zone=zone,
        refusal=refusal,
    )


async def _requirements(
    view: View, reader: Reader, actor: Actor, *, refusal: Refusal | None = None
) -> Response:
    switched = await queries.switches(reader)
    table: list[tuple[Any, list[tuple[Any, str, bool, bool]]]] = [
        (
            target,
            [
                (each, SENTENCES[each], switched.get((target, each), default), default)
                for each, default in REQUIREMENTS[target].items()
            ],
        )
        for target in PATH
        if REQUIREMENTS[target]
    ]
    return view.page(
        "releases/requirements.html",
        table=table,
        labels=LABELS,
        may_edit=actor.may(Grant.RELEASES_CONFIGURE),
        refusal=refusal,
    )
