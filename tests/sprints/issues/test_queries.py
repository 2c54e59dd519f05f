"""What the query box finds, and what others see of issues."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import sprints
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.paging import Offset
from cutwater.kernel.reader import SessionReader
from cutwater.sprints.boards import queries as sprint_queries
from cutwater.sprints.core import issue_query
from cutwater.sprints.issues.queries import lists as issue_queries
from cutwater.sprints.issues.queries.record import issue_record
from cutwater.sprints.issues.service.issues import IssueEdit, create_issue
from cutwater.sprints.sites.service import create_site
from cutwater.sprints.sprints.service.sprints import create_sprint
from tests import world
from tests.sprints.factories import imported, keys_of


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("", ["PAY-1", "PAY-2", "PAY-3"]),
        ("two", ["PAY-2"]),
        ("pay-3", ["PAY-3"]),
        ("team:Ledger", ["PAY-1", "PAY-2"]),
        ("-team:Ledger", ["PAY-3"]),
        ("team:none", ["PAY-3"]),
        ("is:done", ["PAY-2"]),
        ("is:open", ["PAY-1", "PAY-3"]),
        ("is:blocked", ["PAY-3"]),
        ("points:none", ["PAY-3"]),
        ("points:5", ["PAY-2"]),
        ("is:estimated", ["PAY-1", "PAY-2"]),
        ("sprint:SPR-1", ["PAY-1", "PAY-2"]),
        ("sprint:Alpha stage:todo", ["PAY-1"]),
        ("sprint:none", ["PAY-3"]),
        ("project:PAY status:Open", ["PAY-1", "PAY-3"]),
        ('site:"Imported files" key:PAY-1', ["PAY-1"]),
        ("is:native", []),
        ("%", []),
    ],
)
async def test_the_query_box_finds(
    tx: AsyncSession, owner: Actor, reader: SessionReader, text: str, keys: list[str]
) -> None:
    await imported(tx, owner)
    assert await keys_of(reader, text) == keys


@pytest.mark.parametrize(
    "sort", [*issue_queries.SORTS, *(f"-{name}" for name in issue_queries.SORTS), "nonsense"]
)
async def test_every_order_gives_every_issue(
    tx: AsyncSession, owner: Actor, reader: SessionReader, sort: str
) -> None:
    await imported(tx, owner)
    page = (await issue_queries.issue_page(reader, issue_query.parse(""), sort, Offset())).page
    assert sorted(row.key for row in page.rows) == ["PAY-1", "PAY-2", "PAY-3"]


async def test_the_list_and_the_sprint_page_each_take_one_trip(database: Database) -> None:
    owner = await world.organization_in(database)
    async with database.tx(owner) as tx:
        await imported(tx, owner)
    reader = database.reader(owner)
    await issue_queries.issue_page(reader, issue_query.parse("is:open"), "", Offset())
    await sprint_queries.sprint_page(reader, "", "", None, "", Offset())
    await sprint_queries.sprint_facts(reader, "SPR-1", subtasks=False)
    await issue_record(reader, "PAY-1")
    assert reader.trips == 4


async def test_a_sprint_named_like_the_key_of_another_is_not_that_one(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    first = await create_sprint(tx, owner, "Harbour 1")
    await imported(tx, owner, f"Issue key,Summary,Sprint\nPAY-1,One,{first.key}\n".encode())
    assert await keys_of(reader, f"sprint:{first.key}") == []


async def test_two_sites_may_have_the_same_key_and_ours_comes_first(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    native = await create_issue(tx, owner, IssueEdit(title="Ours"))
    other = await create_site(tx, owner, "Jira", "JIRA_CLOUD")
    await imported(tx, owner, b"Issue key,Summary\nISS-1,Theirs\n", site_id=other.site_id)
    assert native.key == "ISS-1"
    found = await issue_record(reader, "ISS-1")
    assert found.issue.title == "Ours"
    assert len(found.namesakes) == 2
    assert (await issue_record(reader, "ISS-1", other.site_id)).issue.title == "Theirs"


async def test_the_face_gives_briefs(tx: AsyncSession, owner: Actor, reader: SessionReader) -> None:
    await imported(tx, owner)
    issue = await sprints.issue_by_key(reader, "PAY-1")
    assert issue is not None
    assert (issue.title, issue.status_category, issue.discipline, issue.sprint_key) == (
        "One",
        "TODO",
        "Ledger",
        "SPR-1",
    )
    assert await sprints.issues_by_ids(reader, [issue.id]) == [issue]
    assert await sprints.issues_by_ids(reader, []) == []
    assert [each.key for each in await sprints.find_issues(reader, "one")] == ["PAY-1"]
    sprint = await sprints.sprint_by_key(reader, "SPR-1")
    assert sprint is not None
    assert await sprints.sprint_by_key(reader, str(sprint.id)) == sprint
    assert await sprints.all_sprints(reader) == [sprint]
    assert await sprints.sprint_by_key(reader, "SPR-404") is None


async def test_keys_of_a_sheet_are_stored_in_capitals(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    sheet = (
        b"Issue key,Summary,Parent key,Inward issue link (Blocks)\npay-8,Eight,,\npay-9,Nine,pay-8,Pay-8\n"
    )
    await imported(tx, owner, sheet)
    record = await issue_record(reader, "Pay-9")
    assert (record.issue.key, record.issue.parent_key) == ("PAY-9", "PAY-8")
    assert [(link.other_key, link.other_id is None) for link in record.links] == [("PAY-8", False)]
    assert [child.key for child in (await issue_record(reader, "pay-8")).children] == ["PAY-9"]
    assert await keys_of(reader, "parent:pay-8") == ["PAY-9"]
