"""Issues made here. Those of another system are read only: change them there, then import again."""

from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import clock, search
from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.errors import Conflict, Invalid, refuse_if
from cutwater.kernel.etags import refuse_stale
from cutwater.kernel.frozen import frozen
from cutwater.kernel.grants import Grant
from cutwater.kernel.ids import new_id, next_key
from cutwater.kernel.obstacle import Obstacle
from cutwater.sprints.core import lifecycle
from cutwater.sprints.core.facts import STATUSES, Category, Origin, SiteKind
from cutwater.sprints.issues.events import IssueCreated, IssueDeleted, IssueUpdated
from cutwater.sprints.issues.models import Issue, IssueChange
from cutwater.sprints.issues.queries.lists import issue_for_update
from cutwater.sprints.sites.models import Site
from cutwater.sprints.sites.service import own_site
from cutwater.sprints.sprints.models import Sprint, SprintMembership
from cutwater.sprints.sprints.queries import sprint_for_update

_QUIET = {"assignee_name", "owner_name", "description"}


@frozen
class IssueEdit:
    """What a person may set of an issue; `stage` is needed for a status that is not one of ours."""

    title: str
    description: str = ""
    type_name: str = "Task"
    status: str = "To do"
    stage: Category | None = None
    priority: str | None = None
    points: Decimal | None = None
    discipline_team: str | None = None
    assignee_name: str | None = None
    owner_name: str | None = None
    parent_key: str | None = None
    is_flagged: bool = False
    labels: tuple[str, ...] = ()


NewIssue = IssueEdit
_EDITED = tuple(item.name for item in fields(IssueEdit) if item.name != "stage")


async def create_issue(tx: AsyncSession, actor: Actor, new: IssueEdit, *, sprint: str = "") -> Issue:
    """Make an issue of our own, in a sprint of our own if one is named: that takes who may fill sprints."""
    filling = lacking(actor, Grant.SPRINTS_WRITE, "fill a sprint") if sprint else []
    refuse_if(lacking(actor, Grant.ISSUES_WRITE, "create an issue") + filling)
    values = _values(new)
    now = clock.now()
    issue = Issue(
        id=new_id(),
        site_id=await own_site(tx, SiteKind.NATIVE),
        key=await next_key(tx, "ISS"),
        reporter_name=actor.name if actor.kind == "user" else None,
        reporter_account=str(actor.user_id) if actor.user_id else None,
        source_created_at=now,
        source_updated_at=now,
        revision=1,
        **values,
    )
    if issue.status_category == Category.DONE:
        issue.done_at, issue.done_source = now, "edit"
    tx.add(issue)
    await tx.flush()
    if sprint:
        await _into(tx, issue, sprint)
    await _findable(tx, issue)
    await audit.record(tx, actor, IssueCreated(issue_id=issue.id, key=issue.key, title=issue.title))
    return issue


def _values(edit: IssueEdit) -> dict[str, Any]:
    wrong = {}
    stage = STATUSES.get(edit.status) or edit.stage
    if not edit.title:
        wrong["title"] = "Give the issue a title."
    if stage is None:
        wrong["status"] = f"Choose one of {', '.join(STATUSES)}, or say which stage it belongs to."
    if edit.points is not None and not 0 <= edit.points <= 1_000_000:
        wrong["points"] = "Points are a number from 0 to 1,000,000."
    if wrong:
        raise Invalid(wrong)
    values = {name: getattr(edit, name) for name in _EDITED}
    for name in ("priority", "discipline_team", "assignee_name", "owner_name", "parent_key"):
        values[name] = values[name] or None
    is_subtask = edit.type_name.casefold() in ("sub-task", "subtask")
    return values | {"labels": list(edit.labels), "status_category": stage, "is_subtask": is_subtask}


async def _into(tx: AsyncSession, issue: Issue, key: str) -> Sprint:
    sprint = await sprint_for_update(tx, key)
    refuse_if(lifecycle.imported(sprint.external_id is None))
    tx.add(
        SprintMembership(
            id=new_id(), sprint_id=sprint.id, issue_id=issue.id, origin=Origin.CHOSEN, joined_at=clock.now()
        )
    )
    return sprint


async def _findable(tx: AsyncSession, issue: Issue) -> None:
    await search.put(
        tx, kind="issue", id=issue.id, key=issue.key, title=issue.title, path=f"/issues/{issue.key}"
    )


async def update_issue(
    tx: AsyncSession, actor: Actor, key: str, edit: IssueEdit, *, seen_revision: int | None = None
) -> Issue:
    """Change an issue of our own; each changed field goes into its history."""
    refuse_if(lacking(actor, Grant.ISSUES_WRITE, "change an issue"))
    issue = await issue_for_update(tx, key)
    refuse_stale(issue.revision, seen_revision)
    refuse_if(lifecycle.imported(await _is_native(tx, issue.site_id)))
    after = _values(edit)
    changed = {
        name: (getattr(issue, name), value) for name, value in after.items() if getattr(issue, name) != value
    }
    if not changed:
        return issue
    if "status_category" in changed:
        done = after["status_category"] == Category.DONE
        issue.done_at, issue.done_source = (clock.now(), "edit") if done else (None, None)
    for name, (_, value) in changed.items():
        setattr(issue, name, value)
    issue.revision, issue.source_updated_at = issue.revision + 1, clock.now()
    _remember(tx, actor, issue, changed)
    if "title" in changed:
        await _findable(tx, issue)
    told = {name: ("…", "…") if name in _QUIET else pair for name, pair in changed.items()}
    await audit.record(tx, actor, IssueUpdated(issue_id=issue.id, key=issue.key, fields=told))
    return issue


def _remember(tx: AsyncSession, actor: Actor, issue: Issue, changed: Mapping[str, tuple[Any, Any]]) -> None:
    entry = str(new_id())
    for position, (name, (was, became)) in enumerate(changed.items()):
        if name in ("status_category", "is_subtask"):
            continue
        tx.add(
            IssueChange(
                id=new_id(),
                at=clock.now(),
                issue_id=issue.id,
                external_id=entry,
                position=position,
                author_id=actor.user_id,
                field=name.removesuffix("_name").replace("_", " "),
                field_id=name,
                was=_written(was),
                became=_written(became),
            )
        )


def _written(value: Any) -> str | None:
    if value is None:
        return None
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


async def _is_native(tx: AsyncSession, site_id: UUID) -> bool:
    return await tx.scalar(select(Site.kind).where(Site.id == site_id)) == SiteKind.NATIVE


async def delete_issue(tx: AsyncSession, actor: Actor, key: str, *, seen_revision: int | None = None) -> None:
    """Delete an issue of our own that nothing hangs on."""
    refuse_if(lacking(actor, Grant.ISSUES_WRITE, "delete an issue"))
    issue = await issue_for_update(tx, key)
    refuse_stale(issue.revision, seen_revision)
    refuse_if(lifecycle.imported(await _is_native(tx, issue.site_id)))
    inside = await tx.scalars(
        select(Sprint.key)
        .join(SprintMembership, SprintMembership.sprint_id == Sprint.id)
        .where(SprintMembership.issue_id == issue.id, SprintMembership.left_at.is_(None))
    )
    obstacles = [
        Obstacle(code="issue.sprint", text=f"It is in {sprint}.", hint="Take it out of the sprint first.")
        for sprint in inside
    ]
    if obstacles:
        raise Conflict(obstacles)
    issue.deleted_at, issue.revision = clock.now(), issue.revision + 1
    await search.drop(tx, issue.id)
    await audit.record(tx, actor, IssueDeleted(issue_id=issue.id, key=issue.key))
