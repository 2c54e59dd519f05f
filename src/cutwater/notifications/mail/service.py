"""Mail: queued with the change that causes it, tried until a server takes it."""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import clock, jobs
from cutwater.kernel.actor import Actor, job_actor
from cutwater.kernel.changes import moved
from cutwater.kernel.errors import refuse
from cutwater.kernel.ids import new_id
from cutwater.kernel.keyed import held, held_if
from cutwater.notifications.core import letters, retrying
from cutwater.notifications.mail import permissions, queries
from cutwater.notifications.mail.events import DeliveryGivenUp, DeliveryRetried
from cutwater.notifications.mail.models import Delivery, DeliveryState, LinkKind, Mail

SEND = "notifications.send"
ERROR_LENGTH = 500


async def send_mail(
    tx: AsyncSession, to: str, subject: str, text: str, html: str = "", *, kind: str, key: str
) -> UUID:
    """Queue a mail in this transaction; the same `key` twice is one mail. Returns the delivery's id."""
    return await _queue(tx, to, subject, {"text": text, "html": html}, kind=kind, key=key)


async def send_link(
    tx: AsyncSession, to: str, subject: str, link: LinkKind, link_id: UUID, *, key: str
) -> UUID:
    """Queue a mail with a secret link, which is made only when the mail goes out and is never stored."""
    return await _queue(tx, to, subject, {"link_kind": link, "link_id": link_id}, kind=link, key=key)


async def _queue(
    tx: AsyncSession, to: str, subject: str, content: Mapping[str, object], *, kind: str, key: str
) -> UUID:
    if not letters.is_address(to):
        raise ValueError("a mail needs one plain address")
    organization = _organization(tx)
    table = queries.deliveries_of(organization)
    row = {"id": new_id(), "kind": kind, "key": key, "recipient": to, "subject": letters.one_line(subject)}
    queued = upsert(table).values(row | dict(content)).on_conflict_do_nothing()
    made: UUID | None = await tx.scalar(queued.returning(table.id))
    if made is None:
        known = await tx.scalar(select(table.id).where(table.key == key))
        if known is None:
            raise LookupError(f"the mail {key} is being queued by somebody else")
        return known
    await jobs.defer(tx, SEND, organization_id=organization, delivery_id=made)
    return made


def _organization(tx: AsyncSession) -> UUID | None:
    organization = tx.info.get("organization")
    return UUID(str(organization)) if organization else None


# ---------------------------------------------------------------- one attempt


class Claimed(NamedTuple):
    """A mail that is ours to send for as long as the lease lasts."""

    recipient: str
    subject: str
    text: str
    html: str
    link_kind: str | None
    link_id: UUID | None
    message_id: str


async def _hold(tx: AsyncSession, organization_id: UUID | None, id: UUID) -> Mail | None:
    table = queries.deliveries_of(organization_id)
    return await held_if(tx, table, table.id == id)


async def claim(tx: AsyncSession, organization_id: UUID | None, id: UUID, *, sender: str) -> Claimed | None:
    """Take a queued mail for one attempt, or None when it is not to be sent now.

    The lease keeps a second run away; if this worker dies, the mail is due again when the lease ends.
    """
    mail = await _hold(tx, organization_id, id)
    if mail is None or mail.state != DeliveryState.QUEUED:
        return None
    now = clock.now()
    if mail.next_at is not None and mail.next_at > now:
        await _again(tx, organization_id, mail)
        return None
    mail.attempts += 1
    mail.next_at = now + retrying.LEASE
    mail.message_id = mail.message_id or letters.message_id(mail.id, sender)
    await tx.flush()
    return Claimed(
        recipient=mail.recipient,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        link_kind=mail.link_kind,
        link_id=mail.link_id,
        message_id=mail.message_id,
    )


async def mark_sent(tx: AsyncSession, organization_id: UUID | None, id: UUID) -> None:
    """A mail server has taken the mail over: its text is not kept any longer."""
    mail = await _hold(tx, organization_id, id)
    if mail is None or mail.state == DeliveryState.SENT:
        return
    mail.state, mail.sent_at, mail.next_at = DeliveryState.SENT, clock.now(), None
    mail.text, mail.html, mail.last_error = "", "", ""


async def mark_kept(tx: AsyncSession, organization_id: UUID | None, id: UUID) -> None:
    """There is no mail server: keep the mail for the administrators to read."""
    mail = await _hold(tx, organization_id, id)
    if mail is not None and mail.state == DeliveryState.QUEUED:
        mail.state, mail.attempts, mail.next_at, mail.last_error = DeliveryState.KEPT, 0, None, ""


async def mark_not_taken(
    tx: AsyncSession, organization_id: UUID | None, id: UUID, reason: str, *, is_final: bool
) -> None:
    """An attempt failed: try again later, or give up and say so in the log."""
    mail = await _hold(tx, organization_id, id)
    if mail is None or mail.state != DeliveryState.QUEUED:
        return
    mail.last_error = reason[:ERROR_LENGTH]
    wait = None if is_final else retrying.wait_after(mail.attempts)
    if wait is not None:
        mail.next_at = clock.now() + wait
        await _again(tx, organization_id, mail)
        return
    mail.state, mail.next_at = DeliveryState.FAILED, None
    if isinstance(mail, Delivery):
        failed = moved("state", DeliveryState.QUEUED, DeliveryState.FAILED)
        given_up = DeliveryGivenUp(
            delivery_id=mail.id, kind=mail.kind, attempts=mail.attempts, changes=failed
        )
        await audit.record(tx, job_actor(SEND, organization_id), given_up)


async def _again(tx: AsyncSession, organization_id: UUID | None, mail: Mail) -> None:
    await jobs.defer(
        tx,
        SEND,
        organization_id=organization_id,
        delivery_id=mail.id,
        schedule_at=mail.next_at,
        queueing_lock=f"delivery:{mail.id}",
    )


# ---------------------------------------------------------------- afterwards


async def retry_delivery(tx: AsyncSession, actor: Actor, id: UUID) -> DeliveryRetried:
    """Send a mail again now: one that failed, was kept, or waits for its next attempt."""
    mail = await held(tx, Delivery, id, what="This delivery")
    refuse(may=permissions.to_retry(actor), rules=permissions.why_not_again(mail.state))
    queued = moved("state", mail.state, DeliveryState.QUEUED)
    mail.state, mail.attempts, mail.next_at = DeliveryState.QUEUED, 0, clock.now()
    await jobs.defer(tx, SEND, organization_id=actor.organization_id, delivery_id=mail.id)
    retried = DeliveryRetried(delivery_id=mail.id, kind=mail.kind, changes=queued)
    await audit.record(tx, actor, retried)
    return retried


async def erase_mail_to(tx: AsyncSession, address: str) -> int:
    """Erase address, subject and text of every mail to a person, and send none of them any more."""
    table = queries.deliveries_of(_organization(tx))
    erased = (
        update(table)
        .where(table.recipient == address)
        .values(recipient="", subject="", text="", html="", link_kind=None, link_id=None, next_at=None)
        .values(state=DeliveryState.FAILED, last_error="The recipient was erased.")
    )
    rows = await tx.scalars(erased.returning(table.id))
    return len(rows.all())
