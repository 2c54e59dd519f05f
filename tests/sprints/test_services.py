"""Verbs of sprints, issues, sites and mappings on a real database: done, refused, recorded."""

import asyncio
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit, sprints
from cutwater.integrations.jira.files import JiraFiles
from cutwater.kernel import search
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Refused, Stale
from cutwater.kernel.jobs import JobRun
from cutwater.kernel.paging import Offset
from cutwater.kernel.reader import SessionReader
from cutwater.kernel.settings import Settings
from cutwater.notifications.work.models import Work
from cutwater.sprints import issue_query, jobs, service
from cutwater.sprints.fields import FieldMap
from cutwater.sprints.models import FieldMapping, ImportRun, Issue, Site, SiteKind, Sprint, SprintMembership
from cutwater.sprints.ports import IssueFiles
from cutwater.sprints.queries import issues as issue_queries
from cutwater.sprints.queries import sprints as sprint_queries
from cutwater.sprints.queries.whole import whole
from cutwater.sprints.records import Category, SourceFile, SprintState
from cutwater.sprints.service import IssueEdit, applying, imports, mappings, sites
from tests import world

START, END = date(2026, 11, 9), date(2026, 11, 20)


async def headlines(reader: SessionReader, kind: str, thing: Any) -> list[str]:
    return [entry.name for entry in await audit.feed(reader, subject=kind, id=thing.id)]


async def test_a_sprint_is_planned_started_and_completed(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    sprint = await service.create_sprint(tx, owner, "Harbour 1", goal="Ship", starts_on=START, ends_on=END)
    assert (sprint.key, sprint.state) == ("SPR-1", "PLANNING")
    await service.move_sprint(tx, owner, "SPR-1", SprintState.ACTIVE)
    await service.move_sprint(tx, owner, "SPR-1", SprintState.COMPLETED)
    assert sprint.started_at is not None
    assert sprint.completed_at is not None
    assert await headlines(reader, "sprint", sprint) == ["sprint.moved", "sprint.moved", "sprint.created"]
    assert [row.key for row in await search.find(reader, "harb", kinds=None)] == ["SPR-1"]


async def test_a_sprint_without_dates_cannot_start(tx: AsyncSession, owner: Actor) -> None:
    await service.create_sprint(tx, owner, "Harbour 1")
    with pytest.raises(Conflict) as refused:
        await service.move_sprint(tx, owner, "SPR-1", SprintState.ACTIVE)
    assert [obstacle.code for obstacle in refused.value.obstacles] == ["sprint.dates"]


async def test_a_sprint_that_ends_before_it_starts_is_refused(tx: AsyncSession, owner: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        await service.create_sprint(tx, owner, "", starts_on=END, ends_on=START)
    assert [each.field for each in refused.value.fields] == ["name", "ends_on"]


async def test_a_changed_sprint_tells_what_changed(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    sprint = await service.create_sprint(tx, owner, "Harbour 1")
    await service.update_sprint(
        tx, owner, "SPR-1", name="Harbour one", goal="", starts_on=START, ends_on=END, seen_revision=1
    )
    entry = (await audit.feed(reader, subject="sprint", id=sprint.id))[0]
    assert list(entry.changes["name"]) == ["Harbour 1", "Harbour one"]
    with pytest.raises(Stale):
        await service.update_sprint(
            tx, owner, "SPR-1", name="x", goal="", starts_on=None, ends_on=None, seen_revision=1
        )


async def test_issues_come_into_a_sprint_once_and_leave_it(tx: AsyncSession, owner: Actor) -> None:
    await service.create_sprint(tx, owner, "Harbour 1")
    await service.create_issue(tx, owner, IssueEdit(title="One"))
    assert await service.add_issues(tx, owner, "SPR-1", ["ISS-1", "ISS-1"]) == 1
    assert await service.add_issues(tx, owner, "SPR-1", ["ISS-1"]) == 0
    with pytest.raises(Invalid, match="Some fields"):
        await service.add_issues(tx, owner, "SPR-1", ["NO-1"])
    with pytest.raises(Conflict, match="1 issue is in the sprint"):
        await service.delete_sprint(tx, owner, "SPR-1")
    await service.remove_issue(tx, owner, "SPR-1", "ISS-1")
    with pytest.raises(Invalid):
        await service.remove_issue(tx, owner, "SPR-1", "ISS-1")
    left = await tx.scalar(select(func.count()).where(SprintMembership.left_at.is_not(None)))
    assert left == 1
    await service.delete_sprint(tx, owner, "SPR-1")
    with pytest.raises(NotFound):
        await service.delete_sprint(tx, owner, "SPR-1")


async def test_an_issue_made_here_keeps_its_history(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    issue = await service.create_issue(tx, owner, IssueEdit(title="One", points=Decimal(3)))
    await service.update_issue(tx, owner, issue.key, IssueEdit(title="One", points=Decimal(5), status="Done"))
    found = await whole(reader, issue.key)
    assert {(row.field, row.was, row.became) for row in found["changes"]} == {
        ("points", "3", "5"),
        ("status", "To do", "Done"),
    }
    assert found["issue"].done_source == "edit"
    await service.update_issue(tx, owner, issue.key, IssueEdit(title="One", points=Decimal(5)))
    assert issue.done_at is None


async def test_people_and_descriptions_stay_out_of_the_log(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    issue = await service.create_issue(tx, owner, IssueEdit(title="One"))
    await service.update_issue(
        tx, owner, issue.key, IssueEdit(title="One", assignee_name="Kim Secret", description="private words")
    )
    entry = (await audit.feed(reader, subject="issue", id=issue.id))[0]
    assert set(entry.changes) == {"assignee_name", "description"}
    assert "Kim" not in str(entry.changes)
    assert "private" not in str(entry.changes)


async def test_an_issue_needs_a_title_a_known_status_and_sane_points(tx: AsyncSession, owner: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        await service.create_issue(tx, owner, IssueEdit(title="", status="Dancing", points=Decimal(-1)))
    assert [each.field for each in refused.value.fields] == ["title", "status", "points"]
    made = await service.create_issue(
        tx, owner, IssueEdit(title="x", status="Dancing", stage=Category.IN_PROGRESS)
    )
    assert made.status_category == "IN_PROGRESS"


async def test_an_issue_in_a_sprint_is_not_deleted(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    await service.create_sprint(tx, owner, "Harbour 1")
    issue = await service.create_issue(tx, owner, IssueEdit(title="One"), sprint="SPR-1")
    with pytest.raises(Conflict, match="SPR-1"):
        await service.delete_issue(tx, owner, issue.key)
    await service.remove_issue(tx, owner, "SPR-1", issue.key)
    await service.delete_issue(tx, owner, issue.key)
    assert await sprints.issue_by_key(reader, issue.key) is None


VERBS = {
    "create_sprint": lambda tx, actor: service.create_sprint(tx, actor, "x"),
    "move_sprint": lambda tx, actor: service.move_sprint(tx, actor, "SPR-1", SprintState.CANCELLED),
    "delete_sprint": lambda tx, actor: service.delete_sprint(tx, actor, "SPR-1"),
    "add_issues": lambda tx, actor: service.add_issues(tx, actor, "SPR-1", ["ISS-1"]),
    "remove_issue": lambda tx, actor: service.remove_issue(tx, actor, "SPR-1", "ISS-1"),
    "start_import": lambda tx, actor: service.start_import(tx, actor, [SourceFile(name="x", content=b"[]")]),
    "create_site": lambda tx, actor: service.create_site(tx, actor, "Jira", "JIRA_CLOUD"),
}


@pytest.mark.parametrize("verb", sorted(VERBS))
async def test_a_member_may_not_manage_sprints(
    tx: AsyncSession, owner: Actor, people: dict[str, Actor], verb: str
) -> None:
    await service.create_sprint(tx, owner, "Harbour 1")
    with pytest.raises(Forbidden):
        await VERBS[verb](tx, people["MEMBER"])


async def test_a_member_makes_issues_but_fills_no_sprint_with_them(
    tx: AsyncSession, owner: Actor, people: dict[str, Actor]
) -> None:
    member = people["MEMBER"]
    sprint = await service.create_sprint(tx, owner, "Harbour 1")
    with pytest.raises(Forbidden, match="fill a sprint"):
        await service.create_issue(tx, member, IssueEdit(title="More work"), sprint=sprint.key)
    assert (await service.create_issue(tx, member, IssueEdit(title="More work"))).title == "More work"


@pytest.mark.usefixtures("owner")
async def test_a_viewer_may_not_write_issues(tx: AsyncSession, people: dict[str, Actor]) -> None:
    viewer, member = people["VIEWER"], people["MEMBER"]
    with pytest.raises(Forbidden):
        await service.create_issue(tx, viewer, IssueEdit(title="One"))
    issue = await service.create_issue(tx, member, IssueEdit(title="One"))
    with pytest.raises(Forbidden):
        await service.update_issue(tx, viewer, issue.key, IssueEdit(title="Two"))
    with pytest.raises(Forbidden):
        await service.delete_issue(tx, viewer, issue.key)


CSV = (
    b"Issue key,Issue id,Summary,Status,Status Category,Story Points,Team,Sprint,Inward issue link (Blocks)\n"
    b"PAY-1,1,One,Open,To Do,3,Ledger,Alpha,PAY-2\n"
    b"PAY-2,2,Two,Done,Done,5,Ledger,Alpha,\n"
    b"PAY-3,3,Three,Open,To Do,,,,PAY-1\n"
)


async def imported(tx: AsyncSession, actor: Actor, content: bytes = CSV, **more: Any) -> Any:
    return await service.import_files(
        tx, actor, [SourceFile(name="issues.csv", content=content)], JiraFiles(), **more
    )


async def query(reader: SessionReader, text: str) -> list[str]:
    page, _ = await issue_queries.issues(reader, issue_query.parse(text), "key", Offset())
    return [row.key for row in page.rows]


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
    assert await query(reader, text) == keys


@pytest.mark.parametrize(
    "sort", [*issue_queries.SORTS, *(f"-{name}" for name in issue_queries.SORTS), "nonsense"]
)
async def test_every_order_gives_every_issue(
    tx: AsyncSession, owner: Actor, reader: SessionReader, sort: str
) -> None:
    await imported(tx, owner)
    page, _ = await issue_queries.issues(reader, issue_query.parse(""), sort, Offset())
    assert sorted(row.key for row in page.rows) == ["PAY-1", "PAY-2", "PAY-3"]


async def test_the_list_and_the_sprint_page_each_take_one_trip(database: Database) -> None:
    owner = await world.organization_in(database)
    async with database.tx(owner) as tx:
        await imported(tx, owner)
    reader = database.reader(owner)
    await issue_queries.issues(reader, issue_query.parse("is:open"), "", Offset())
    await sprint_queries.sprints(reader, "", "", None, "", Offset())
    await sprint_queries.with_facts(reader, "SPR-1", subtasks=False)
    await whole(reader, "PAY-1")
    assert reader.trips == 4


async def test_imported_issues_and_sprints_cannot_be_edited_here(tx: AsyncSession, owner: Actor) -> None:
    await imported(tx, owner)
    with pytest.raises(Conflict, match="another system"):
        await service.update_issue(tx, owner, "PAY-1", IssueEdit(title="Mine"))
    with pytest.raises(Conflict, match="another system"):
        await service.delete_issue(tx, owner, "PAY-1")


async def test_a_second_file_updates_by_id_and_leaves_what_it_does_not_carry(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    await imported(tx, owner)
    second = b"Issue key,Issue id,Summary\nPAY-1,1,One again\nPAY-4,4,Four\n"
    run = await imported(tx, owner, second)
    counts = run.counts
    assert (counts["issues_created"], counts["issues_updated"], counts["issues_unchanged"]) == (1, 1, 0)
    issue = (await whole(reader, "PAY-1"))["issue"]
    assert (issue.title, issue.points, issue.discipline_team, issue.status) == (
        "One again",
        3,
        "Ledger",
        "Open",
    )
    assert await query(reader, "sprint:SPR-1") == ["PAY-1", "PAY-2"]


async def test_an_issue_that_changed_its_key_stays_the_same_issue(tx: AsyncSession, owner: Actor) -> None:
    await imported(tx, owner)
    before = await tx.scalar(select(Issue.id).where(Issue.key == "PAY-1"))
    run = await imported(tx, owner, b"Issue key,Issue id,Summary\nLED-1,1,One\n")
    assert await tx.scalar(select(Issue.key).where(Issue.id == before)) == "LED-1"
    assert "key_changed" in [item["code"] for item in run.oddities]


async def test_a_key_that_belongs_to_another_id_stops_the_import(tx: AsyncSession, owner: Actor) -> None:
    await imported(tx, owner)
    with pytest.raises(Invalid, match="row 3, field id: PAY-2 has id 2 in this site and 99 in the file"):
        await imported(tx, owner, b"Issue key,Issue id,Summary\nNEW-1,7,New\nPAY-2,99,Two\n")
    assert await tx.scalar(select(func.count()).where(Issue.key == "NEW-1")) == 0


async def test_another_jira_with_the_same_ids_is_refused_when_it_is_read(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    await imported(tx, owner)
    with pytest.raises(Invalid, match="LED-1 has id 1, which is PAY-1, another issue, in this site"):
        await imported(tx, owner, b"Issue key,Issue id,Summary\nLED-1,1,Something else\n")
    assert await query(reader, "") == ["PAY-1", "PAY-2", "PAY-3"]


async def test_a_review_says_how_many_issues_are_here_already(tx: AsyncSession, owner: Actor) -> None:
    await imported(tx, owner)
    uploads = [SourceFile(name="more.csv", content=b"Issue key,Summary\nPAY-1,One\nPAY-9,Nine\n")]
    run = await service.start_import(tx, owner, uploads)
    await imports.show_for_review(tx, owner, run.id, JiraFiles().read(uploads))
    assert (run.counts["issues"], run.counts["known"]) == (2, 1)


async def test_an_issue_that_left_its_sprint_is_no_longer_in_it(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    await imported(tx, owner)
    moved = b"Issue key,Issue id,Summary,Sprint\nPAY-1,1,One,Beta\n"
    await imported(tx, owner, moved)
    assert await query(reader, "sprint:Alpha") == ["PAY-2"]
    assert await query(reader, "sprint:Beta") == ["PAY-1"]


async def test_issues_without_a_sprint_go_where_the_person_says(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    plain = b"Issue key,Summary,Status\nPAY-7,Seven,Open\n"
    await service.create_sprint(tx, owner, "Harbour 1")
    await imported(tx, owner, plain, sprint="SPR-1")
    await imported(tx, owner, plain, sprint="SPR-1")
    assert await query(reader, "sprint:SPR-1") == ["PAY-7"]


async def test_a_sprint_named_like_the_key_of_another_is_not_that_one(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    first = await service.create_sprint(tx, owner, "Harbour 1")
    await imported(tx, owner, f"Issue key,Summary,Sprint\nPAY-1,One,{first.key}\n".encode())
    assert await query(reader, f"sprint:{first.key}") == []


async def test_a_changed_mapping_reads_the_stored_issues_anew(tx: AsyncSession, owner: Actor) -> None:
    run = await imported(tx, owner)
    row = await service.confirm_mapping(tx, owner, run.site_id, FieldMap(points="Story Points"))
    assert await mappings.remap(tx, run.site_id) == 2
    assert await tx.scalar(select(func.count()).where(Issue.discipline_team.is_not(None))) == 0
    assert await mappings.remap(tx, run.site_id) == 0
    with pytest.raises(Stale):
        await service.confirm_mapping(tx, owner, run.site_id, FieldMap(), seen_revision=row.revision - 1)


async def test_a_field_plays_one_role_and_scores_have_bounds(tx: AsyncSession, owner: Actor) -> None:
    run = await imported(tx, owner)
    with pytest.raises(Invalid) as refused:
        await service.confirm_mapping(
            tx, owner, run.site_id, FieldMap(points="Team", discipline="Team"), scale={"High": 900}
        )
    assert {each.field for each in refused.value.fields} == {"points", "priority_scale"}


async def test_sites_are_named_once_and_have_a_web_address(tx: AsyncSession, owner: Actor) -> None:
    site = await service.create_site(tx, owner, "Jira", "JIRA_CLOUD", url="https://harbour.atlassian.net")
    for name, kind, url in (("Jira", "JIRA_CLOUD", ""), ("", "NATIVE", "ftp://x")):
        with pytest.raises(Invalid):
            await service.create_site(tx, owner, name, kind, url=url)
    changed = await service.update_site(tx, owner, site.id, name="Harbour", url="", seen_revision=1)
    assert (changed.name, changed.revision) == ("Harbour", 2)
    with pytest.raises(Stale):
        await service.update_site(tx, owner, site.id, name="x", url="", seen_revision=1)


async def test_two_sites_may_have_the_same_key_and_ours_comes_first(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    native = await service.create_issue(tx, owner, IssueEdit(title="Ours"))
    other = await service.create_site(tx, owner, "Jira", "JIRA_CLOUD")
    await imported(tx, owner, b"Issue key,Summary\nISS-1,Theirs\n", site_id=other.id)
    assert native.key == "ISS-1"
    found = await whole(reader, "ISS-1")
    assert found["issue"].title == "Ours"
    assert len(found["namesakes"]) == 2
    assert (await whole(reader, "ISS-1", other.id))["issue"].title == "Theirs"


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
    assert await sprints.sprints(reader) == [sprint]
    assert await sprints.sprint_by_key(reader, "SPR-404") is None


async def test_an_import_waits_for_a_person_and_can_be_discarded(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    upload = SourceFile(name="issues.csv", content=CSV)
    run = await service.start_import(tx, owner, [upload])
    assert run.state == "READING"
    with pytest.raises(Conflict, match="reading"):
        await service.confirm_import(tx, owner, run.key, FieldMap())
    await imports.show_for_review(tx, owner, run.id, JiraFiles().read([upload]))
    assert run.state == "REVIEW"
    assert run.mapping["points"] == "Story Points"
    with pytest.raises(Invalid):
        await service.confirm_import(tx, owner, run.key, FieldMap(points="No such field"))
    await service.discard_import(tx, owner, run.key)
    with pytest.raises(Conflict):
        await service.discard_import(tx, owner, run.key)
    assert await tx.scalar(select(func.count()).select_from(Issue)) == 0
    assert await headlines(reader, "import", run) == ["import.discarded", "import.started"]


async def test_an_applied_import_is_one_event_and_running_it_again_does_nothing(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    run = await imported(tx, owner)
    names = await headlines(reader, "import", run)
    assert names.count("import.applied") == 1
    again = await imports.apply_import(
        tx, owner, run.id, JiraFiles().read([SourceFile(name="x", content=CSV)])
    )
    assert again.revision == run.revision
    assert await headlines(reader, "import", run) == names


@pytest.mark.parametrize("content", [b"", b"[{", b"PK\x03\x04", b"[]"])
async def test_a_file_with_nothing_in_it_fails_with_a_sentence(
    tx: AsyncSession, owner: Actor, content: bytes
) -> None:
    with pytest.raises(Invalid, match="Nothing was applied"):
        await imported(tx, owner, content)
    assert await tx.scalar(select(func.count()).select_from(Sprint)) == 0


async def test_no_files_and_too_many_files_are_refused(tx: AsyncSession, owner: Actor) -> None:
    for count in (0, 21):
        with pytest.raises(Invalid):
            await service.start_import(tx, owner, [SourceFile(name="x", content=b"[]")] * count)


async def test_another_organization_sees_nothing_of_it(database: Database) -> None:
    ours, theirs = (
        await world.organization_in(database),
        await world.organization_in(database, "Other"),
    )
    async with database.tx(ours) as tx:
        run = await imported(tx, ours)
        site, key = run.site_id, run.key
    async with database.tx(theirs) as tx:
        for verb in (
            service.move_sprint(tx, theirs, "SPR-1", SprintState.CANCELLED),
            service.discard_import(tx, theirs, key),
            service.confirm_mapping(tx, theirs, site, FieldMap()),
            service.update_site(tx, theirs, site, name="x", url="", seen_revision=None),
        ):
            with pytest.raises(NotFound):
                await verb
    assert await sprints.issue_by_key(database.reader(theirs), "PAY-1") is None


async def test_two_people_starting_one_sprint_get_one_success(database: Database) -> None:
    owner = await world.organization_in(database)
    async with database.tx(owner) as tx:
        await service.create_sprint(tx, owner, "Harbour 1", starts_on=START, ends_on=END)

    async def start() -> str:
        try:
            async with database.tx(owner) as tx:
                sprint = await service.move_sprint(tx, owner, "SPR-1", SprintState.ACTIVE)
                return sprint.state
        except Refused as refused:
            return refused.code

    assert sorted(await asyncio.gather(start(), start())) == ["ACTIVE", "CONFLICT"]


async def test_own_sites_are_made_once(tx: AsyncSession, owner: Actor) -> None:
    first = await sites.own_site(tx, SiteKind.FILES)
    assert await sites.own_site(tx, SiteKind.FILES) == first
    assert await tx.scalar(select(func.count()).select_from(Site)) == 1
    assert await tx.scalar(select(func.count()).select_from(FieldMapping)) == 0


class Broken:
    """A reader that crashes."""

    def read(self, files: Any) -> Any:
        raise RuntimeError("out of paper")


@pytest.mark.parametrize(("attempt", "state"), [(1, "READING"), (3, "FAILED")])
async def test_an_import_that_keeps_crashing_ends_as_failed(
    database: Database, attempt: int, state: str
) -> None:
    owner = await world.organization_in(database)
    async with database.tx(owner) as tx:
        import_id = (await service.start_import(tx, owner, [SourceFile(name="x", content=b"[]")])).id
    run = JobRun(
        name="sprints.read_import", database=database, settings=Settings(), ports={IssueFiles: Broken()},
        organization_id=owner.organization_id, attempt=attempt,
    )  # fmt: skip
    with pytest.raises(RuntimeError):
        await jobs.read_import(run, organization_id=owner.organization_id, import_id=import_id)
    found = await database.reader(owner).scalar(select(ImportRun.state).where(ImportRun.id == import_id))
    assert found == state


async def test_an_import_tells_how_many_rows_are_in(database: Database) -> None:
    owner = await world.organization_in(database)
    async with database.tx(owner) as tx:
        upload = SourceFile(name="issues.csv", content=CSV)
        started = await service.start_import(tx, owner, [upload])
    run = JobRun(
        name="sprints", database=database, settings=Settings(), ports={IssueFiles: JiraFiles()},
        organization_id=owner.organization_id,
    )  # fmt: skip
    ids = {"organization_id": owner.organization_id, "import_id": started.id}
    await jobs.read_import(run, **ids)
    async with database.tx(owner) as tx:
        await service.confirm_import(tx, owner, started.key, FieldMap())
    await jobs.apply_import(run, **ids)
    work = await database.reader(owner).first(select(Work.state, Work.done, Work.total))
    assert (work.state, work.done) == ("DONE", work.total)
    assert work.total > 0


async def test_two_imports_of_the_same_issues_at_once_make_each_once(database: Database) -> None:
    owner = await world.organization_in(database)
    batch = JiraFiles().read([SourceFile(name="issues.csv", content=CSV)])
    async with database.tx(owner) as tx:
        site = await sites.own_site(tx, SiteKind.FILES)

    heard: list[tuple[int, int]] = []

    async def tell(done: int, total: int) -> None:
        heard.append((done, total))

    async def apply() -> int:
        async with database.tx(owner) as tx:
            applied = await applying.apply(tx, site, batch, FieldMap(), tell=tell)
            return applied.counts["issues_created"]

    assert sorted(await asyncio.gather(apply(), apply())) == [0, 3]
    assert heard == [(0, 3), (3, 3)] * 2
