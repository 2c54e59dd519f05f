"""The forms of a sprint."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.grants import Grant
from cutwater.kernel.wire import Line
from cutwater.sprints.sprints import queries
from cutwater.sprints.sprints.forms import SprintForm
from cutwater.sprints.sprints.service import verbs
from cutwater.web import View

router = APIRouter()

reads, writes = needs(Grant.SPRINTS_READ), needs(Grant.SPRINTS_WRITE, "manage sprints")


@router.get("/sprints/new", dependencies=[writes])
async def new(view: View) -> Response:
    """The form of a new sprint."""
    return view.page("sprints/sprints/form.html", sprint=None)


@router.post("/sprints", dependencies=[writes])
async def create(tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Make a sprint of our own."""
    view.if_refused(_form_again(view, None))
    form = await view.form(SprintForm)
    sprint = await verbs.create_sprint(
        tx, actor, form.name, goal=form.goal, starts_on=form.starts_on, ends_on=form.ends_on
    )
    return view.done(f"/sprints/{sprint.key}", flash=f"Sprint {sprint.key} created")


def _form_again(view: View, sprint: Any) -> Any:
    async def again(refusal: Any) -> Response:
        return view.page("sprints/sprints/form.html", sprint=sprint, refusal=refusal, status=refusal.status)

    return again


@router.get("/sprints/{key}/edit", dependencies=[writes])
async def edit(key: Line, reader: ReaderDep, view: View) -> Response:
    """The form of a sprint."""
    return view.page("sprints/sprints/form.html", sprint=await queries.sprint(reader, key))


@router.post("/sprints/{key}", dependencies=[writes])
async def change(key: Line, tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Change a sprint of our own."""
    view.if_refused(_form_again(view, await queries.sprint(reader, key)))
    form = await view.form(SprintForm)
    sprint = await verbs.update_sprint(
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
