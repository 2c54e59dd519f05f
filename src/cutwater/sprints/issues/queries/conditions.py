"""The conditions of the query box as SQL."""

import re

from sqlalchemy import ColumnElement, and_, exists, false, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from cutwater.kernel.rows import Term as Column
from cutwater.sprints.core.facts import SiteKind
from cutwater.sprints.core.issue_query import NONE, STAGES, IssueQuery, Term
from cutwater.sprints.issues.models import Issue, IssueLink
from cutwater.sprints.sites.models import Project, Site
from cutwater.sprints.sprints.models import Sprint, SprintMembership

_other = aliased(Issue)
OPEN = ("TODO", "IN_PROGRESS")
_KEY = re.compile(r"SPR-\d+", re.IGNORECASE)

has_open_blocker = exists(
    select(literal(1))
    .select_from(IssueLink)
    .outerjoin(_other, _other.id == IssueLink.other_issue_id)
    .where(IssueLink.organization_id == Issue.organization_id, IssueLink.issue_id == Issue.id)
    .where(IssueLink.is_blocker)
    .where(func.coalesce(_other.status_category, IssueLink.other_category).in_(OPEN))
    .correlate(Issue)
)
is_blocked = and_(Issue.status_category != "DONE", or_(Issue.is_flagged, has_open_blocker))
stakeholder = func.coalesce(Issue.owner_name, Issue.reporter_name)


def visible() -> ColumnElement[bool]:
    """Issues that were not deleted."""
    return Issue.deleted_at.is_(None)


def matching(query: IssueQuery) -> list[ColumnElement[bool]]:
    """The conditions of a query box."""
    found = [visible()]
    for term in query.terms:
        condition = _condition(term)
        # a condition on an empty column is neither true nor false, and "not team:X" means those too
        found.append(func.coalesce(condition, false()).is_(False) if term.is_not else condition)
    return found


def _condition(term: Term) -> ColumnElement[bool]:
    if term.field == "":
        word = term.value.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        return or_(Issue.key == term.value.upper(), Issue.title.ilike(f"%{word}%"))
    if term.field == "is":
        return _state(term.value)
    if term.field == "stage":
        return Issue.status_category == STAGES[term.value.lower()]
    if term.field == "sprint":
        return _in_sprint(term.value)
    if term.field == "points":
        return _points(term.value)
    if term.field == "done":
        return Issue.done_at.is_(None) if term.value == NONE else Issue.done_at.is_not(None)
    if term.field == "label":
        return Issue.labels.contains([term.value])
    if term.field in ("project", "site"):
        return _place(term)
    if term.field in ("key", "parent"):
        return _key(Issue.key if term.field == "key" else Issue.parent_key, term.value)
    columns = _COLUMNS[term.field]
    if term.value == NONE:
        return or_(columns[0].is_(None), columns[0] == "")
    return or_(*(column == term.value for column in columns))


_COLUMNS: dict[str, tuple[Column, ...]] = {
    "team": (Issue.discipline_team,),
    "status": (Issue.status,),
    "type": (Issue.type_name,),
    "priority": (Issue.priority,),
    "assignee": (Issue.assignee_name, Issue.assignee_account),
    "owner": (Issue.owner_name, Issue.owner_account),
    "reporter": (Issue.reporter_name, Issue.reporter_account),
    "stakeholder": (stakeholder, func.coalesce(Issue.owner_account, Issue.reporter_account)),
}


def _key(
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], given: str
) -> ColumnElement[bool]:
    return column.is_(None) if given == NONE else column == given.upper()


def _state(word: str) -> ColumnElement[bool]:
    native = select(Site.id).where(Site.kind == SiteKind.NATIVE)
    states: dict[str, ColumnElement[bool]] = {
        "done": Issue.status_category == "DONE",
        "open": Issue.status_category != "DONE",
        "blocked": is_blocked,
        "flagged": Issue.is_flagged.is_(True),
        "subtask": Issue.is_subtask.is_(True),
        "estimated": Issue.points >= 0,
        "native": Issue.site_id.in_(native),
    }
    return states[word]


def _points(word: str) -> ColumnElement[bool]:
    if word == NONE:
        return Issue.points.is_(None)
    if word == "negative":
        return Issue.points < 0
    try:
        return Issue.points == float(word)
    except ValueError:
        return false()


def _in_sprint(key: str) -> ColumnElement[bool]:
    stays = (
        select(literal(1))
        .select_from(SprintMembership)
        .where(SprintMembership.issue_id == Issue.id, SprintMembership.left_at.is_(None))
    )
    if key == NONE:
        return ~exists(stays.correlate(Issue))
    # what looks like a key is one: a sprint may be named like the key of another
    wanted = Sprint.key == key.upper() if _KEY.fullmatch(key) else Sprint.name == key
    named = stays.join(Sprint, Sprint.id == SprintMembership.sprint_id).where(
        wanted, Sprint.deleted_at.is_(None)
    )
    return exists(named.correlate(Issue))


def _place(term: Term) -> ColumnElement[bool]:
    if term.field == "project":
        if term.value == NONE:
            return Issue.project_id.is_(None)
        return Issue.project_id.in_(select(Project.id).where(Project.key == term.value))
    return Issue.site_id.in_(select(Site.id).where(Site.name == term.value))
