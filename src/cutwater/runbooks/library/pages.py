"""Runbooks: the list, one of them with its versions and steps, publishing."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from cutwater import audit, identity
from cutwater.kernel.actor import Actor, CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.grants import Grant
from cutwater.kernel.paging import OffsetDep, Page
from cutwater.kernel.reader import Reader
from cutwater.runbooks.library import queries, service, views
from cutwater.runbooks.library.forms import RunbookForm
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
    shown = await views.runbook(reader, key, number)
    return await view.large(
        "runbooks/library/runbook.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        runbook=shown.runbook,
        versions=shown.versions,
        version=shown.version,
        draft=shown.draft,
        steps=shown.steps,
        waits=shown.waits,
        teams={team.id: team.name for team in await identity.all_teams(reader)},
        may_edit=actor.may(Grant.RUNBOOKS_WRITE),
        may_publish=actor.may(Grant.RUNBOOKS_PUBLISH),
        may_plan=actor.may(Grant.RUNS_PLAN),
        entries=await audit.feed(reader, actor, "runbook", shown.runbook.id, limit=15),
    )


@router.post("/runbooks/{key}/edit", dependencies=[needs(Grant.RUNBOOKS_WRITE, "change runbooks")])
async def update(key: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Rename or describe the runbook."""
    view.if_refused(lambda refusal: show_runbook(key, reader, actor, view, refusal=refusal))
    form = await view.form(RunbookForm)
    await service.update_runbook(
        tx, actor, key, title=form.title, description=form.description, seen_revision=form.revision
    )
    return view.redirect(f"/runbooks/{key}", flash="The runbook is changed.")


@router.post("/runbooks/{key}/publish", dependencies=[needs(Grant.RUNBOOKS_PUBLISH, "publish runbooks")])
async def publish(key: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Make the draft immutable, ready to be run."""
    view.if_refused(lambda refusal: show_runbook(key, reader, actor, view, refusal=refusal))
    published = await service.publish_version(tx, actor, key)
    return view.redirect(
        f"/runbooks/{published.key}", flash=f"Version {published.version} is published and stays as it is."
    )
