"""What the API takes and gives for approvals."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from cutwater.kernel.wire import Body, Out, Text
from cutwater.releases.core.facts import Verdict


class ApprovalRead(Out):
    """A named approver and the answer."""

    id: UUID
    approver_id: UUID
    named_by_id: UUID | None
    verdict: Verdict
    note: str
    decided_at: datetime | None
    revision: int
    created_at: datetime


class ApproverCreate(Body):
    """Whose approval is needed; `reason` when an admin names themself."""

    approver_id: UUID
    reason: Annotated[Text, Field(max_length=2000)] = ""


class DecisionPatch(Body):
    """The approver's answer; a refusal says why."""

    verdict: Verdict
    note: Annotated[Text, Field(max_length=2000)] = ""
