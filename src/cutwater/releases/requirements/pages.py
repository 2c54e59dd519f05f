"""The page of requirements."""

from typing import Any

from fastapi import APIRouter, Response

from cutwater.kernel.actor import Actor, CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.grants import Grant
from cutwater.kernel.reader import Reader
from cutwater.releases.core.facts import LABELS, PATH
from cutwater.releases.core.lifecycle import REQUIREMENTS
from cutwater.releases.core.requirements import SENTENCES
from cutwater.releases.requirements import queries, service
from cutwater.releases.requirements.forms import SwitchForm
from cutwater.web import Refusal, View

reading = APIRouter(dependencies=[needs(Grant.RELEASES_READ, "see services and environments")])
changing = APIRouter()

SWITCHES = [needs(Grant.RELEASES_CONFIGURE, "switch requirements")]


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
        "releases/requirements/requirements.html",
        table=table,
        labels=LABELS,
        may_edit=actor.may(Grant.RELEASES_CONFIGURE),
        refusal=refusal,
    )
