"""Mail: queued, claimed, sent, retried, erased."""

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
from cutwater.kernel.errors import Conflict, Forbidden, NotFound
from cutwater.notifications.core import retrying
from cutwater.notifications.mail.models import Delivery, DeliveryState, PlatformDelivery
from cutwater.notifications.mail.service import claim, mark_not_taken, mark_sent, retry_delivery
from tests import world

SENDER = "Cutwater <cutwater@bank.example>"


async def queued(tx: AsyncSession, key: str = "k1", to: str = "ada@example.com") -> Delivery:
    id = await notifications.send_mail(tx, to, "Ready", "Step A-5", kind="step.ready", key=key)
    return await tx.get_one(Delivery, id)


async def jobs_for(tx: AsyncSession, id: UUID) -> list[Any]:
    wanted = text(
        "select scheduled_at, queueing_lock from procrastinate_jobs"
        " where task_name = 'notifications.send' and args->>'delivery_id' = :id order by id"
    )
    return list((await tx.execute(wanted, {"id": str(id)})).all())


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
    claimed = await claim(tx, owner.organization_id, mail.id, sender=SENDER)
    assert claimed is not None
    assert (claimed.recipient, claimed.text) == ("ada@example.com", "Step A-5")
    assert mail.attempts == 1
    assert mail.message_id == f"<{mail.id.hex}@bank.example>"
    assert await claim(tx, owner.organization_id, mail.id, sender=SENDER) is None
    assert mail.attempts == 1
    jobs = await jobs_for(tx, mail.id)
    assert [job.scheduled_at for job in jobs] == [None, mail.next_at]


async def test_a_lost_attempt_is_due_again_when_its_lease_ends(tx: AsyncSession, owner: Actor) -> None:
    mail = await queued(tx)
    await claim(tx, owner.organization_id, mail.id, sender=SENDER)
    message_id = mail.message_id
    with clock.frozen(clock.now() + retrying.LEASE + timedelta(seconds=1)):
        assert await claim(tx, owner.organization_id, mail.id, sender="x@other.example") is not None
    assert mail.attempts == 2
    assert mail.message_id == message_id


async def test_a_sent_mail_is_not_kept_and_not_sent_again(tx: AsyncSession, owner: Actor) -> None:
    mail = await queued(tx)
    await claim(tx, owner.organization_id, mail.id, sender=SENDER)
    await mark_sent(tx, owner.organization_id, mail.id)
    assert (mail.state, mail.text, mail.html, mail.next_at) == (DeliveryState.SENT, "", "", None)
    assert mail.sent_at is not None
    assert await claim(tx, owner.organization_id, mail.id, sender=SENDER) is None
    with pytest.raises(Conflict) as refused:
        await retry_delivery(tx, owner, mail.id)
    assert [each.code for each in refused.value.obstacles] == ["delivery.sent"]


async def test_a_refusal_waits_longer_each_time_and_is_given_up_in_the_end(
    tx: AsyncSession, owner: Actor
) -> None:
    mail, at = await queued(tx), clock.now()
    for attempt in range(1, retrying.MOST_ATTEMPTS + 1):
        with clock.frozen(at):
            assert await claim(tx, owner.organization_id, mail.id, sender=SENDER)
            await mark_not_taken(tx, owner.organization_id, mail.id, f"451 no {attempt}", is_final=False)
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
    await claim(tx, owner.organization_id, mail.id, sender=SENDER)
    for _ in range(3):
        await claim(tx, owner.organization_id, mail.id, sender=SENDER)
    assert len(await jobs_for(tx, mail.id)) == 2


async def test_an_admin_sends_a_failed_mail_again(tx: AsyncSession, owner: Actor) -> None:
    mail = await queued(tx)
    await claim(tx, owner.organization_id, mail.id, sender=SENDER)
    await mark_not_taken(tx, owner.organization_id, mail.id, "550 no such user", is_final=True)
    assert mail.state == DeliveryState.FAILED
    await retry_delivery(tx, owner, mail.id)
    assert (mail.state, mail.attempts, mail.last_error) == (DeliveryState.QUEUED, 0, "550 no such user")
    assert await claim(tx, owner.organization_id, mail.id, sender=SENDER) is not None
    logged = text("select actor_user_id, data from event_log where name = 'delivery.retried'")
    row = (await tx.execute(logged)).one()
    assert row.actor_user_id == owner.user_id
    assert row.data["changes"] == {"state": ["FAILED", "QUEUED"]}


async def test_a_mail_is_sent_again_by_who_looks_after_the_log_only(tx: AsyncSession, owner: Actor) -> None:
    mail = await queued(tx)
    await claim(tx, owner.organization_id, mail.id, sender=SENDER)
    await mark_sent(tx, owner.organization_id, mail.id)
    member = await world.person(tx, owner, "MEMBER")
    with pytest.raises(Forbidden) as refused:
        await retry_delivery(tx, member, mail.id)
    assert [each.code for each in refused.value.obstacles] == ["permission.notifications.configure"]


async def test_retrying_what_is_not_there_is_not_found(tx: AsyncSession, owner: Actor) -> None:
    mail = await queued(tx)
    foreign = await world.organization(tx, "Other Bank")
    with pytest.raises(NotFound):
        await retry_delivery(tx, foreign, mail.id)


async def test_erasing_a_person_empties_their_mails_and_stops_them(tx: AsyncSession, owner: Actor) -> None:
    hers, his = await queued(tx), await queued(tx, key="k2", to="bob@example.com")
    assert await notifications.erase_mail_to(tx, "ada@example.com") == 1
    await tx.refresh(hers)
    await tx.refresh(his)
    assert (hers.recipient, hers.subject, hers.text, hers.state) == ("", "", "", DeliveryState.FAILED)
    assert (his.recipient, his.state) == ("bob@example.com", DeliveryState.QUEUED)
    assert await claim(tx, owner.organization_id, hers.id, sender=SENDER) is None
