"""Who may approve, and who may say who approves."""

from uuid import UUID

from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.grants import Grant
from cutwater.kernel.obstacle import Obstacle
from cutwater.releases.records.permissions import to_contribute


def to_decide(actor: Actor, approver_id: UUID, approver: str) -> list[Obstacle]:
    """Give or refuse an approval: only the person who was named."""
    if actor.user_id == approver_id and actor.kind != "job":
        return []
    return [
        Obstacle(
            code="permission.approver",
            text=f"Only {approver} can give this approval.",
            hint="An admin may name another approver, with a reason.",
            cleared_by=approver,
        )
    ]


def to_name_approver(actor: Actor, approver_id: UUID, reason: str) -> list[Obstacle]:
    """Name an approver: anybody who edits releases names somebody else; an admin anybody, with a reason."""
    missing = to_contribute(actor, "name an approver")
    if missing or approver_id != actor.user_id:
        return missing
    return to_overrule(actor, reason, "name yourself as an approver")


def to_overrule(actor: Actor, reason: str, doing: str) -> list[Obstacle]:
    """Change who approves: an admin, who says why."""
    missing = lacking(actor, Grant.ORGANIZATION_CONFIGURE, doing)
    if missing or reason.strip():
        return missing
    return [
        Obstacle(
            code="approval.reason_needed",
            text="Changing who approves needs a reason.",
            hint="Say why; the log keeps it.",
            cleared_by="an admin",
        )
    ]
