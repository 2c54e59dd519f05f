"""Runbooks: making, renaming and publishing them."""

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import clock, search
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Conflict, refuse_if
from cutwater.kernel.etags import refuse_stale
from cutwater.kernel.ids import new_id, next_key
from cutwater.kernel.obstacle import Obstacle
from cutwater.kernel.reader import Reader
from cutwater.runbooks.core.facts import STEP_TYPES, StepType, VersionState
from cutwater.runbooks.library import events, permissions, queries
from cutwater.runbooks.library.models import Runbook, RunbookVersion


async def create_runbook(tx: AsyncSession, actor: Actor, title: str, description: str = "") -> Runbook:
    """A runbook without content; imports give it drafts."""
    refuse_if(permissions.to_write(actor, "create runbooks"))
    runbook = Runbook(
        id=new_id(), key=await next_key(tx, "RB"), title=title, description=description, revision=1
    )
    tx.add(runbook)
    await tx.flush()
    await _index(tx, runbook)
    await audit.record(tx, actor, events.RunbookCreated(runbook_id=runbook.id, key=runbook.key, title=title))
    return runbook


async def update_runbook(
    tx: AsyncSession,
    actor: Actor,
    key: str,
    *,
    title: str | None = None,
    description: str | None = None,
    seen_revision: int | None = None,
) -> Runbook:
    """Rename or describe a runbook."""
    refuse_if(permissions.to_write(actor, "change runbooks"))
    runbook = await queries.runbook_for_update(tx, key)
    refuse_stale(runbook.revision, seen_revision)
    wanted = {"title": title, "description": description}
    differences = {
        name: (getattr(runbook, name), value)
        for name, value in wanted.items()
        if value is not None and value != getattr(runbook, name)
    }
    if differences:
        for name, (_, value) in differences.items():
            setattr(runbook, name, value)
        runbook.revision += 1
        await _index(tx, runbook)
        shown = {name: pair for name, pair in differences.items() if name == "title"} or {
            "description": ("", "")
        }
        await audit.record(
            tx, actor, events.RunbookUpdated(runbook_id=runbook.id, key=runbook.key, differences=shown)
        )
    return runbook


async def publish_version(
    tx: AsyncSession, actor: Actor, key: str, *, seen_revision: int | None = None
) -> RunbookVersion:
    """Make the draft immutable; from then on iterations can be made of it."""
    refuse_if(permissions.to_publish(actor))
    runbook = await queries.runbook_for_update(tx, key)
    draft = await queries.draft_for_update(tx, runbook.id)
    if draft is None or draft.step_count == 0:
        hint = "Import a worksheet: it becomes the draft."
        raise Conflict(
            [
                Obstacle(
                    code="draft.missing",
                    text=f"{runbook.key} has no draft to publish.",
                    hint=hint,
                    cleared_by="a pilot",
                )
            ]
        )
    refuse_stale(draft.revision, seen_revision)
    draft.state, draft.published_at = VersionState.PUBLISHED, clock.now()
    draft.published_by_id = actor.user_id
    draft.revision += 1
    said = events.VersionPublished(
        runbook_id=runbook.id,
        key=runbook.key,
        version=draft.number,
        steps=draft.step_count,
        links=draft.link_count,
    )
    await audit.record(tx, actor, said)
    return draft


async def step_types(reader: Reader) -> dict[str, StepType]:
    """The nine types everybody has, and those the organization added."""
    own = await queries.own_step_types(reader)
    return {**STEP_TYPES, **{row.code: StepType(label=row.label, tone=row.tone) for row in own}}


async def _index(tx: AsyncSession, runbook: Runbook) -> None:
    await search.put(
        tx,
        kind="runbook",
        id=runbook.id,
        key=runbook.key,
        title=runbook.title,
        path=f"/runbooks/{runbook.key}",
    )
