"""The forms that make and edit a release."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from cutwater import identity, sprints
from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.grants import Grant
from cutwater.kernel.reader import Reader
from cutwater.kernel.wire import Line
from cutwater.releases.core.facts import Priority
from cutwater.releases.desk.queries.detail import release_row
from cutwater.releases.records import service
from cutwater.releases.records.forms import ReleaseForm
from cutwater.releases.records.service import ReleaseDraft
from cutwater.releases.services import queries
from cutwater.web import Refusal, View

router = APIRouter(dependencies=[needs(Grant.RELEASES_WRITE, "create and edit releases")])
PRIORITIES = [(each.value, each.value.capitalize()) for each in reversed(Priority)]
Word = Annotated[Line, Query(max_length=60)]


@router.get("/releases/new")
async def new(
    reader: ReaderDep, actor: CurrentActor, view: View, service: Word = "", sprint: Word = ""
) -> Response:
    """The empty form; a service or a sprint may be chosen already."""
    return await form_page(view, reader, {"service": service, "sprint": sprint})


@router.post("/releases/new")
async def create(reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Make the release."""
    view.if_refused(lambda refusal: form_page(view, reader, {}, refusal=refusal))
    form = await view.form(ReleaseForm)
    draft = ReleaseDraft(**form.model_dump(exclude={"revision"}))
    release = await service.create_release(tx, actor, draft)
    return view.redirect(f"/releases/{release.key}", flash=f"{release.key} is created.")


@router.get("/releases/{key}/edit")
async def edit(key: str, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """The form with what is there."""
    return await _edit_page(view, reader, key)


@router.post("/releases/{key}/edit")
async def save(key: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Save what was changed."""
    view.if_refused(lambda refusal: _edit_page(view, reader, key, refusal=refusal))
    form = await view.form(ReleaseForm)
    changes = form.model_dump(exclude={"revision"})
    release = await service.update_release(tx, actor, key, changes, seen_revision=form.revision)
    return view.redirect(f"/releases/{release.key}", flash="Saved.")


async def _edit_page(view: View, reader: Reader, key: str, *, refusal: Refusal | None = None) -> Response:
    row = await release_row(reader, key)
    sprint = next((s.key for s in await sprints.sprints(reader) if s.id == row.sprint_id), "")
    given = {**row._asdict(), "service": row.service_slug, "sprint": sprint}
    return await form_page(view, reader, given, refusal=refusal, release=row)


async def form_page(
    view: View, reader: Reader, given: dict[str, Any], *, refusal: Refusal | None = None, release: Any = None
) -> Response:
    """The form, new or filled, with its choices."""
    services = await reader.all(queries.services())
    chosen = [(row.slug, row.name) for row in services]
    if release is not None and release.service_slug not in {slug for slug, _ in chosen}:
        chosen.append((release.service_slug, f"{release.service_name} (archived)"))
    people = [(each.id, each.name) for each in await identity.people(reader)]
    if release is not None and release.owner_id and release.owner_id not in {id for id, _ in people}:
        names = await identity.names(reader, {release.owner_id})
        people.append((release.owner_id, f"{names.get(release.owner_id, 'Somebody')} (not active)"))
    return view.page(
        "releases/desk/form.html",
        given=given,
        release=release,
        services=chosen,
        people=[(str(id), name) for id, name in people],
        sprints=[(each.key, f"{each.key} {each.name}") for each in await sprints.sprints(reader)],
        priorities=PRIORITIES,
        refusal=refusal,
    )
