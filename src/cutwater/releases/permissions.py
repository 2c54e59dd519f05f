"""Who may do what with a release; every answer is a list of obstacles, empty when they may."""

from uuid import UUID

from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.grants import Grant
from cutwater.kernel.obstacle import Obstacle
from cutwater.releases.lifecycle import Manner

DOING = {Manner.FORCED: "force a move", Manner.FREEZE_OVERRIDDEN: "override a freeze"}


def to_contribute(actor: Actor, doing: str = "change releases") -> list[Obstacle]:
    """Create and edit releases, items, dependencies and comments."""
    return lacking(actor, Grant.RELEASES_WRITE, doing)


def to_move(actor: Actor, manner: Manner = Manner.PLAIN) -> list[Obstacle]:
    """Move a release; past the rules only managers may."""
    if manner is Manner.PLAIN:
        return to_contribute(actor, "move a release")
    return lacking(actor, Grant.RELEASES_FORCE, DOING[manner])


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


def to_edit_comment(actor: Actor, author_id: UUID | None) -> list[Obstacle]:
    """Change a comment: its author only."""
    missing = to_contribute(actor, "comment")
    if missing or (actor.user_id is not None and actor.user_id == author_id):
        return missing
    return [
        Obstacle(
            code="permission.author",
            text="Only its author can edit this comment.",
            hint="Write a comment of your own.",
            cleared_by="its author",
        )
    ]


def to_delete_comment(actor: Actor, author_id: UUID | None) -> list[Obstacle]:
    """Delete a comment: its author, or an admin."""
    return [] if actor.may(Grant.ORGANIZATION_CONFIGURE) else to_edit_comment(actor, author_id)
