"""The page of requirements."""

from itertools import groupby

from fastapi import APIRouter, Response

from cutwater.kernel.actor import Actor, CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.grants import Grant
from cutwater.kernel.reader import Reader
from cutwater.releases.core.facts import LABELS
from cutwater.releases.core.requirements import SENTENCES
from cutwater.releases.requirements import service, views
from cutwater.releases.requirements.forms import SwitchForm
from cutwater.web import Refusal, View

reading = APIRouter(dependencies=[needs(Grant.RELEASES_READ, "see services and environments")])
changing = APIRouter(dependencies=[needs(Grant.RELEASES_CONFIGURE, "switch requirements")])


@reading.get("/releases/requirements")
async def requirements(reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """What each status demands; a manager switches it."""
    return await _requirements(view, reader, actor)


@changing.post("/releases/requirements")
async def switch(reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Switch one requirement of one status."""
    view.if_refused(lambda refusal: _requirements(view, reader, actor, refusal=refusal))
    form = await view.form(SwitchForm)
    await service.switch_requirement(tx, actor, form.target, form.requirement, is_on=form.is_on)
    done = f"“{SENTENCES[form.requirement]}” is {'demanded' if form.is_on else 'no longer demanded'}"
    return view.redirect("/releases/requirements", flash=f"{done} for {LABELS[form.target]}.")


async def _requirements(
    view: View, reader: Reader, actor: Actor, *, refusal: Refusal | None = None
) -> Response:
    demands = groupby(await views.demands(reader), key=lambda demand: demand.target)
    return view.page(
        "releases/requirements/requirements.html",
        targets=[(target, list(of_it)) for target, of_it in demands],
        may_edit=actor.may(Grant.RELEASES_CONFIGURE),
        refusal=refusal,
    )
