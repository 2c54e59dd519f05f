"""The approvals of a release."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from cutwater.kernel.reader import Rows
from cutwater.releases.approvals.models import ReleaseApproval
from cutwater.releases.records.queries import this_release


class ApprovalRow(NamedTuple):
    """A named approver and the answer."""

    id: UUID
    approver_id: UUID
    named_by_id: UUID | None
    verdict: str
    note: str
    decided_at: datetime | None
    revision: int
    created_at: datetime


def approvals_of(key: str) -> Rows[ApprovalRow]:
    """The named approvers of a release and what they said, the first named first."""
    return Rows(
        ApprovalRow,
        select(
            ReleaseApproval.id,
            ReleaseApproval.approver_id,
            ReleaseApproval.named_by_id,
            ReleaseApproval.verdict,
            ReleaseApproval.note,
            ReleaseApproval.decided_at,
            ReleaseApproval.revision,
            ReleaseApproval.created_at,
        )
        .where(ReleaseApproval.release_id.in_(this_release(key)), ReleaseApproval.deleted_at.is_(None))
        .order_by(ReleaseApproval.created_at, ReleaseApproval.id),
    )
