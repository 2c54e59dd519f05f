"""Adding and removing dependencies on a release's page."""

from uuid import UUID

from fastapi import APIRouter, Response

from cutwater.kernel.actor import CurrentActor
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.releases.dependencies import service
from cutwater.releases.dependencies.forms import DependencyForm
from cutwater.releases.desk.pages.detail import shown_after, shown_if_refused
from cutwater.releases.records.permissions import MAY_CHANGE
from cutwater.web import View

router = APIRouter(dependencies=[MAY_CHANGE])


@router.post("/releases/{key}/dependencies")
async def add_dependency(key: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Let it depend on another release; a cycle is refused by name."""
    shown_if_refused(view, reader, actor, key)
    form = await view.form(DependencyForm)
    await service.add_dependency(tx, actor, key, form.blocker, form.kind)
    return await shown_after(view, tx, actor, key, f"{key} now depends on {form.blocker.upper()}.")


@router.post("/releases/{key}/dependencies/{dependency_id}/remove")
async def remove_dependency(
    key: str, dependency_id: UUID, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View
) -> Response:
    """Take a dependency away."""
    shown_if_refused(view, reader, actor, key)
    await service.remove_dependency(tx, actor, key, dependency_id)
    return await shown_after(view, tx, actor, key, "The dependency is gone.")
