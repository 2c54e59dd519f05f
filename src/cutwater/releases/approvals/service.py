"""Who must approve a release, and what they said."""

from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit, identity
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Conflict, Invalid, NotFound, refuse_if
from cutwater.kernel.etags import refuse_stale
from cutwater.kernel.ids import new_id
from cutwater.kernel.obstacle import Obstacle
from cutwater.kernel.reader import SessionReader
from cutwater.releases.approvals import permissions
from cutwater.releases.approvals.events import ApprovalGiven, ApproverNamed, ApproverRemoved
from cutwater.releases.approvals.models import ReleaseApproval
from cutwater.releases.core.facts import ACTIVE, LABELS, Status, Verdict
from cutwater.releases.core.refusals import unfit
from cutwater.releases.records import queries
from cutwater.releases.records.models import Release


async def name_approver(
    tx: AsyncSession, actor: Actor, key: str, approver_id: UUID, *, reason: str = ""
) -> ReleaseApproval:
    """Name somebody whose approval the release needs; yourself only as an admin, with a reason."""
    release = await queries.release_for_update(tx, key)
    refuse_if(permissions.to_name_approver(actor, approver_id, reason) + _over(release))
    try:
        person = await identity.person_in_organization(tx, approver_id)
    except NotFound:
        raise unfit("approver_id", "Choose a member of the organization.") from None
    there = exists().where(
        ReleaseApproval.release_id == release.id,
        ReleaseApproval.approver_id == approver_id,
        ReleaseApproval.deleted_at.is_(None),
    )
    if await tx.scalar(select(there)):
        text = f"{person.name} is named already."
        raise Conflict([Obstacle(code="approval.named_already", text=text, hint="Name somebody else.")])
    approval = ReleaseApproval(
        id=new_id(),
        release_id=release.id,
        approver_id=approver_id,
        named_by_id=actor.user_id,
        verdict=Verdict.PENDING.value,
    )
    tx.add(approval)
    await tx.flush()
    named = ApproverNamed(release_id=release.id, key=release.key, approver_id=approver_id)
    await audit.record(tx, actor, named, note=reason)
    return approval


async def decide_approval(
    tx: AsyncSession,
    actor: Actor,
    key: str,
    approval_id: UUID,
    verdict: Verdict,
    *,
    note: str = "",
    seen_revision: int | None = None,
) -> ReleaseApproval:
    """Give or refuse the approval one was named for; changing one's mind is a new answer."""
    release = await queries.release_for_update(tx, key)
    approval = await queries.owned_for_update(tx, ReleaseApproval, release, approval_id, "This approval")
    names = await identity.names(SessionReader(tx), {approval.approver_id})
    name = names.get(approval.approver_id, "the named approver")
    refuse_if(permissions.to_decide(actor, approval.approver_id, name) + _over(release))
    refuse_stale(approval.revision, seen_revision)
    if verdict is Verdict.REFUSED and not note.strip():
        raise Invalid({"note": "Say why it is refused."})
    approval.verdict, approval.note, approval.decided_at = verdict.value, note.strip(), clock.now()
    approval.revision += 1
    given = ApprovalGiven(
        release_id=release.id, key=release.key, approver_id=approval.approver_id, verdict=verdict.value
    )
    await audit.record(tx, actor, given, note=note.strip())
    return approval


async def remove_approver(
    tx: AsyncSession, actor: Actor, key: str, approval_id: UUID, *, reason: str
) -> None:
    """Take a named approver off: an admin, with a reason."""
    release = await queries.release_for_update(tx, key)
    approval = await queries.owned_for_update(tx, ReleaseApproval, release, approval_id, "This approval")
    refuse_if(permissions.to_overrule(actor, reason, "take an approver off") + _over(release))
    approval.deleted_at = clock.now()
    approval.revision += 1
    removed = ApproverRemoved(release_id=release.id, key=release.key, approver_id=approval.approver_id)
    await audit.record(tx, actor, removed, note=reason)


def _over(release: Release) -> list[Obstacle]:
    status = Status(release.status)
    if status in ACTIVE:
        return []
    return [
        Obstacle(
            code="release.finished",
            text=f"{release.key} is {LABELS[status]}; there is nothing left to approve.",
            hint="Plan a new release.",
        )
    ]
