"""One issue, whole: a single trip."""

from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from cutwater.kernel.errors import NotFound
from cutwater.kernel.reader import Reader
from cutwater.sprints.issues.models import Issue, IssueChange, IssueLink
from cutwater.sprints.issues.queries.conditions import is_blocked, visible
from cutwater.sprints.issues.queries.lists import by_reference
from cutwater.sprints.sites.models import Project, Site
from cutwater.sprints.sprints.models import Sprint, SprintMembership


async def whole(reader: Reader, key: str, site: UUID | None = None) -> dict[str, Any]:
    """One issue with its history, links, sub-tasks, sprints and namesakes: one trip."""
    chosen = by_reference(key, site).scalar_subquery()
    parts = (_fields, _history, _links, _stays, _children)
    issue, changes, links, sprints, children, sites = await reader.batch(
        *(part(chosen) for part in parts), _namesakes(key)
    )
    if not issue:
        raise NotFound(f"Issue {key[:60]}")
    return {
        "issue": issue[0],
        "changes": changes,
        "issue_links": links,
        "sprints": sprints,
        "children": children,
        "namesakes": sites if len(sites) > 1 else [],
    }


def _fields(chosen: Any) -> Any:
    """An issue with its site, its project and whether it is blocked."""
    return (
        select(
            *Issue.__table__.c,
            Site.name.label("site_name"),
            Site.kind.label("site_kind"),
            Site.url.label("site_url"),
            Project.key.label("project_key"),
            Project.name.label("project_name"),
            is_blocked.label("is_blocked"),
        )
        .select_from(Issue)
        .join(Site, Site.id == Issue.site_id)
        .outerjoin(Project, Project.id == Issue.project_id)
        .where(Issue.id == chosen)
    )


def _history(chosen: Any) -> Any:
    """Its newest changes."""
    return (
        select(
            IssueChange.at,
            IssueChange.author_name,
            IssueChange.author_id,
            IssueChange.field,
            IssueChange.was,
            IssueChange.became,
            IssueChange.external_id,
        )
        .where(IssueChange.issue_id == chosen)
        .order_by(IssueChange.at.desc(), IssueChange.position)
        .limit(200)
    )


def _links(chosen: Any) -> Any:
    """Its links, with what is known of the other issue."""
    other = aliased(Issue)
    return (
        select(
            IssueLink.label,
            IssueLink.type_name,
            IssueLink.is_blocker,
            IssueLink.other_key,
            func.coalesce(other.title, IssueLink.other_title).label("other_title"),
            func.coalesce(other.status_category, IssueLink.other_category).label("other_category"),
            other.id.label("other_id"),
            other.status.label("other_status"),
        )
        .outerjoin(other, other.id == IssueLink.other_issue_id)
        .where(IssueLink.issue_id == chosen)
        .order_by(IssueLink.is_blocker.desc(), IssueLink.label, IssueLink.other_key)
    )


def _stays(chosen: Any) -> Any:
    """Its stays in sprints, the present ones first."""
    return (
        select(Sprint.key, Sprint.name, Sprint.state, SprintMembership.joined_at, SprintMembership.left_at)
        .join(Sprint, Sprint.id == SprintMembership.sprint_id)
        .where(SprintMembership.issue_id == chosen, Sprint.deleted_at.is_(None))
        .order_by(SprintMembership.left_at.is_not(None), Sprint.starts_on.desc().nulls_last())
    )


def _children(chosen: Any) -> Any:
    """Its sub-tasks and children."""
    child, mine = aliased(Issue), aliased(Issue)
    return (
        select(child.key, child.title, child.status, child.status_category)
        .join(mine, and_(mine.site_id == child.site_id, mine.key == child.parent_key))
        .where(mine.id == chosen, child.deleted_at.is_(None))
        .order_by(func.length(child.key), child.key)
        .limit(200)
    )


def _namesakes(key: str) -> Any:
    """The sites that have an issue of this key."""
    return (
        select(Site.id, Site.name)
        .join(Issue, Issue.site_id == Site.id)
        .where(visible(), Issue.key == key)
        .order_by(Site.name)
    )
