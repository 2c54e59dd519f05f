"""Who must approve a release, and what they said."""

from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit, identity
from cutwater.kernel import clock, etags
from cutwater.kernel.actor import Actor
from cutwater.kernel.changes import changed
from cutwater.kernel.errors import Conflict, Invalid, NotFound, refuse
from cutwater.kernel.ids import new_id
from cutwater.kernel.keyed import held
from cutwater.kernel.obstacle import Obstacle
from cutwater.kernel.reader import SessionReader
from cutwater.releases.approvals import permissions
from cutwater.releases.approvals.events import ApprovalGiven, ApproverNamed, ApproverRemoved
from cutwater.releases.approvals.models import ReleaseApproval
from cutwater.releases.core.facts import ACTIVE, LABELS, Status, Verdict
from cutwater.releases.core.refusals import unfit
from cutwater.releases.records.models import Release


async def name_approver(
    tx: AsyncSession, actor: Actor, key: str, approver_id: UUID, *, reason: str = ""
) -> UUID:
    """Name somebody whose approval the release needs; yourself only as an admin, with a reason.

    What comes back is the id of the approval that is asked for.
    """
    release = await held(tx, Release, key, what="This release")
    refuse(may=permissions.to_name_approver(actor, approver_id, reason), rules=_over(release))
    await _refuse_unfit(tx, release, approver_id)
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
    return approval.id


async def decide_approval(
    tx: AsyncSession,
    actor: Actor,
    key: str,
    approval_id: UUID,
    verdict: Verdict,
    *,
    note: str = "",
    seen_revision: int | None = None,
) -> ApprovalGiven:
    """Give or refuse the approval one was named for; changing one's mind is a new answer."""
    release = await held(tx, Release, key, what="This release")
    approval = await _held(tx, release, approval_id)
    names = await identity.names(SessionReader(tx), {approval.approver_id})
    approver = names.get(approval.approver_id, "the named approver")
    refuse(
        may=permissions.to_decide(actor, approval.approver_id, approver),
        seen=etags.stale(approval.revision, seen_revision),
        rules=_over(release),
    )
    why = note.strip()
    if verdict is Verdict.REFUSED and not why:
        raise Invalid({"note": "Say why it is refused."})
    changed(approval, {"verdict": verdict, "note": why, "decided_at": clock.now()})
    given = ApprovalGiven(
        release_id=release.id, key=release.key, approver_id=approval.approver_id, verdict=verdict.value
    )
    await audit.record(tx, actor, given, note=why)
    return given


async def remove_approver(
    tx: AsyncSession, actor: Actor, key: str, approval_id: UUID, *, reason: str
) -> ApproverRemoved:
    """Take a named approver off: an admin, with a reason."""
    release = await held(tx, Release, key, what="This release")
    approval = await _held(tx, release, approval_id)
    refuse(may=permissions.to_overrule(actor, reason, "take an approver off"), rules=_over(release))
    changed(approval, {"deleted_at": clock.now()})
    removed = ApproverRemoved(release_id=release.id, key=release.key, approver_id=approval.approver_id)
    await audit.record(tx, actor, removed, note=reason)
    return removed


async def _held(tx: AsyncSession, release: Release, approval_id: UUID) -> ReleaseApproval:
    of_it = ReleaseApproval.release_id == release.id
    return await held(tx, ReleaseApproval, approval_id, of_it, what="This approval")


async def _refuse_unfit(tx: AsyncSession, release: Release, approver_id: UUID) -> None:
    """Only members can approve, and nobody is named twice."""
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
