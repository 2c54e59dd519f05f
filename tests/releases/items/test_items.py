"""Items: picked from imported issues or typed, pull requests by repository and number."""

import httpx2
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import sprints
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from cutwater.kernel.ids import new_id
from cutwater.kernel.reader import SessionReader
from cutwater.releases import releases_of_issue, releases_of_sprint
from cutwater.releases.core import references
from cutwater.releases.core.facts import ItemKind, Status
from cutwater.releases.desk.queries.detail import release_row
from cutwater.releases.items import queries
from cutwater.releases.items.service import ItemDraft, add_item, refresh_items, remove_item, update_item
from cutwater.releases.moves.service import move_release
from cutwater.sprints.service import IssueEdit, update_issue
from tests import world
from tests.releases.factories import a_release, release_at, walk


@pytest.mark.parametrize(
    ("typed", "kind", "text", "repository", "number"),
    [
        ("pay-12", ItemKind.JIRA_TICKET, "PAY-12", "", None),
        (" PAY-12 ", ItemKind.JIRA_TICKET, "PAY-12", "", None),
        ("https://acme.atlassian.net/browse/PAY-12?x=1", ItemKind.JIRA_TICKET, "PAY-12", "", None),
        ("acme/api#12", ItemKind.GITHUB_PR, "acme/api#12", "acme/api", 12),
        ("https://github.com/acme/api/pull/12/files", ItemKind.GITHUB_PR, "acme/api#12", "acme/api", 12),
        ("acme/core/api!7", ItemKind.GITLAB_MR, "acme/core/api!7", "acme/core/api", 7),
        (
            "https://gitlab.acme.example/acme/core/api/-/merge_requests/7",
            ItemKind.GITLAB_MR,
            "acme/core/api!7",
            "acme/core/api",
            7,
        ),
    ],
)
def test_what_people_paste_is_understood(
    typed: str, kind: ItemKind, text: str, repository: str, number: int | None
) -> None:
    found = references.parse(typed)
    assert found is not None
    assert (found.kind, found.text, found.repository, found.number) == (kind, text, repository, number)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "PAY",
        "12",
        "acme#x",
        "javascript:alert(1)",
        "acme/api#0",
        "a b-1",
        "./..#4",
        "acmé/api#1",
        "https://github.com/acme/../pull/3",
        "https://github.com/acme/api/issues/12",
        "PAY-١٢",
    ],
)
def test_what_is_no_reference_is_refused(typed: str) -> None:
    assert references.parse(typed) is None


async def test_an_imported_issue_brings_its_title_status_and_assignee(tx: AsyncSession, owner: Actor) -> None:
    issue = await sprints.create_issue(
        tx, owner, IssueEdit(title="Instant payments", status="In progress", assignee_name="Omar")
    )
    release = await a_release(tx, owner)
    added = await add_item(tx, owner, release.key, ItemDraft(reference=issue.key, title="Mine"))
    (item,) = await SessionReader(tx).all(queries.items_of(release.key))
    assert (item.id, item.revision) == (added.item_id, 1)
    assert (item.issue_id, item.title, item.status) == (issue.id, "Instant payments", "In progress")
    assert (item.is_done, item.assignee) == (False, "Omar")
    assert item.synced_at is not None
    assert [each.key for each in await releases_of_issue(SessionReader(tx), issue.id)] == [release.key]


async def test_a_sprint_sees_the_releases_that_belong_to_it_and_those_that_carry_its_issues(
    tx: AsyncSession, owner: Actor
) -> None:
    sprint = await sprints.create_sprint(tx, owner, "Harbour 1")
    issue = await sprints.create_issue(tx, owner, IssueEdit(title="Instant payments"), sprint=sprint.key)
    carrying, _ = await a_release(tx, owner), await a_release(tx, owner)
    await add_item(tx, owner, carrying.key, ItemDraft(reference=issue.key))
    reader = SessionReader(tx)
    issues = await sprints.issues_in_sprint(reader, sprint.id)
    assert issues == [issue.id]
    assert [each.key for each in await releases_of_sprint(reader, sprint.id, issues)] == [carrying.key]


async def test_a_move_is_decided_on_what_the_issues_say_now(tx: AsyncSession, owner: Actor) -> None:
    issue = await sprints.create_issue(tx, owner, IssueEdit(title="Instant payments"))
    release = await a_release(tx, owner)
    await add_item(tx, owner, release.key, ItemDraft(reference=issue.key))
    await walk(tx, owner, release, Status.IN_REVIEW)
    with pytest.raises(Conflict, match="is To do"):
        await move_release(tx, owner, release.key, Status.READY_STAGING, seen_revision=None)
    await update_issue(tx, owner, issue.key, IssueEdit(title="Instant payments", status="Done"))
    await move_release(tx, owner, release.key, Status.READY_STAGING, seen_revision=None)
    assert release.status == Status.READY_STAGING


async def test_the_copies_of_all_releases_are_brought_up_to_date(tx: AsyncSession, owner: Actor) -> None:
    issue = await sprints.create_issue(tx, owner, IssueEdit(title="Instant payments"))
    for _ in range(2):
        release = await a_release(tx, owner)
        await add_item(tx, owner, release.key, ItemDraft(reference=issue.key))
    await update_issue(tx, owner, issue.key, IssueEdit(title="Instant payments now", status="Done"))
    assert await refresh_items(tx, owner) == 2
    assert await refresh_items(tx, owner) == 0
    rows = await SessionReader(tx).all(queries.items_of(release.key))
    assert [(row.title, row.status, row.is_done) for row in rows] == [("Instant payments now", "Done", True)]


async def test_an_item_that_follows_an_issue_is_not_edited(tx: AsyncSession, owner: Actor) -> None:
    issue = await sprints.create_issue(tx, owner, IssueEdit(title="Instant payments"))
    release = await a_release(tx, owner)
    item = await add_item(tx, owner, release.key, ItemDraft(reference=issue.key))
    with pytest.raises(Conflict, match="follows the imported issue"):
        await update_item(tx, owner, release.key, item.item_id, {"status": "Done"}, seen_revision=None)


async def test_the_same_reference_is_once_in_a_release_however_it_is_written(
    tx: AsyncSession, owner: Actor
) -> None:
    release = await a_release(tx, owner)
    await add_item(tx, owner, release.key, ItemDraft(reference="acme/api#12"))
    for again in ("https://github.com/acme/api/pull/12", "Acme/API#12"):
        with pytest.raises(Conflict, match="acme/api#12 is in R-1 already"):
            await add_item(tx, owner, release.key, ItemDraft(reference=again))
    for other in ("acme/web#12", "acme/api#13", "acme/api!12"):
        await add_item(tx, owner, release.key, ItemDraft(reference=other))
    assert (await release_row(SessionReader(tx), release.key)).items_total == 4


async def test_a_merged_pull_request_counts_as_done_and_a_closed_one_does_not(
    tx: AsyncSession, owner: Actor
) -> None:
    release = await a_release(tx, owner)
    item = await add_item(tx, owner, release.key, ItemDraft(reference="acme/api#12"))
    for status, is_done in (("Closed", False), ("Merged", True)):
        await update_item(tx, owner, release.key, item.item_id, {"status": status}, seen_revision=None)
        (row,) = await SessionReader(tx).all(queries.items_of(release.key))
        assert (row.status, row.is_done) == (status, is_done)


async def test_a_removed_item_is_gone_and_may_come_back(tx: AsyncSession, owner: Actor) -> None:
    release = await a_release(tx, owner)
    item = await add_item(tx, owner, release.key, ItemDraft(reference="PAY-1"))
    with pytest.raises(Stale):
        await remove_item(tx, owner, release.key, item.item_id, seen_revision=7)
    await remove_item(tx, owner, release.key, item.item_id, seen_revision=1)
    assert await SessionReader(tx).all(queries.items_of(release.key)) == []
    with pytest.raises(NotFound):
        await remove_item(tx, owner, release.key, item.item_id, seen_revision=None)
    await add_item(tx, owner, release.key, ItemDraft(reference="PAY-1"))


async def test_a_deployed_release_keeps_its_items(tx: AsyncSession, owner: Actor) -> None:
    release = await release_at(tx, owner, Status.DEPLOYED)
    with pytest.raises(Conflict, match="items stay as they are"):
        await add_item(tx, owner, release.key, ItemDraft(reference="PAY-1"))


async def test_nonsense_is_refused_by_field_and_viewers_add_nothing(tx: AsyncSession, owner: Actor) -> None:
    release = await a_release(tx, owner)
    with pytest.raises(Invalid) as refused:
        await add_item(tx, owner, release.key, ItemDraft(reference="what is this"))
    assert refused.value.fields[0].field == "reference"
    viewer = await world.person(tx, owner, "VIEWER")
    with pytest.raises(Forbidden):
        await add_item(tx, viewer, release.key, ItemDraft(reference="PAY-1"))


async def test_an_item_of_another_release_does_not_exist(tx: AsyncSession, owner: Actor) -> None:
    one, two = await a_release(tx, owner), await a_release(tx, owner)
    item = await add_item(tx, owner, one.key, ItemDraft(reference="PAY-1"))
    for id in (item.item_id, new_id()):
        with pytest.raises(NotFound):
            await update_item(tx, owner, two.key, id, {"status": "Done"}, seen_revision=None)


@pytest.mark.parametrize("reference", ["", "PAY", "acme/api#0", "https://acme.example/x", "<b>"])
async def test_what_is_no_reference_is_answered_with_what_would_be_one(
    api: httpx2.AsyncClient, reference: str
) -> None:
    await api.post("/services", json={"name": "Payments"})
    await api.post("/releases", json={"service": "payments", "title": "One"})
    answer = await api.post("/releases/R-1/items", json={"reference": reference})
    (detail,) = answer.json()["error"]["details"]
    assert (answer.status_code, detail["field"]) == (400, "reference")
    assert detail["message"].startswith("Use an issue key such as PAY-12, acme/api#12")
