"""Verbs of issues: done, refused, recorded."""

from decimal import Decimal

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit, sprints
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from cutwater.kernel.reader import SessionReader
from cutwater.sprints.core.facts import Category
from cutwater.sprints.issues.queries.record import issue_record
from cutwater.sprints.issues.service.issues import IssueEdit, create_issue, delete_issue, update_issue
from cutwater.sprints.issues.service.memberships import add_issues, remove_issue
from cutwater.sprints.sprints.models import SprintMembership
from cutwater.sprints.sprints.service.sprints import create_sprint, delete_sprint
from tests.sprints.factories import imported


async def test_issues_come_into_a_sprint_once_and_leave_it(tx: AsyncSession, owner: Actor) -> None:
    await create_sprint(tx, owner, "Harbour 1")
    await create_issue(tx, owner, IssueEdit(title="One"))
    assert await add_issues(tx, owner, "SPR-1", ["ISS-1", "ISS-1"]) == 1
    assert await add_issues(tx, owner, "SPR-1", ["ISS-1"]) == 0
    with pytest.raises(Invalid, match="Some fields"):
        await add_issues(tx, owner, "SPR-1", ["NO-1"])
    with pytest.raises(Conflict, match="1 issue is in the sprint"):
        await delete_sprint(tx, owner, "SPR-1")
    await remove_issue(tx, owner, "SPR-1", "ISS-1")
    with pytest.raises(Invalid):
        await remove_issue(tx, owner, "SPR-1", "ISS-1")
    left = await tx.scalar(select(func.count()).where(SprintMembership.left_at.is_not(None)))
    assert left == 1
    await delete_sprint(tx, owner, "SPR-1")
    with pytest.raises(NotFound):
        await delete_sprint(tx, owner, "SPR-1")


async def test_an_issue_made_here_keeps_its_history(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    issue = await create_issue(tx, owner, IssueEdit(title="One", points=Decimal(3)))
    await update_issue(tx, owner, issue.key, IssueEdit(title="One", points=Decimal(5), status="Done"))
    found = await issue_record(reader, issue.key)
    assert {(row.field, row.was, row.became) for row in found.changes} == {
        ("points", "3", "5"),
        ("status", "To do", "Done"),
    }
    assert found.issue.done_source == "edit"
    await update_issue(tx, owner, issue.key, IssueEdit(title="One", points=Decimal(5)))
    assert (await issue_record(reader, issue.key)).issue.done_at is None


async def test_people_and_descriptions_stay_out_of_the_log(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    issue = await create_issue(tx, owner, IssueEdit(title="One"))
    await update_issue(
        tx, owner, issue.key, IssueEdit(title="One", assignee_name="Kim Secret", description="private words")
    )
    entry = (await audit.feed(reader, owner, subject="issue", id=issue.id))[0]
    assert entry.headline == "changed description and assignee name"
    rows = await tx.execute(text("select data::text from event_log where name = 'issue.updated'"))
    logged = str(rows.all())
    assert "Kim" not in logged
    assert "private" not in logged


async def test_an_issue_needs_a_title_a_known_status_and_sane_points(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    with pytest.raises(Invalid) as refused:
        await create_issue(tx, owner, IssueEdit(title="", status="Dancing", points=Decimal(-1)))
    assert [each.field for each in refused.value.fields] == ["title", "status", "points"]
    made = await create_issue(tx, owner, IssueEdit(title="x", status="Dancing", stage=Category.IN_PROGRESS))
    assert (await issue_record(reader, made.key)).issue.status_category == "IN_PROGRESS"


async def test_an_issue_in_a_sprint_is_not_deleted(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    await create_sprint(tx, owner, "Harbour 1")
    issue = await create_issue(tx, owner, IssueEdit(title="One"), sprint="SPR-1")
    with pytest.raises(Conflict, match="SPR-1"):
        await delete_issue(tx, owner, issue.key)
    await remove_issue(tx, owner, "SPR-1", issue.key)
    await delete_issue(tx, owner, issue.key)
    assert await sprints.issue_by_key(reader, issue.key) is None


async def test_a_member_makes_issues_but_fills_no_sprint_with_them(
    tx: AsyncSession, owner: Actor, people: dict[str, Actor]
) -> None:
    member = people["MEMBER"]
    sprint = await create_sprint(tx, owner, "Harbour 1")
    with pytest.raises(Forbidden, match="fill a sprint"):
        await create_issue(tx, member, IssueEdit(title="More work"), sprint=sprint.key)
    assert (await create_issue(tx, member, IssueEdit(title="More work"))).title == "More work"


@pytest.mark.usefixtures("owner")
async def test_a_viewer_may_not_write_issues(tx: AsyncSession, people: dict[str, Actor]) -> None:
    viewer, member = people["VIEWER"], people["MEMBER"]
    with pytest.raises(Forbidden):
        await create_issue(tx, viewer, IssueEdit(title="One"))
    issue = await create_issue(tx, member, IssueEdit(title="One"))
    with pytest.raises(Forbidden):
        await update_issue(tx, viewer, issue.key, IssueEdit(title="Two"))
    with pytest.raises(Forbidden):
        await delete_issue(tx, viewer, issue.key)


async def test_imported_issues_and_sprints_cannot_be_edited_here(tx: AsyncSession, owner: Actor) -> None:
    await imported(tx, owner)
    with pytest.raises(Conflict, match="another system"):
        await update_issue(tx, owner, "PAY-1", IssueEdit(title="Mine"))
    with pytest.raises(Conflict, match="another system"):
        await delete_issue(tx, owner, "PAY-1")
