"""The forms that make and edit a release."""

from typing import Annotated, cast

from fastapi import APIRouter, Query, Response

from cutwater import identity, sprints
from cutwater.kernel.actor import CurrentActor
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.reader import Reader
from cutwater.kernel.wire import Line
from cutwater.releases.catalogue.queries import service_choices
from cutwater.releases.core.facts import Priority
from cutwater.releases.desk.queries.detail import release_row
from cutwater.releases.desk.queries.rows import HeadRow
from cutwater.releases.records import service as records
from cutwater.releases.records.forms import ReleaseForm
from cutwater.releases.records.permissions import MAY_CHANGE
from cutwater.releases.records.service import ReleaseDraft, ReleaseEdits
from cutwater.web import Refusal, View

router = APIRouter(dependencies=[MAY_CHANGE])
PRIORITIES = [(each.value, each.value.capitalize()) for each in reversed(Priority)]
Word = Annotated[Line, Query(max_length=60)]


@router.get("/releases/new")
async def new(reader: ReaderDep, view: View, service: Word = "", sprint: Word = "") -> Response:
    """The empty form; a service or a sprint may be chosen already."""
    return await _form(view, reader, {"service": service, "sprint": sprint})


@router.post("/releases/new")
async def create(reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Make the release."""
    view.if_refused(lambda refusal: _form(view, reader, {}, refusal=refusal))
    form = await view.form(ReleaseForm)
    draft = ReleaseDraft(**form.model_dump(exclude={"revision"}))
    created = await records.create_release(tx, actor, draft)
    return view.redirect(f"/releases/{created.key}", flash=f"{created.key} is created.")


@router.get("/releases/{key}/edit")
async def edit(key: str, reader: ReaderDep, view: View) -> Response:
    """The form with what is there."""
    return await _filled_form(view, reader, key)


@router.post("/releases/{key}/edit")
async def save(key: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Save what was changed."""
    view.if_refused(lambda refusal: _filled_form(view, reader, key, refusal=refusal))
    form = await view.form(ReleaseForm)
    edits = cast(ReleaseEdits, form.model_dump(exclude={"revision"}))
    updated = await records.update_release(tx, actor, key, edits, seen_revision=form.revision)
    return view.redirect(f"/releases/{updated.key}", flash="Saved.")


async def _filled_form(view: View, reader: Reader, key: str, *, refusal: Refusal | None = None) -> Response:
    row = await release_row(reader, key)
    sprint = next((s.key for s in await sprints.all_sprints(reader) if s.id == row.sprint_id), "")
    given = {**row._asdict(), "service": row.service_slug, "sprint": sprint}
    return await _form(view, reader, given, refusal=refusal, release=row)


async def _form(
    view: View,
    reader: Reader,
    given: dict[str, object],
    *,
    refusal: Refusal | None = None,
    release: HeadRow | None = None,
) -> Response:
    """The form, new or filled, with its choices."""
    return view.page(
        "releases/desk/form.html",
        given=given,
        release=release,
        services=await _services(reader, release),
        people=await _people(reader, release),
        sprints=[(each.key, f"{each.key} {each.name}") for each in await sprints.all_sprints(reader)],
        priorities=PRIORITIES,
        refusal=refusal,
    )


async def _services(reader: Reader, release: HeadRow | None) -> list[tuple[str, str]]:
    """The services to choose from; one that is archived by now stays until another is chosen."""
    choices = [(row.slug, row.name) for row in await reader.all(service_choices())]
    if release is not None and release.service_slug not in {slug for slug, _ in choices}:
        choices.append((release.service_slug, f"{release.service_name} (archived)"))
    return choices


async def _people(reader: Reader, release: HeadRow | None) -> list[tuple[str, str]]:
    """The people to choose from; an owner who has left stays until another is chosen."""
    choices = {each.id: each.name for each in await identity.people(reader)}
    owner_id = release.owner_id if release is not None else None
    if owner_id is not None and owner_id not in choices:
        names = await identity.names(reader, {owner_id})
        choices[owner_id] = f"{names.get(owner_id, 'Somebody')} (not active)"
    return [(str(id), name) for id, name in choices.items()]
