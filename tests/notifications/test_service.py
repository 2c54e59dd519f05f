from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import notifications
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Conflict, Invalid, NotFound
from cutwater.kernel.ids import new_id
from cutwater.kernel.paging import Keyset, decode_cursor
from cutwater.kernel.reader import SessionReader
from cutwater.notifications import queries, retrying, service
from cutwater.notifications.models import Delivery, DeliveryState, InboxItem, PlatformDelivery, Work
from tests import world

SENDER = "Cutwater <cutwater@bank.example>"


async def colleague(tx: AsyncSession, actor: Actor) -> Actor:
    """Another person in the same organization."""
    return await world.person(tx, actor, "MEMBER", "Carl")


async def queued(tx: AsyncSession, key: str = "k1", to: str = "ada@example.com") -> Delivery:
    id = await notifications.send_mail(tx, to, "Ready", "Step A-5", kind="step.ready", key=key)
    return await tx.get_one(Delivery, id)


async def jobs_for(tx: AsyncSession, id: UUID) -> list[Any]:
    wanted = text(
        "select scheduled_at, queueing_lock from procrastinate_jobs"
        " where task_name = 'notifications.send' and args->>'delivery_id' = :id order by id"
    )
    return list((await tx.execute(wanted, {"id": str(id)})).all())


# ---------------------------------------------------------------- the inbox


async def test_each_person_is_told_once(tx: AsyncSession, owner: Actor, reader: SessionReader) -> None:
    carl = await colleague(tx, owner)
    assert owner.user_id
    assert carl.user_id
    people = [owner.user_id, carl.user_id, owner.user_id]
    await notifications.tell(tx, people, "Import\ndone", "/work/1", kind="work.ended", event_id=7)
    for actor in (owner, carl):
        [item] = (await queries.inbox(reader, actor, Keyset())).rows
        assert (item.title, item.path, item.kind, item.read_at) == (
            "Import done",
            "/work/1",
            "work.ended",
            None,
        )
        assert await queries.unread_count(reader, actor) == 1


async def test_a_repeated_job_tells_nobody_twice(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    assert owner.user_id
    for kind, event_id in (("a", 7), ("a", 7), ("b", 7), ("a", 8), ("a", None), ("a", None)):
        await notifications.tell(tx, [owner.user_id], "Told", "/", kind=kind, event_id=event_id)
    assert len((await queries.inbox(reader, owner, Keyset())).rows) == 5


@pytest.mark.parametrize("order", [(7, 8, 9), (9, 7, 8), (8, 9, 7)])
async def test_of_seven_moves_only_the_newest_stays_unread_in_whatever_order_the_jobs_ran(
    tx: AsyncSession, owner: Actor, reader: SessionReader, order: tuple[int, ...]
) -> None:
    assert owner.user_id
    for event_id in order:
        title = f"R-1: move {event_id}"
        await notifications.tell(tx, [owner.user_id], title, "/releases/R-1", kind="moved", event_id=event_id)
    await notifications.tell(tx, [owner.user_id], "Elsewhere", "/releases/R-2", kind="moved", event_id=10)
    await notifications.tell(tx, [owner.user_id], "Asked", "/releases/R-1", kind="named", event_id=11)
    unread = (await queries.inbox(reader, owner, Keyset(), unread_only=True)).rows
    assert {row.title for row in unread} == {"R-1: move 9", "Elsewhere", "Asked"}
    assert len((await queries.inbox(reader, owner, Keyset())).rows) == 5


async def test_going_where_an_item_leads_reads_all_that_leads_there(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    assert owner.user_id
    for path, kind in (("/releases/R-1", "moved"), ("/releases/R-1", "named"), ("/releases/R-2", "other")):
        await notifications.tell(tx, [owner.user_id], path, path, kind=kind, event_id=7)
    items = (await queries.inbox(reader, owner, Keyset())).rows
    first = next(item for item in items if item.kind == "moved")
    await service.open_item(tx, owner, first.id)
    unread = (await queries.inbox(reader, owner, Keyset(), unread_only=True)).rows
    assert [row.title for row in unread] == ["/releases/R-2"]


async def test_telling_nobody_is_nothing(tx: AsyncSession, owner: Actor) -> None:
    await notifications.tell(tx, [], "Nothing", "/", kind="x")
    assert (await tx.scalars(select(InboxItem))).all() == []


async def test_reading_is_counted_and_remembers_the_first_time(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    assert owner.user_id
    for number in range(3):
        await notifications.tell(tx, [owner.user_id], f"Thing {number}", "/", kind="x")
    first = (await queries.inbox(reader, owner, Keyset())).rows[0]
    read = await service.read_item(tx, owner, first.id)
    at = read.read_at
    assert (await service.read_item(tx, owner, first.id)).read_at == at
    assert await queries.unread_count(reader, owner) == 2
    assert len((await queries.inbox(reader, owner, Keyset(), unread_only=True)).rows) == 2
    assert await service.read_all(tx, owner) == 2
    assert await service.read_all(tx, owner) == 0
    assert await queries.unread_count(reader, owner) == 0


async def test_another_persons_item_does_not_exist(tx: AsyncSession, owner: Actor) -> None:
    carl = await colleague(tx, owner)
    assert owner.user_id
    await notifications.tell(tx, [owner.user_id], "Mine", "/", kind="x")
    item = await tx.scalar(select(InboxItem))
    assert item
    with pytest.raises(NotFound):
        await service.read_item(tx, carl, item.id)
    assert await service.read_all(tx, carl) == 0
    assert item.read_at is None


async def test_the_inbox_pages_newest_first(tx: AsyncSession, owner: Actor, reader: SessionReader) -> None:
    assert owner.user_id
    for number in range(5):
        await notifications.tell(tx, [owner.user_id], f"Thing {number}", "/", kind="x")
    seen: list[str] = []
    keyset = Keyset(limit=2)
    while True:
        page = await queries.inbox(reader, owner, keyset)
        seen += [row.title for row in page.rows]
        if page.next_cursor is None:
            break
        keyset = Keyset(after=decode_cursor(page.next_cursor), limit=2)
    assert sorted(seen) == [f"Thing {number}" for number in range(5)]
    assert reader.trips == 3
    with pytest.raises(Invalid):
        await queries.inbox(reader, owner, Keyset(after=["nonsense"]))


# ---------------------------------------------------------------- mail


async def test_a_mail_and_its_job_are_queued_together(tx: AsyncSession, owner: Actor) -> None:
    mail = await queued(tx)
    assert (mail.state, mail.attempts, mail.text) == (DeliveryState.QUEUED, 0, "Step A-5")
    assert len(await jobs_for(tx, mail.id)) == 1


async def test_the_same_key_is_one_mail(tx: AsyncSession, owner: Actor) -> None:
    first, second = await queued(tx), await queued(tx)
    assert first.id == second.id
    assert len(await jobs_for(tx, first.id)) == 1
    assert (await queued(tx, key="k2")).id != first.id


async def test_two_organizations_may_use_the_same_key(tx: AsyncSession, owner: Actor) -> None:
    first = await queued(tx)
    await world.organization(tx, "Other Bank")
    assert (await queued(tx)).id != first.id
    assert len((await tx.scalars(select(Delivery))).all()) == 1


@pytest.mark.parametrize("to", ["", "nobody", "a@b.example, c@d.example", "a@b.example\nBcc: c@d.example"])
async def test_a_wrong_address_is_refused_before_anything_is_queued(
    tx: AsyncSession, owner: Actor, to: str
) -> None:
    with pytest.raises(ValueError, match="one plain address"):
        await queued(tx, to=to)
    assert (await tx.scalars(select(Delivery))).all() == []


async def test_mail_outside_any_organization_is_seen_in_none(tx: AsyncSession, owner: Actor) -> None:
    nobody = replace(owner, organization_id=None, user_id=None)
    await world.enter(tx, nobody)
    id = await notifications.send_mail(tx, "ada@example.com", "Reset", "x", kind="reset", key="r1")
    assert await tx.scalar(select(PlatformDelivery.recipient)) == "ada@example.com"
    assert await tx.scalar(select(PlatformDelivery.id)) == id
    await world.enter(tx, owner)
    assert await tx.scalar(select(PlatformDelivery.id)) is None


async def test_a_claim_counts_and_keeps_a_second_run_away(tx: AsyncSession, owner: Actor) -> None:
    mail = await queued(tx)
    claimed = await service.claim(tx, owner.organization_id, mail.id, sender=SENDER)
    assert claimed is mail
    assert mail.attempts == 1
    assert mail.message_id == f"<{mail.id.hex}@bank.example>"
    assert await service.claim(tx, owner.organization_id, mail.id, sender=SENDER) is None
    assert mail.attempts == 1
    jobs = await jobs_for(tx, mail.id)
    assert [job.scheduled_at for job in jobs] == [None, mail.next_at]


async def test_a_lost_attempt_is_due_again_when_its_lease_ends(tx: AsyncSession, owner: Actor) -> None:
    mail = await queued(tx)
    await service.claim(tx, owner.organization_id, mail.id, sender=SENDER)
    message_id = mail.message_id
    with clock.frozen(clock.now() + retrying.LEASE + timedelta(seconds=1)):
        assert await service.claim(tx, owner.organization_id, mail.id, sender="x@other.example") is mail
    assert mail.attempts == 2
    assert mail.message_id == message_id


async def test_a_sent_mail_is_not_kept_and_not_sent_again(tx: AsyncSession, owner: Actor) -> None:
    mail = await queued(tx)
    await service.claim(tx, owner.organization_id, mail.id, sender=SENDER)
    await service.mark_sent(tx, owner.organization_id, mail.id)
    assert (mail.state, mail.text, mail.html, mail.next_at) == (DeliveryState.SENT, "", "", None)
    assert mail.sent_at is not None
    assert await service.claim(tx, owner.organization_id, mail.id, sender=SENDER) is None
    with pytest.raises(Conflict) as refused:
        await service.retry_delivery(tx, owner, mail.id)
    assert [each.code for each in refused.value.obstacles] == ["delivery.sent"]


async def test_a_refusal_waits_longer_each_time_and_is_given_up_in_the_end(
    tx: AsyncSession, owner: Actor
) -> None:
    mail, at = await queued(tx), clock.now()
    for attempt in range(1, retrying.MOST_ATTEMPTS + 1):
        with clock.frozen(at):
            assert await service.claim(tx, owner.organization_id, mail.id, sender=SENDER)
            await service.mark_not_taken(
                tx, owner.organization_id, mail.id, f"451 no {attempt}", is_final=False
            )
        assert mail.last_error == f"451 no {attempt}"
        wait = retrying.wait_after(attempt)
        if wait is not None:
            assert mail.state == DeliveryState.QUEUED
            assert mail.next_at == at + wait
            at = mail.next_at
    assert mail.state == DeliveryState.FAILED
    assert mail.next_at is None
    assert mail.text == "Step A-5"
    logged = text("select data from event_log where name = 'delivery.given_up' and subject_id = :id")
    assert (await tx.scalar(logged, {"id": mail.id}))["attempts"] == retrying.MOST_ATTEMPTS


async def test_waiting_for_the_next_attempt_queues_one_job_only(tx: AsyncSession, owner: Actor) -> None:
    mail = await queued(tx)
    await service.claim(tx, owner.organization_id, mail.id, sender=SENDER)
    for _ in range(3):
        await service.claim(tx, owner.organization_id, mail.id, sender=SENDER)
    assert len(await jobs_for(tx, mail.id)) == 2


async def test_an_admin_sends_a_failed_mail_again(tx: AsyncSession, owner: Actor) -> None:
    mail = await queued(tx)
    await service.claim(tx, owner.organization_id, mail.id, sender=SENDER)
    await service.mark_not_taken(tx, owner.organization_id, mail.id, "550 no such user", is_final=True)
    assert mail.state == DeliveryState.FAILED
    await service.retry_delivery(tx, owner, mail.id)
    assert (mail.state, mail.attempts, mail.last_error) == (DeliveryState.QUEUED, 0, "550 no such user")
    assert await service.claim(tx, owner.organization_id, mail.id, sender=SENDER) is mail
    logged = text("select actor_user_id, data from event_log where name = 'delivery.retried'")
    row = (await tx.execute(logged)).one()
    assert row.actor_user_id == owner.user_id
    assert row.data["changes"] == {"state": ["FAILED", "QUEUED"]}


async def test_retrying_what_is_not_there_is_not_found(tx: AsyncSession, owner: Actor) -> None:
    mail = await queued(tx)
    foreign = await world.organization(tx, "Other Bank")
    with pytest.raises(NotFound):
        await service.retry_delivery(tx, foreign, mail.id)


async def test_erasing_a_person_empties_their_mails_and_stops_them(tx: AsyncSession, owner: Actor) -> None:
    hers, his = await queued(tx), await queued(tx, key="k2", to="bob@example.com")
    assert await notifications.erase_mail_to(tx, "ada@example.com") == 1
    await tx.refresh(hers)
    await tx.refresh(his)
    assert (hers.recipient, hers.subject, hers.text, hers.state) == ("", "", "", DeliveryState.FAILED)
    assert (his.recipient, his.state) == ("bob@example.com", DeliveryState.QUEUED)
    assert await service.claim(tx, owner.organization_id, hers.id, sender=SENDER) is None


# ---------------------------------------------------------------- long work


async def test_long_work_counts_up_and_tells_who_started_it(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    id = await notifications.begin_work(tx, owner, "import", "Import 2 files", 4, path="/sprints")
    await notifications.advance_work(tx, id, 3)
    row = await queries.work(reader, id)
    assert (row.state, row.done, row.total, row.path) == ("RUNNING", 3, 4, "/sprints")
    await notifications.advance_work(tx, id, 5, 8)
    await notifications.end_work(tx, id, result={"issues": 139})
    row = await queries.work(reader, id)
    assert (row.state, row.done, row.total, row.result) == ("DONE", 8, 8, {"issues": 139})
    assert row.ended_at is not None
    [item] = (await queries.inbox(reader, owner, Keyset())).rows
    assert (item.title, item.path) == ("Import 2 files: done", f"/work/{id}")


async def test_failed_work_says_why_and_stays_where_it_was(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    id = await notifications.begin_work(tx, owner, "import", "Import", 10)
    await notifications.advance_work(tx, id, 4)
    await notifications.end_work(tx, id, failed="Row 5 has no key.")
    row = await queries.work(reader, id)
    assert (row.state, row.done, row.error) == ("FAILED", 4, "Row 5 has no key.")
    await notifications.end_work(tx, id, result={"late": 1})
    await notifications.advance_work(tx, id, 9)
    assert await queries.work(reader, id) == row
    assert len((await queries.inbox(reader, owner, Keyset())).rows) == 1


async def test_work_of_a_job_is_told_to_nobody(tx: AsyncSession, owner: Actor, reader: SessionReader) -> None:
    job = replace(owner, kind="job", id=None, user_id=None)
    id = await notifications.begin_work(tx, job, "sync", "Nightly sync")
    await notifications.end_work(tx, id)
    assert (await tx.scalars(select(InboxItem))).all() == []
    assert (await queries.works(reader, job, Keyset())).rows == []
    assert (await tx.get_one(Work, id)).state == "DONE"


async def test_own_work_can_be_found_again(tx: AsyncSession, owner: Actor, reader: SessionReader) -> None:
    carl = await colleague(tx, owner)
    mine = await notifications.begin_work(tx, owner, "import", "Mine")
    await notifications.begin_work(tx, carl, "import", "His")
    assert [row.id for row in (await queries.works(reader, owner, Keyset())).rows] == [mine]
    with pytest.raises(NotFound):
        await queries.work(reader, new_id())
