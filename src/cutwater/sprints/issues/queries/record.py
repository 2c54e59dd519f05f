"""One issue: which one a key means, and all there is of it in a single trip."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ScalarSelect, Select, and_, func, select
from sqlalchemy.orm import aliased

from cutwater.kernel.errors import NotFound
from cutwater.kernel.frozen import frozen
from cutwater.kernel.keyed import named
from cutwater.kernel.reader import Reader, Rows, columns_of
from cutwater.sprints.core.facts import SiteKind
from cutwater.sprints.issues.models import Issue, IssueChange, IssueLink
from cutwater.sprints.issues.queries.conditions import is_blocked, visible
from cutwater.sprints.issues.queries.lists import IssueBrief, briefs
from cutwater.sprints.sites.models import Project, Site
from cutwater.sprints.sprints.models import Sprint, SprintMembership


class IssueRow(NamedTuple):
    """An issue with its site, its project and whether it is blocked."""

    id: UUID
    key: str
    site_id: UUID
    site_name: str
    site_kind: str
    external_id: str | None
    title: str
    description: str
    type_name: str
    is_subtask: bool
    status: str
    status_category: str
    priority: str | None
    points: Decimal | None
    discipline_team: str | None
    reporter_name: str | None
    owner_name: str | None
    assignee_name: str | None
    is_flagged: bool
    is_blocked: bool
    parent_key: str | None
    labels: list[str]
    remote_links: int
    source_created_at: datetime | None
    source_updated_at: datetime | None
    resolved_at: datetime | None
    done_at: datetime | None
    done_source: str | None
    synced_at: datetime | None
    revision: int
    project_key: str | None
    project_name: str | None

    @property
    def is_native(self) -> bool:
        """Whether it was made here."""
        return self.site_kind == SiteKind.NATIVE


class ChangeRow(NamedTuple):
    """One changed field of an issue."""

    at: datetime
    author_name: str | None
    author_id: UUID | None
    field: str
    was: str | None
    became: str | None


class LinkRow(NamedTuple):
    """A link, with what is known of the other issue."""

    label: str
    type_name: str
    is_blocker: bool
    other_key: str
    other_title: str
    other_category: str
    other_id: UUID | None


class StayRow(NamedTuple):
    """A stay in a sprint."""

    key: str
    name: str
    state: str
    joined_at: datetime | None
    left_at: datetime | None


class ChildRow(NamedTuple):
    """A sub-task or child."""

    key: str
    title: str
    status: str
    status_category: str


class SiteName(NamedTuple):
    """A site that has an issue of this key."""

    id: UUID
    name: str


@frozen
class IssueRecord:
    """One issue with its history, links, sprints and sub-tasks; `namesakes` are the sites that have its key,
    where several do."""

    issue: IssueRow
    changes: list[ChangeRow]
    links: list[LinkRow]
    sprints: list[StayRow]
    children: list[ChildRow]
    namesakes: list[SiteName]


def by_reference(key: str, site: UUID | None = None) -> Select[UUID]:
    """The issue with this key or id; with the key in several sites, ours first, then the oldest site's."""
    statement = select(Issue.id).join(Site, Site.id == Issue.site_id).where(visible(), named(Issue, key))
    if site is not None:
        statement = statement.where(Issue.site_id == site)
    return statement.order_by(Site.kind != SiteKind.NATIVE, Site.id).limit(1)


async def issue_by_key(reader: Reader, key: str) -> IssueBrief | None:
    """The issue with this key or id, ours first when several sites have it; None when there is none."""
    return await reader.first(briefs(Issue.id == by_reference(key).scalar_subquery()))


def issues_in_sprint(sprint_id: UUID) -> Select[UUID]:
    """The ids of the issues that are in a sprint now."""
    return (
        select(SprintMembership.issue_id)
        .join(Issue, Issue.id == SprintMembership.issue_id)
        .where(SprintMembership.sprint_id == sprint_id, SprintMembership.left_at.is_(None), visible())
    )


async def issue_record(reader: Reader, key: str, site: UUID | None = None) -> IssueRecord:
    """One issue with all there is of it: one trip; NotFound when it is not this organization's."""
    chosen = by_reference(key, site).scalar_subquery()
    issues, changes, links, sprints, children, sites = await reader.batch(
        _issue(chosen), _changes(chosen), _links(chosen), _stays(chosen), _children(chosen), _namesakes(key)
    )
    if not issues:
        raise NotFound(f"Issue {key[:60]}")
    return IssueRecord(
        issue=issues[0],
        changes=changes,
        links=links,
        sprints=sprints,
        children=children,
        namesakes=sites if len(sites) > 1 else [],
    )


def _issue(chosen: ScalarSelect[UUID]) -> Rows[IssueRow]:
    columns = columns_of(
        IssueRow,
        Issue,
        site_name=Site.name,
        site_kind=Site.kind,
        is_blocked=is_blocked,
        project_key=Project.key,
        project_name=Project.name,
    )
    statement = (
        select(*columns)
        .select_from(Issue)
        .join(Site, Site.id == Issue.site_id)
        .outerjoin(Project, Project.id == Issue.project_id)
        .where(Issue.id == chosen)
    )
    return Rows(IssueRow, statement)


def _changes(chosen: ScalarSelect[UUID]) -> Rows[ChangeRow]:
    """Its newest changes."""
    statement = (
        select(*columns_of(ChangeRow, IssueChange))
        .where(IssueChange.issue_id == chosen)
        .order_by(IssueChange.at.desc(), IssueChange.position)
        .limit(200)
    )
    return Rows(ChangeRow, statement)


def _links(chosen: ScalarSelect[UUID]) -> Rows[LinkRow]:
    other = aliased(Issue)
    columns = columns_of(
        LinkRow,
        IssueLink,
        other_title=func.coalesce(other.title, IssueLink.other_title),
        other_category=func.coalesce(other.status_category, IssueLink.other_category),
        other_id=other.id,
    )
    statement = (
        select(*columns)
        .select_from(IssueLink)
        .outerjoin(other, other.id == IssueLink.other_issue_id)
        .where(IssueLink.issue_id == chosen)
        .order_by(IssueLink.is_blocker.desc(), IssueLink.label, IssueLink.other_key)
    )
    return Rows(LinkRow, statement)


def _stays(chosen: ScalarSelect[UUID]) -> Rows[StayRow]:
    """Its stays in sprints, the present ones first."""
    columns = columns_of(
        StayRow, Sprint, joined_at=SprintMembership.joined_at, left_at=SprintMembership.left_at
    )
    statement = (
        select(*columns)
        .select_from(SprintMembership)
        .join(Sprint, Sprint.id == SprintMembership.sprint_id)
        .where(SprintMembership.issue_id == chosen, Sprint.deleted_at.is_(None))
        .order_by(SprintMembership.left_at.is_not(None), Sprint.starts_on.desc().nulls_last())
    )
    return Rows(StayRow, statement)


def _children(chosen: ScalarSelect[UUID]) -> Rows[ChildRow]:
    child, parent = aliased(Issue), aliased(Issue)
    statement = (
        select(child.key, child.title, child.status, child.status_category)
        .join(parent, and_(parent.site_id == child.site_id, parent.key == child.parent_key))
        .where(parent.id == chosen, child.deleted_at.is_(None))
        .order_by(func.length(child.key), child.key)
        .limit(200)
    )
    return Rows(ChildRow, statement)


def _namesakes(key: str) -> Rows[SiteName]:
    statement = (
        select(Site.id, Site.name)
        .join(Issue, Issue.site_id == Site.id)
        .where(visible(), named(Issue, key))
        .order_by(Site.name)
    )
    return Rows(SiteName, statement)
