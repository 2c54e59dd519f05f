"""The page of environments."""

from fastapi import APIRouter, Response

from cutwater.kernel.actor import Actor, CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.grants import Grant
from cutwater.kernel.reader import Reader
from cutwater.releases.catalogue import queries
from cutwater.releases.catalogue.service import EnvironmentDraft
from cutwater.releases.core.facts import EnvironmentKind
from cutwater.releases.environments import service
from cutwater.releases.environments.forms import EnvironmentForm
from cutwater.releases.environments.service import EnvironmentEdits
from cutwater.releases.records.forms import ReasonForm
from cutwater.web import Refusal, View

reading = APIRouter(dependencies=[needs(Grant.RELEASES_READ, "see services and environments")])
changing = APIRouter(dependencies=[needs(Grant.ENVIRONMENTS_WRITE, "change environments")])
KINDS = [(each.value, each.value.capitalize()) for each in EnvironmentKind]


@reading.get("/environments")
async def environments(reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """The environments, in their order."""
    return await _environments(view, reader, actor)


@changing.post("/environments")
async def create_environment(reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Add an environment."""
    view.if_refused(lambda refusal: _environments(view, reader, actor, refusal=refusal))
    form = await view.form(EnvironmentForm)
    created = await service.create_environment(
        tx, actor, EnvironmentDraft(**form.model_dump(exclude={"revision"}))
    )
    return view.redirect("/environments", flash=f"{created.title} is added.")


@changing.post("/environments/{slug}")
async def save_environment(slug: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Rename or reorder an environment."""
    view.if_refused(lambda refusal: _environments(view, reader, actor, refusal=refusal))
    form = await view.form(EnvironmentForm)
    edits = EnvironmentEdits(name=form.name, position=form.position)
    await service.update_environment(tx, actor, slug, edits, seen_revision=form.revision)
    return view.redirect("/environments", flash="Saved.")


@changing.post("/environments/{slug}/delete")
async def delete_environment(
    slug: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View
) -> Response:
    """Delete an environment that nothing was deployed to."""
    view.if_refused(lambda refusal: _environments(view, reader, actor, refusal=refusal))
    form = await view.form(ReasonForm)
    await service.delete_environment(tx, actor, slug, seen_revision=form.revision)
    return view.redirect("/environments", flash="The environment is deleted.")


async def _environments(
    view: View, reader: Reader, actor: Actor, *, refusal: Refusal | None = None
) -> Response:
    return view.page(
        "releases/environments/environments.html",
        rows=await reader.all(queries.environments()),
        kinds=KINDS,
        may_edit=actor.may(Grant.ENVIRONMENTS_WRITE),
        refusal=refusal,
    )
