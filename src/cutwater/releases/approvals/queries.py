"""The approvals of a release."""

from sqlalchemy import select

from cutwater.releases.approvals.models import ReleaseApproval
from cutwater.releases.catalogue.queries import Rows
from cutwater.releases.records.queries import this_release


def approvals_of(key: str) -> Rows:
    """The named approvers of a release and what they said."""
    return (
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
        .order_by(ReleaseApproval.created_at, ReleaseApproval.id)
    )
