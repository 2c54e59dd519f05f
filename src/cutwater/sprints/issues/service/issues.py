"""Issues made here. Those of another system are read only: change them there, then import again."""

from dataclasses import fields
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import clock, search
from cutwater.kernel.actor import Actor
from cutwater.kernel.changes import Pair, changed
from cutwater.kernel.errors import Invalid, NotFound, refuse
from cutwater.kernel.frozen import frozen
from cutwater.kernel.ids import new_id, next_key
from cutwater.kernel.keyed import held
from cutwater.kernel.obstacle import Obstacle
from cutwater.sprints.core import lifecycle
from cutwater.sprints.core.facts import STATUSES, Category, SiteKind
from cutwater.sprints.issues import permissions
from cutwater.sprints.issues.events import IssueCreated, IssueDeleted, IssueUpdated
from cutwater.sprints.issues.models import Issue, IssueChange
from cutwater.sprints.issues.queries.record import by_reference
from cutwater.sprints.sites import queries as sites
from cutwater.sprints.sites.service import own_site
from cutwater.sprints.sprints import permissions as sprint_permissions
from cutwater.sprints.sprints.queries import sprints_of_issue
from cutwater.sprints.sprints.service.memberships import join
from cutwater.sprints.sprints.service.sprints import foreign, held_sprint

PRIVATE = ("assignee_name", "owner_name", "description")


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


async def create_issue(tx: AsyncSession, actor: Actor, new: IssueEdit, *, sprint: str = "") -> IssueCreated:
    """Make an issue of our own, in a sprint of our own if one is named: that takes who may fill sprints."""
    filling = sprint_permissions.to_write(actor, "fill a sprint") if sprint else []
    refuse(may=permissions.to_write(actor, "create an issue") + filling)
    stage = _stage_of(new)
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
        **_values(new, stage),
        **_done(stage),
    )
    tx.add(issue)
    await tx.flush()
    if sprint:
        into = await held_sprint(tx, sprint)
        refuse(rules=foreign(into))
        join(tx, into.id, issue.id)
    await _put_in_search(tx, issue)
    created = IssueCreated(issue_id=issue.id, key=issue.key, title=issue.title)
    await audit.record(tx, actor, created)
    return created


def _stage_of(edit: IssueEdit) -> Category:
    """The stage an edit puts the issue in; Invalid with every wrong field."""
    wrong = {}
    stage = STATUSES.get(edit.status) or edit.stage
    if not edit.title:
        wrong["title"] = "Give the issue a title."
    if stage is None:
        wrong["status"] = f"Choose one of {', '.join(STATUSES)}, or say which stage it belongs to."
    if edit.points is not None and not 0 <= edit.points <= 1_000_000:
        wrong["points"] = "Points are a number from 0 to 1,000,000."
    if wrong or stage is None:
        raise Invalid(wrong)
    return stage


def _values(edit: IssueEdit, stage: Category) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(edit, name) for name in _EDITED}
    for name in ("priority", "discipline_team", "assignee_name", "owner_name"):
        values[name] = values[name] or None
    values["parent_key"] = edit.parent_key.upper() if edit.parent_key else None
    is_subtask = edit.type_name.casefold() in ("sub-task", "subtask")
    return values | {"labels": list(edit.labels), "status_category": stage, "is_subtask": is_subtask}


def _done(stage: Category) -> dict[str, object]:
    is_done = stage is Category.DONE
    return {"done_at": clock.now() if is_done else None, "done_source": "edit" if is_done else None}


async def _put_in_search(tx: AsyncSession, issue: Issue) -> None:
    await search.put(
        tx, kind="issue", id=issue.id, key=issue.key, title=issue.title, path=f"/issues/{issue.key}"
    )


async def held_issue(tx: AsyncSession, key: str) -> Issue:
    """The issue with this key or id, ours first when several sites have it, locked; NotFound without one."""
    issue_id = await tx.scalar(by_reference(key))
    if issue_id is None:
        raise NotFound(f"Issue {key[:60]}")
    return await held(tx, Issue, issue_id, what=f"Issue {key[:60]}")


async def update_issue(
    tx: AsyncSession, actor: Actor, key: str, edit: IssueEdit, *, seen_revision: int | None = None
) -> UUID:
    """Change an issue of our own; each changed field goes into its history."""
    issue = await held_issue(tx, key)
    refuse(
        may=permissions.to_write(actor, "change an issue"),
        seen=await audit.stale(tx, "issue", issue, seen_revision),
        rules=await _foreign(tx, issue),
    )
    stage = _stage_of(edit)
    was_in, before = issue.status_category, _edited_of(issue)
    changes = changed(issue, _values(edit, stage), private=PRIVATE)
    if not changes:
        return issue.id
    if was_in != stage:
        for name, value in _done(stage).items():
            setattr(issue, name, value)
    issue.source_updated_at = clock.now()
    _remember(tx, actor, issue, {name: (before[name], getattr(issue, name)) for name in changes})
    if "title" in changes:
        await _put_in_search(tx, issue)
    await audit.record(tx, actor, IssueUpdated(issue_id=issue.id, key=issue.key, changes=changes))
    return issue.id


def _edited_of(issue: Issue) -> dict[str, object]:
    return {name: getattr(issue, name) for name in (*_EDITED, "status_category", "is_subtask")}


def _remember(tx: AsyncSession, actor: Actor, issue: Issue, pairs: dict[str, Pair]) -> None:
    entry = str(new_id())
    for position, (name, (was, became)) in enumerate(pairs.items()):
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


def _written(value: object) -> str | None:
    if value is None:
        return None
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


async def _foreign(tx: AsyncSession, issue: Issue) -> list[Obstacle]:
    """What keeps us from changing an issue of another system."""
    return lifecycle.imported(sites.is_native(await tx.scalar(sites.kind_of(issue.site_id))))


async def delete_issue(tx: AsyncSession, actor: Actor, key: str, *, seen_revision: int | None = None) -> None:
    """Delete an issue of our own that is in no sprint."""
    issue = await held_issue(tx, key)
    inside = await tx.scalars(sprints_of_issue(issue.id))
    in_sprints = [
        Obstacle(code="issue.sprint", text=f"It is in {sprint}.", hint="Take it out of the sprint first.")
        for sprint in inside
    ]
    refuse(
        may=permissions.to_write(actor, "delete an issue"),
        seen=await audit.stale(tx, "issue", issue, seen_revision),
        rules=await _foreign(tx, issue) + in_sprints,
    )
    changed(issue, {"deleted_at": clock.now()})
    await search.drop(tx, issue.id)
    await audit.record(tx, actor, IssueDeleted(issue_id=issue.id, key=issue.key))
