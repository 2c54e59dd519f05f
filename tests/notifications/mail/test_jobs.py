"""Mail that is sent by the worker, to a real server."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlalchemy import select, text

from cutwater import identity, notifications
from cutwater.identity.sessions.service import passwords
from cutwater.integrations.smtp import SmtpMailer, server_of
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.jobs import JOBS, JobRun
from cutwater.kernel.reader import SessionReader
from cutwater.kernel.settings import Settings
from cutwater.notifications import DeliveryState, Mailer
from cutwater.notifications.mail import jobs, service, views
from cutwater.notifications.mail.models import Delivery, PlatformDelivery
from tests import world
from tests.integrations.mail_server import MailServer, serving
from tests.serving import work

SETTINGS = Settings(
    secret_key=SecretStr("a secret that is long enough for the tests"),
    public_url="https://cutwater.bank.example",
    mail_from="Cutwater <cutwater@bank.example>",
)
DEMO = SETTINGS.model_copy(update={"demo": True})


def ports_to(server: MailServer) -> dict[type, object]:
    address = server_of(f"smtp+plain://localhost:{server.port}")
    return {Mailer: SmtpMailer(address, sender=SETTINGS.mail_from)}


def run_in(
    database: Database,
    actor: Actor | None,
    ports: dict[type, object] | None = None,
    settings: Settings = SETTINGS,
) -> JobRun:
    inside = actor.organization_id if actor else None
    return JobRun(
        name=service.SEND, database=database, settings=settings, ports=ports or {}, organization_id=inside
    )


async def queued(database: Database, actor: Actor, to: str = "ada@example.com") -> UUID:
    async with database.tx(actor) as tx:
        return await notifications.send_mail(
            tx, to, "Ready", "Step A-5 is ready.", "<p>Ready</p>", kind="step.ready", key=to
        )


async def mail(database: Database, actor: Actor | None, id: UUID) -> Any:
    table = Delivery if actor else PlatformDelivery
    async with database.tx(actor) as tx:
        return await tx.get_one(table, id)


async def test_a_mail_server_that_refuses_and_recovers_loses_nothing(database: Database) -> None:
    actor = await world.organization_in(database)
    id, at = await queued(database, actor), clock.now()
    async with serving(MailServer(refusal="451 4.3.0 try later")) as server:
        run = run_in(database, actor, ports_to(server))
        for attempt in (1, 2, 3):
            with clock.frozen(at):
                await jobs.send(run, delivery_id=id, organization_id=actor.organization_id)
            waiting = await mail(database, actor, id)
            assert (waiting.state, waiting.attempts) == (DeliveryState.QUEUED, attempt)
            assert "451 4.3.0 try later" in waiting.last_error
            assert waiting.next_at > at
            at = waiting.next_at
        server.refusal = ""
        with clock.frozen(at):
            await jobs.send(run, delivery_id=id, organization_id=actor.organization_id)
    sent = await mail(database, actor, id)
    assert (sent.state, sent.attempts, sent.text, sent.last_error) == (DeliveryState.SENT, 4, "", "")
    assert server.attempts == 4
    assert [letter["Message-ID"] for letter in server.letters] == [f"<{id.hex}@bank.example>"]


async def test_a_dead_mail_server_is_a_reason_not_a_crash(database: Database) -> None:
    actor = await world.organization_in(database)
    id = await queued(database, actor)
    async with serving(MailServer()) as server:
        ports = ports_to(server)
    await jobs.send(run_in(database, actor, ports), delivery_id=id)
    waiting = await mail(database, actor, id)
    assert waiting.state == DeliveryState.QUEUED
    assert "could not be used" in waiting.last_error
    async with serving(MailServer(), port=server.port) as back:
        with clock.frozen(clock.now() + timedelta(minutes=1)):
            await jobs.send(run_in(database, actor, ports), delivery_id=id)
    assert len(back.letters) == 1
    assert (await mail(database, actor, id)).state == DeliveryState.SENT


async def test_an_attempt_lost_after_the_server_took_it_repeats_the_same_message_id(
    database: Database,
) -> None:
    actor = await world.organization_in(database)
    id = await queued(database, actor)
    async with serving(MailServer()) as server:
        ports = ports_to(server)
        async with database.tx(actor) as tx:
            claimed = await service.claim(tx, actor.organization_id, id, sender=SETTINGS.mail_from)
            assert claimed
            letter = await views.letter_of(SessionReader(tx), SETTINGS, claimed)
        assert letter
        mailer = ports[Mailer]
        assert isinstance(mailer, SmtpMailer)
        await mailer.send(letter)
        # the worker dies here, before it could note that the mail was taken over
        with clock.frozen(clock.now() + timedelta(minutes=6)):
            await jobs.send(run_in(database, actor, ports), delivery_id=id)
    assert len(server.letters) == 2
    assert len({letter["Message-ID"] for letter in server.letters}) == 1


async def test_running_twice_sends_once(database: Database) -> None:
    actor = await world.organization_in(database)
    id = await queued(database, actor)
    async with serving(MailServer()) as server:
        run = run_in(database, actor, ports_to(server))
        await asyncio.gather(*(jobs.send(run, delivery_id=id) for _ in range(4)))
        await jobs.send(run, delivery_id=id)
    assert len(server.letters) == 1
    assert (await mail(database, actor, id)).attempts == 1


async def test_a_recipient_nobody_knows_is_given_up_at_once(database: Database) -> None:
    actor = await world.organization_in(database)
    id = await queued(database, actor)
    async with serving(MailServer(no_such={"ada@example.com"})) as server:
        await jobs.send(run_in(database, actor, ports_to(server)), delivery_id=id)
    failed = await mail(database, actor, id)
    assert (failed.state, failed.attempts, failed.next_at) == (DeliveryState.FAILED, 1, None)
    assert "no such user" in failed.last_error


async def test_without_a_mail_server_mail_is_kept_and_can_be_sent_later(database: Database) -> None:
    actor = await world.organization_in(database)
    id = await queued(database, actor)
    await jobs.send(run_in(database, actor), delivery_id=id)
    kept = await mail(database, actor, id)
    assert (kept.state, kept.text, kept.html) == (DeliveryState.KEPT, "Step A-5 is ready.", "<p>Ready</p>")
    async with database.tx(actor) as tx:
        await service.retry_delivery(tx, actor, id)
    async with serving(MailServer()) as server:
        await work(database, SETTINGS, ports_to(server))
    assert [letter["To"] for letter in server.letters] == ["ada@example.com"]
    assert (await mail(database, actor, id)).state == DeliveryState.SENT


async def test_a_rolled_back_change_sends_nothing(database: Database) -> None:
    actor = await world.organization_in(database)

    async def failing_change() -> None:
        async with database.tx(actor) as tx:
            await notifications.send_mail(tx, "ada@example.com", "x", "y", kind="x", key="x")
            raise RuntimeError("the change failed")

    with pytest.raises(RuntimeError, match="the change failed"):
        await failing_change()
    async with serving(MailServer()) as server:
        await work(database, SETTINGS, ports_to(server))
    assert server.letters == []


async def invited(database: Database, actor: Actor, email: str = "new@bank.example") -> Any:
    async with database.tx(actor) as tx:
        return await identity.invite(tx, actor, email, "MEMBER")


async def test_an_invitation_is_mailed_by_the_worker_and_its_link_is_stored_nowhere(
    database: Database,
) -> None:
    people = await world.people_in(database)
    actor = people["OWNER"]
    async with serving(MailServer(refusal="451 not yet")) as server:
        await invited(database, actor)
        await work(database, SETTINGS, ports_to(server))
        assert server.attempts > 0
        async with database.tx(actor) as tx:
            [row] = (await tx.scalars(select(Delivery).where(Delivery.kind == "invitation"))).all()
            assert (row.state, row.text, row.html) == (DeliveryState.QUEUED, "", "")
        server.refusal = ""
        with clock.frozen(clock.now() + timedelta(minutes=1)):
            await jobs.send(run_in(database, actor, ports_to(server)), delivery_id=row.id)
    [letter] = [each for each in server.letters if each["To"] == "new@bank.example"]
    assert "invites you to Harbour Bank" in letter["Subject"]
    plain = letter.get_body(("plain",))
    assert plain is not None
    assert "https://cutwater.bank.example/invite/" in plain.get_content()


async def test_a_withdrawn_invitation_is_not_mailed(database: Database) -> None:
    people = await world.people_in(database)
    actor = people["OWNER"]
    await invited(database, actor)
    async with database.tx(actor) as tx:
        event_id = await tx.scalar(text("select id from event_log where name = 'invitation.created'"))
    await jobs.mail_invitation(
        run_in(database, actor), organization_id=actor.organization_id, event_id=event_id
    )
    async with database.tx(actor) as tx:
        id = await tx.scalar(select(Delivery.id).where(Delivery.kind == "invitation"))
        await tx.execute(text("update invitation set revoked_at = now()"))
    assert id
    async with serving(MailServer()) as server:
        await jobs.send(run_in(database, actor, ports_to(server)), delivery_id=id)
    assert server.letters == []
    failed = await mail(database, actor, id)
    assert (failed.state, failed.last_error) == (DeliveryState.FAILED, jobs.CLOSED)


async def test_a_password_reset_is_mailed_outside_any_organization(database: Database) -> None:
    async with database.tx(None) as tx:
        person = await world.account(tx, email="ada@bank.example")
    async with database.tx(None) as tx:
        await passwords.request_reset(tx, "ada@bank.example")
    async with serving(MailServer()) as server:
        await work(database, SETTINGS, ports_to(server))
    letters = [each for each in server.letters if each["Subject"] == "Set a new password"]
    assert [each["To"] for each in letters] == ["ada@bank.example"]
    plain = letters[0].get_body(("plain",))
    assert plain is not None
    assert f"Hello {person.name}," in plain.get_content()
    assert "https://cutwater.bank.example/reset/" in plain.get_content()
    async with database.tx(None) as tx:
        states = await tx.scalars(select(PlatformDelivery.state))
        assert set(states) == {DeliveryState.SENT}


async def test_in_a_demo_an_invitation_can_be_read_outside_the_organization_too(database: Database) -> None:
    people = await world.people_in(database)
    await invited(database, people["OWNER"])
    await work(database, DEMO, {})
    async with database.tx(None) as tx:
        kept = (await tx.scalars(select(PlatformDelivery).where(PlatformDelivery.kind == "invitation"))).all()
    assert [(each.recipient, each.state) for each in kept] == [("new@bank.example", DeliveryState.KEPT)]


def test_every_subscriber_is_a_declared_job() -> None:
    names = {name for followers in jobs.SUBSCRIBERS.values() for name in followers}
    assert names <= set(JOBS)
