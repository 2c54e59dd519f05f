"""What follows a change: the owner is told, and copies of issues are brought up to date."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from cutwater import audit, sprints
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.events import REGISTRY, SUBSCRIBERS
from cutwater.kernel.jobs import JOBS, JobRun
from cutwater.kernel.settings import Settings
from cutwater.notifications.inbox.models import InboxItem
from cutwater.releases.approvals.service import name_approver
from cutwater.releases.core.facts import Status
from cutwater.releases.desk.queries import detail
from cutwater.releases.items.jobs import refresh_items
from cutwater.releases.items.service import ItemDraft, add_item
from cutwater.releases.records import jobs as records_jobs
from cutwater.releases.records.service import block_release
from cutwater.sprints.service import IssueEdit, update_issue
from tests import world
from tests.releases.factories import a_release, walk


def run_of(database: Database, actor: Actor) -> JobRun:
    return JobRun(
        name="releases.tell",
        database=database,
        settings=Settings(worker=False),
        ports={},
        organization_id=actor.organization_id,
    )


async def told(database: Database, boss: Actor, reader_of: Actor) -> Sequence[Any]:
    async with database.tx(reader_of) as tx:
        return (await tx.execute(select(InboxItem.user_id, InboxItem.title, InboxItem.path))).all()


def test_every_subscription_names_an_event_and_a_job_that_exist() -> None:
    for name, followers in records_jobs.SUBSCRIBERS.items():
        assert name in REGISTRY, name
        assert set(followers) <= set(JOBS)
        assert set(followers) <= set(SUBSCRIBERS[name])


async def test_the_owner_is_told_what_others_did_and_not_what_they_did_themselves(
    database: Database,
) -> None:
    boss = await world.organization_in(database)
    async with database.tx(boss) as tx:
        keeper = await world.person(tx, boss, "MEMBER", "Kim Keeper")
        release = await a_release(tx, boss, owner_id=keeper.user_id)
        await walk(tx, boss, release, Status.IN_DEVELOPMENT)
    async with database.tx(keeper) as tx:
        await block_release(tx, keeper, release.key, "Vendor", seen_revision=None)
    for entry in await audit.feed(database.reader(boss), boss, "release", release.id, 2):
        await records_jobs.tell(
            run_of(database, boss), organization_id=boss.organization_id, event_id=entry.event_id
        )
    assert [(row.user_id, row.title, row.path) for row in await told(database, boss, keeper)] == [
        (
            keeper.user_id,
            f"{release.key} {release.title}: moved to In development",
            f"/releases/{release.key}",
        )
    ]


async def test_an_approver_is_told_that_the_release_waits_for_them(database: Database) -> None:
    boss = await world.organization_in(database)
    async with database.tx(boss) as tx:
        dana = await world.person(tx, boss, "VIEWER", "Dana")
        release = await a_release(tx, boss)
        await name_approver(tx, boss, release.key, dana.user_id)
    (entry,) = await audit.feed(database.reader(boss), boss, "release", release.id, 1)
    await records_jobs.tell(
        run_of(database, boss), organization_id=boss.organization_id, event_id=entry.event_id
    )
    (row,) = await told(database, boss, dana)
    assert (row.user_id, row.title) == (dana.user_id, f"{release.key} {release.title} needs your approval")


async def test_an_edited_issue_brings_its_items_up_to_date(database: Database) -> None:
    boss = await world.organization_in(database)
    async with database.tx(boss) as tx:
        issue = await sprints.create_issue(tx, boss, IssueEdit(title="Instant payments"))
        release = await a_release(tx, boss)
        await add_item(tx, boss, release.key, ItemDraft(reference=issue.key))
        await update_issue(tx, boss, issue.key, IssueEdit(title="Instant payments", status="Done"))
    await refresh_items(run_of(database, boss), organization_id=boss.organization_id, event_id=1)
    assert (await detail.release_row(database.reader(boss), release.key)).items_done == 1
