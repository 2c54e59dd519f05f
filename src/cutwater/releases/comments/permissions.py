"""Who may change and delete a comment."""

from uuid import UUID

from cutwater.kernel.actor import Actor
from cutwater.kernel.grants import Grant
from cutwater.kernel.obstacle import Obstacle
from cutwater.releases.records.permissions import to_contribute


def to_update_comment(actor: Actor, author_id: UUID | None) -> list[Obstacle]:
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
    return [] if actor.may(Grant.ORGANIZATION_CONFIGURE) else to_update_comment(actor, author_id)
