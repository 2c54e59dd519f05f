"""What happens to the approvals of a release."""

from typing import ClassVar
from uuid import UUID

from cutwater.releases.records.events import AboutRelease


class ApproverNamed(AboutRelease):
    name: ClassVar[str] = "release.approver_named"
    approver_id: UUID

    def headline(self) -> str:
        return "named an approver"


class ApproverRemoved(AboutRelease):
    name: ClassVar[str] = "release.approver_removed"
    approver_id: UUID

    def headline(self) -> str:
        return "took an approver off"


class ApprovalGiven(AboutRelease):
    name: ClassVar[str] = "release.approval_given"
    approver_id: UUID
    verdict: str

    def headline(self) -> str:
        return "approved it" if self.verdict == "APPROVED" else "refused it"
