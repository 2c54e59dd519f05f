"""Asking for approvals and giving them on a release's page."""

from uuid import UUID

from fastapi import APIRouter, Response

from cutwater.kernel.actor import CurrentActor
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.releases.approvals import service
from cutwater.releases.approvals.forms import ApproverForm, DecisionForm
from cutwater.releases.desk.pages.detail import shown_after, shown_if_refused
from cutwater.releases.records.forms import ReasonForm
from cutwater.releases.records.permissions import MAY_CHANGE, MAY_READ
from cutwater.web import View

router = APIRouter(dependencies=[MAY_CHANGE])
deciding = APIRouter(dependencies=[MAY_READ])


@router.post("/releases/{key}/approvals")
async def name_approver(key: str, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View) -> Response:
    """Name an approver."""
    shown_if_refused(view, reader, actor, key)
    form = await view.form(ApproverForm)
    await service.name_approver(tx, actor, key, form.approver_id, reason=form.reason)
    return await shown_after(view, tx, actor, key, "The approver is named.")


@deciding.post("/releases/{key}/approvals/{approval_id}/decide")
async def decide(
    key: str, approval_id: UUID, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View
) -> Response:
    """Give or refuse the approval one was named for."""
    shown_if_refused(view, reader, actor, key)
    form = await view.form(DecisionForm)
    await service.decide_approval(
        tx, actor, key, approval_id, form.verdict, note=form.note, seen_revision=form.revision
    )
    return await shown_after(view, tx, actor, key, "Your answer is recorded.")


@router.post("/releases/{key}/approvals/{approval_id}/remove")
async def remove_approver(
    key: str, approval_id: UUID, reader: ReaderDep, tx: Tx, actor: CurrentActor, view: View
) -> Response:
    """Take an approver off: an admin, with a reason."""
    shown_if_refused(view, reader, actor, key)
    form = await view.form(ReasonForm)
    await service.remove_approver(tx, actor, key, approval_id, reason=form.reason)
    return await shown_after(view, tx, actor, key, "The approver is taken off.")
