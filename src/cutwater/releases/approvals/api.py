"""The API of a release's approvals."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from cutwater.kernel.actor import CurrentActor
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, every, one
from cutwater.kernel.etags import SeenRevision
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.reader import Reader, SessionReader
from cutwater.kernel.wire import Text
from cutwater.releases.approvals import queries, service
from cutwater.releases.approvals.models import ReleaseApproval
from cutwater.releases.approvals.schemas import ApprovalRead, ApproverCreate, DecisionPatch
from cutwater.releases.records.permissions import MAY_CHANGE, MAY_READ
from cutwater.releases.records.queries import row_of, rows_of

reading = APIRouter(tags=["releases"], dependencies=[MAY_READ], prefix="/releases/{key}")
changing = APIRouter(
    tags=["releases"], dependencies=[MAY_CHANGE], prefix="/releases/{key}", route_class=IdempotentRoute
)


@reading.get("/approvals", response_model=Many[ApprovalRead])
async def list_approvals(key: str, request: Request, reader: ReaderDep) -> dict[str, object]:
    """Who must approve, and what they said."""
    return every(await rows_of(reader, key, queries.approvals_of(key)), request)


@changing.post("/approvals", status_code=201, response_model=Item[ApprovalRead])
async def name_approver(
    key: str, body: ApproverCreate, request: Request, response: Response, tx: Tx, actor: CurrentActor
) -> dict[str, object]:
    """Name somebody whose approval is needed."""
    approval_id = await service.name_approver(tx, actor, key, body.approver_id, reason=body.reason)
    return await _answer(SessionReader(tx), key, approval_id, request, response)


@reading.get("/approvals/{approval_id}", response_model=Item[ApprovalRead])
async def read_approval(
    key: str, approval_id: UUID, request: Request, response: Response, reader: ReaderDep
) -> dict[str, object]:
    """One approval."""
    return await _answer(reader, key, approval_id, request, response)


@reading.patch("/approvals/{approval_id}", response_model=Item[ApprovalRead])
async def decide(
    key: str,
    approval_id: UUID,
    body: DecisionPatch,
    request: Request,
    response: Response,
    tx: Tx,
    actor: CurrentActor,
    seen: SeenRevision,
) -> dict[str, object]:
    """Give or refuse the approval you were named for."""
    await service.decide_approval(
        tx, actor, key, approval_id, body.verdict, note=body.note, seen_revision=seen
    )
    return await _answer(SessionReader(tx), key, approval_id, request, response)


@changing.delete("/approvals/{approval_id}", status_code=204)
async def remove_approver(
    key: str,
    approval_id: UUID,
    tx: Tx,
    actor: CurrentActor,
    reason: Annotated[Text, Query(max_length=2000, description="Why; the log keeps it.")] = "",
) -> None:
    """Take an approver off: an admin, with a reason."""
    await service.remove_approver(tx, actor, key, approval_id, reason=reason)


async def _answer(
    reader: Reader, key: str, approval_id: UUID, request: Request, response: Response
) -> dict[str, object]:
    this = queries.approvals_of(key).where(ReleaseApproval.id == approval_id)
    row = await row_of(reader, key, this, "This approval")
    return one(row, row.revision, request, response)
