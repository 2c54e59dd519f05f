"""The forms of approvals."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from cutwater.kernel.wire import Body, Text
from cutwater.releases.core.facts import Verdict

Note = Annotated[Text, Field(max_length=2000)]


class ApproverForm(Body):
    """Whose approval is needed."""

    approver_id: UUID
    reason: Note = ""


class DecisionForm(Body):
    """An approver's answer."""

    verdict: Verdict
    note: Note = ""
    revision: int | None = None
