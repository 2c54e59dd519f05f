"""Runbooks: the list, one of them with its versions and steps, publishing."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from cutwater import audit, identity
from cutwater.kernel.actor import Actor, CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.grants import Grant
from cutwater.kernel.paging import OffsetDep, Page
from cutwater.kernel.reader import Reader
from cutwater.runbooks.library import queries
from cutwater.runbooks.library.forms import RunbookForm
from cutwater.runbooks.library.service import runbooks
from cutwater.web import Refusal, View

router = APIRouter(dependencies=[needs(Grant.RUNBOOKS_READ, "see runbooks")])


@router.get("/runbooks")
async def list_runbooks(reader: ReaderDep, actor: CurrentActor, view: View, offset: OffsetDep) -> Response:
    """The runbooks with their newest versions."""
    rows, total = await queries.runbooks(reader, offset)
    page = Page(rows=rows, per_page=offset.per_page, page=offset.page, total=total)
    return view.page("runbooks/library/runbooks.html", page=page, may_import=actor.may(Grant.RUNBOOKS_WRITE))


@router.get("/runbooks/{key}")
async def runbook(
    key: str,
    reader: ReaderDep,
    actor: CurrentActor,
    view: View,
    version: Annotated[int | None, Query(ge=1, le=1_000_000)] = None,
) -> Response:
    """A runbook: its versions, and the steps of one of them."""
    return await show_runbook(key, reader, actor, view, number=version)


async def show_runbook(
    key: str,
    reader: Reader,
    actor: Actor,
    view: View,
    *,
    number: int | None = None,
    refusal: Refusal | None = None,
) -> Response:
    """The page, also after a refusal."""
    found = await queries.runbook(reader, key)
    versions = await queries.versions(reader, found.id)
    chosen = next((each for each in versions if each.number == number), versions[0] if versions else None)
    steps, links = (
        await reader.batch(queries.steps_of(chosen.id), queries.links_of(chosen.id)) if chosen else ([], [])
    )
    codes = {row.id: row.code for row in steps}
    waits: dict[object, list[str]] = {}
    for link in links:
        kind = "" if link.kind == "FS" and not link.lag_minutes else f" {link.kind}"
        lag = f"{link.lag_minutes:+d}" if link.lag_minutes else ""
        soft = "" if link.is_hard else " soft"
        waits.setdefault(link.after_id, []).append(f"{codes[link.before_id]}{kind}{lag}{soft}")
    return await view.large(
        "runbooks/library/runbook.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        runbook=found,
        versions=versions,
        version=chosen,
        steps=steps,
        waits=waits,
        teams={team.id: team.name for team in await identity.teams(reader)},
        may_edit=actor.may(Grant.RUNBOOKS_WRITE),
        may_publish=actor.may(Grant.RUNBOOKS_PUBLISH),
        may_plan=actor.may(Grant.RUNS_PLAN),
        entries=await audit.feed(reader, actor, "runbook", found.id, limit=15),
    )


@router.post("/runbooks/{key}/edit", dependencies=[needs(Grant.RUNBOOKS_WRITE, "change runbooks")])
async def change(key: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Rename or describe the runbook."""
    view.if_refused(lambda refusal: show_runbook(key, reader, actor, view, refusal=refusal))
    form = await view.form(RunbookForm)
    await runbooks.update_runbook(
        tx, actor, key, title=form.title, description=form.description, seen_revision=form.revision
    )
    return view.redirect(f"/runbooks/{key}", flash="The runbook is changed.")


@router.post("/runbooks/{key}/publish", dependencies=[needs(Grant.RUNBOOKS_PUBLISH, "publish runbooks")])
async def publish(key: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Make the draft immutable, ready to be run."""
    view.if_refused(lambda refusal: show_runbook(key, reader, actor, view, refusal=refusal))
    version = await runbooks.publish_version(tx, actor, key)
    return view.redirect(
        f"/runbooks/{key}", flash=f"Version {version.number} is published and stays as it is."
    )
