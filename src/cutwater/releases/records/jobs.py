"""People are told what happened to their releases."""

from uuid import UUID

from sqlalchemy import select

from cutwater import audit, notifications
from cutwater.kernel.jobs import JobRun, job
from cutwater.releases.records.models import Release

SUBSCRIBERS: dict[str, tuple[str, ...]] = {
    "release.moved": ("releases.tell",),
    "release.assigned": ("releases.tell",),
    "release.blocked": ("releases.tell",),
    "release.unblocked": ("releases.tell",),
    "release.comment_added": ("releases.tell",),
    "release.approver_named": ("releases.tell",),
    "release.dependency_resolved": ("releases.tell",),
    "release.dependency_reopened": ("releases.tell",),
}


@job("releases.tell")
async def tell(run: JobRun, *, organization_id: UUID, event_id: int) -> None:
    """Put what happened into the inbox of the release's owner, or of the approver who was named."""
    event = await audit.event_by_id(run.reader(), event_id)
    async with run.tx() as tx:
        owned = select(Release.owner_id, Release.title).where(Release.id == event.subject_id)
        owner_id, title = (await tx.execute(owned)).one_or_none() or (None, "")
        approver_id = event.data.get("approver_id")
        person = UUID(str(approver_id)) if approver_id else owner_id
        if person is None or person == event.actor_user_id:
            return
        await notifications.tell(
            tx,
            [person],
            _sentence(event, title),
            f"/releases/{event.subject_key}",
            kind=event.name,
            event_id=event_id,
        )


def _sentence(event: audit.LoggedEvent, title: str) -> str:
    name = f"{event.subject_key} {title}".rstrip()
    return (
        f"{name} needs your approval"
        if event.name == "release.approver_named"
        else f"{name}: {event.headline}"
    )
