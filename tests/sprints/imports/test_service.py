"""Imports on a real database: what a second one changes, what stops one, who is told."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.integrations.jira import JiraFiles
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.errors import Conflict, Invalid
from cutwater.kernel.jobs import JobRun
from cutwater.kernel.reader import SessionReader
from cutwater.kernel.settings import Settings
from cutwater.notifications.work.models import Work
from cutwater.sprints.core.facts import SiteKind
from cutwater.sprints.core.fields import FieldMap
from cutwater.sprints.core.records import SourceFile
from cutwater.sprints.imports import jobs
from cutwater.sprints.imports.models import ImportRun
from cutwater.sprints.imports.ports import IssueFiles
from cutwater.sprints.imports.queries import import_record
from cutwater.sprints.imports.service.application import apply_batch
from cutwater.sprints.imports.service.runs import (
    apply_import,
    confirm_import,
    discard_import,
    show_for_review,
    start_import,
)
from cutwater.sprints.issues.models import Issue
from cutwater.sprints.issues.queries.record import issue_record
from cutwater.sprints.sites.service import own_site
from cutwater.sprints.sprints.models import Sprint
from cutwater.sprints.sprints.service.sprints import create_sprint
from tests import world
from tests.sprints.factories import CSV, imported, keys_of, names_of


async def test_a_second_file_updates_by_id_and_leaves_what_it_does_not_carry(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    await imported(tx, owner)
    second = b"Issue key,Issue id,Summary\nPAY-1,1,One again\nPAY-4,4,Four\n"
    run = await imported(tx, owner, second)
    counts = run.counts
    assert (counts["issues_created"], counts["issues_updated"], counts["issues_unchanged"]) == (1, 1, 0)
    issue = (await issue_record(reader, "PAY-1")).issue
    assert (issue.title, issue.points, issue.discipline_team, issue.status) == (
        "One again",
        3,
        "Ledger",
        "Open",
    )
    assert await keys_of(reader, "sprint:SPR-1") == ["PAY-1", "PAY-2"]


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
    assert await keys_of(reader, "") == ["PAY-1", "PAY-2", "PAY-3"]


async def test_a_review_says_how_many_issues_are_here_already(tx: AsyncSession, owner: Actor) -> None:
    await imported(tx, owner)
    uploads = [SourceFile(name="more.csv", content=b"Issue key,Summary\nPAY-1,One\nPAY-9,Nine\n")]
    started = await start_import(tx, owner, uploads)
    await show_for_review(tx, owner, started.import_id, JiraFiles().read(uploads))
    run = (await import_record(SessionReader(tx), started.key)).run
    assert (run.counts["issues"], run.counts["known"]) == (2, 1)


async def test_an_issue_that_left_its_sprint_is_no_longer_in_it(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    await imported(tx, owner)
    moved = b"Issue key,Issue id,Summary,Sprint\nPAY-1,1,One,Beta\n"
    await imported(tx, owner, moved)
    assert await keys_of(reader, "sprint:Alpha") == ["PAY-2"]
    assert await keys_of(reader, "sprint:Beta") == ["PAY-1"]


async def test_issues_without_a_sprint_go_where_the_person_says(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    plain = b"Issue key,Summary,Status\nPAY-7,Seven,Open\n"
    await create_sprint(tx, owner, "Harbour 1")
    await imported(tx, owner, plain, sprint="SPR-1")
    await imported(tx, owner, plain, sprint="SPR-1")
    assert await keys_of(reader, "sprint:SPR-1") == ["PAY-7"]


async def test_an_import_waits_for_a_person_and_can_be_discarded(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    upload = SourceFile(name="issues.csv", content=CSV)
    started = await start_import(tx, owner, [upload])
    run = (await import_record(reader, started.key)).run
    assert run.state == "READING"
    with pytest.raises(Conflict, match="reading"):
        await confirm_import(tx, owner, run.key, FieldMap())
    await show_for_review(tx, owner, run.id, JiraFiles().read([upload]))
    run = (await import_record(reader, run.key)).run
    assert run.state == "REVIEW"
    assert run.mapping["points"] == "Story Points"
    with pytest.raises(Invalid):
        await confirm_import(tx, owner, run.key, FieldMap(points="No such field"))
    await discard_import(tx, owner, run.key)
    with pytest.raises(Conflict):
        await discard_import(tx, owner, run.key)
    assert await tx.scalar(select(func.count()).select_from(Issue)) == 0
    assert await names_of(reader, owner, "import", run.id) == ["import.discarded", "import.started"]


async def test_an_applied_import_is_one_event_and_running_it_again_does_nothing(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    run = await imported(tx, owner)
    names = await names_of(reader, owner, "import", run.id)
    assert names.count("import.applied") == 1
    await apply_import(tx, owner, run.id, JiraFiles().read([SourceFile(name="x", content=CSV)]))
    assert (await import_record(reader, run.key)).run.revision == run.revision
    assert await names_of(reader, owner, "import", run.id) == names


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
            await start_import(tx, owner, [SourceFile(name="x", content=b"[]")] * count)


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
        import_id = (await start_import(tx, owner, [SourceFile(name="x", content=b"[]")])).import_id
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
        started = await start_import(tx, owner, [upload])
    run = JobRun(
        name="sprints", database=database, settings=Settings(), ports={IssueFiles: JiraFiles()},
        organization_id=owner.organization_id,
    )  # fmt: skip
    ids = {"organization_id": owner.organization_id, "import_id": started.import_id}
    await jobs.read_import(run, **ids)
    async with database.tx(owner) as tx:
        await confirm_import(tx, owner, started.key, FieldMap())
    await jobs.apply_import(run, **ids)
    async with database.tx(owner) as tx:
        [work] = await tx.execute(select(Work.state, Work.done, Work.total))
    assert (work.state, work.done) == ("DONE", work.total)
    assert work.total > 0


async def test_two_imports_of_the_same_issues_at_once_make_each_once(database: Database) -> None:
    owner = await world.organization_in(database)
    batch = JiraFiles().read([SourceFile(name="issues.csv", content=CSV)])
    async with database.tx(owner) as tx:
        site = await own_site(tx, SiteKind.FILES)

    heard: list[tuple[int, int]] = []

    async def tell(done: int, total: int) -> None:
        heard.append((done, total))

    async def apply() -> int:
        async with database.tx(owner) as tx:
            applied = await apply_batch(tx, site, batch, FieldMap(), tell=tell)
            return applied.counts["issues_created"]

    assert sorted(await asyncio.gather(apply(), apply())) == [0, 3]
    assert heard == [(0, 3), (3, 3)] * 2
