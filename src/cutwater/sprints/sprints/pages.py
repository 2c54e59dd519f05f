"""The forms of a sprint."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter
from fastapi.responses import Response

from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.grants import Grant
from cutwater.kernel.wire import Line
from cutwater.sprints.sprints import queries
from cutwater.sprints.sprints.forms import SprintForm
from cutwater.sprints.sprints.queries import SprintRow
from cutwater.sprints.sprints.service import sprints as service
from cutwater.web import Refusal, View

router = APIRouter()
writes = needs(Grant.SPRINTS_WRITE, "manage sprints")


@router.get("/sprints/new", dependencies=[writes])
async def new(view: View) -> Response:
    """The form of a new sprint."""
    return view.page("sprints/sprints/form.html", sprint=None)


@router.post("/sprints", dependencies=[writes])
async def create(tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Make a sprint of our own."""
    view.if_refused(_form_again(view, None))
    form = await view.form(SprintForm)
    created = await service.create_sprint(
        tx, actor, form.name, goal=form.goal, starts_on=form.starts_on, ends_on=form.ends_on
    )
    return view.done(f"/sprints/{created.key}", flash=f"Sprint {created.key} created")


def _form_again(view: View, sprint: SprintRow | None) -> Callable[[Refusal], Awaitable[Response]]:
    async def again(refusal: Refusal) -> Response:
        return view.page("sprints/sprints/form.html", sprint=sprint, refusal=refusal, status=refusal.status)

    return again


@router.get("/sprints/{key}/edit", dependencies=[writes])
async def edit(key: Line, reader: ReaderDep, view: View) -> Response:
    """The form of a sprint."""
    return view.page("sprints/sprints/form.html", sprint=await queries.sprint(reader, key))


@router.post("/sprints/{key}", dependencies=[writes])
async def update(key: Line, tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Change a sprint of our own."""
    sprint = await queries.sprint(reader, key)
    view.if_refused(_form_again(view, sprint))
    form = await view.form(SprintForm)
    await service.update_sprint(
        tx,
        actor,
        key,
        name=form.name,
        goal=form.goal,
        starts_on=form.starts_on,
        ends_on=form.ends_on,
        seen_revision=form.revision,
    )
    return view.done(f"/sprints/{sprint.key}", flash="Saved")
