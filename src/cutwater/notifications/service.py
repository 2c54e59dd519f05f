"""Telling people: the inbox, mail that survives a dead mail server, and long work."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit, identity
from cutwater.kernel import clock, jobs
from cutwater.kernel.actor import Actor, job_actor
from cutwater.kernel.errors import Conflict, NotFound
from cutwater.kernel.ids import new_id
from cutwater.kernel.obstacle import Obstacle
from cutwater.kernel.reader import Reader, any_of
from cutwater.kernel.settings import Settings
from cutwater.notifications import letters, queries, retrying
from cutwater.notifications.events import DeliveryGivenUp, DeliveryRetried
from cutwater.notifications.models import Delivery, DeliveryState, InboxItem, LinkKind, Work, WorkState
from cutwater.notifications.ports import Letter
from cutwater.notifications.queries import AnyDelivery

SEND = "notifications.send"
ERROR_LENGTH = 500


# ---------------------------------------------------------------- the inbox


async def tell(
    tx: AsyncSession,
    user_ids: Iterable[UUID],
    title: str,
    path: str,
    *,
    kind: str,
    event_id: int | None = None,
) -> None:
    """Put a sentence into people's inboxes; `path`, within the organization, is where it leads.

    With the id of the event behind it, a repeated job that tells the same people again changes nothing,
    and of the same kind at the same place only the newest stays unread: seven moves of a release are one.
    """
    people = list(dict.fromkeys(user_ids))
    if not people:
        return
    late = await _overtake(tx, people, path, kind, event_id) if event_id is not None else frozenset()
    row = {"title": letters.one_line(title), "path": path, "kind": kind, "event_id": event_id}
    told = [
        row | {"id": new_id(), "user_id": each, "read_at": clock.now() if each in late else None}
        for each in people
    ]
    await tx.execute(upsert(InboxItem).values(told).on_conflict_do_nothing())
    for each in people:
        await audit.nudge(tx, f"inbox:{each}", to=each)


async def _overtake(
    tx: AsyncSession, people: Sequence[UUID], path: str, kind: str, event_id: int
) -> frozenset[UUID]:
    """Mark what an event overtakes as read; gives who has a later one unread, for jobs run in any order.

    One at a time for each place: two jobs at once would not see each other's items.
    """
    await tx.execute(_ONE_AT_A_TIME, {"place": f"inbox {kind} {path}"})
    unread = (any_of(InboxItem.user_id, people), InboxItem.read_at.is_(None))
    same = (*unread, InboxItem.path == path, InboxItem.kind == kind)
    older = update(InboxItem).where(*same, InboxItem.event_id < event_id)
    await tx.execute(older.values(read_at=clock.now()))
    later = await tx.scalars(select(InboxItem.user_id).where(*same, InboxItem.event_id > event_id))
    return frozenset(later.all())


async def read_item(tx: AsyncSession, actor: Actor, id: UUID) -> InboxItem:
    """Mark one item of one's own inbox as read; reading it again changes nothing."""
    item = await queries.item_for_update(tx, actor, id)
    item.read_at = item.read_at or clock.now()
    await tx.flush()
    await audit.nudge(tx, f"inbox:{item.user_id}", to=item.user_id)
    return item


_ONE_AT_A_TIME = text(
    "select pg_advisory_xact_lock(hashtextextended(current_setting('app.organization') || :place, 1))"
)


async def open_item(tx: AsyncSession, actor: Actor, id: UUID) -> InboxItem:
    """Go where an item leads: all that leads to the same place counts as read then."""
    item = await read_item(tx, actor, id)
    others = update(InboxItem).where(
        InboxItem.user_id == item.user_id, InboxItem.path == item.path, InboxItem.read_at.is_(None)
    )
    await tx.execute(others.values(read_at=clock.now()))
    return item


async def read_all(tx: AsyncSession, actor: Actor) -> int:
    """Mark everything in one's own inbox as read; how many items that were."""
    unread = update(InboxItem).where(
        InboxItem.user_id == (actor.user_id or queries.NOBODY), InboxItem.read_at.is_(None)
    )
    marked = await tx.scalars(unread.values(read_at=clock.now()).returning(InboxItem.id))
    if actor.user_id is not None:
        await audit.nudge(tx, f"inbox:{actor.user_id}", to=actor.user_id)
    return len(marked.all())


# ---------------------------------------------------------------- mail


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
    tx: AsyncSession, to: str, subject: str, content: Mapping[str, Any], *, kind: str, key: str
) -> UUID:
    if not letters.is_address(to):
        raise ValueError("a mail needs one plain address")
    organization = _organization(tx)
    table = queries.deliveries_of(organization)
    row = {"id": new_id(), "kind": kind, "key": key, "recipient": to, "subject": letters.one_line(subject)}
    queued = upsert(table).values(row | dict(content)).on_conflict_do_nothing()
    made = await tx.scalar(queued.returning(table.id))
    if made is None:
        known: UUID | None = await tx.scalar(select(table.id).where(table.key == key))
        if known is None:
            raise LookupError(f"the mail {key} is being queued by somebody else")
        return known
    await jobs.defer(tx, SEND, organization_id=organization, delivery_id=made)
    return UUID(str(made))


def _organization(tx: AsyncSession) -> UUID | None:
    found = tx.info.get("organization")
    return UUID(str(found)) if found else None


async def claim(
    tx: AsyncSession, organization_id: UUID | None, id: UUID, *, sender: str
) -> AnyDelivery | None:
    """Take a queued mail for one attempt, or None when it is not to be sent now.

    The lease keeps a second run away; if this worker dies, the mail is due again when the lease ends.
    """
    mail = await queries.delivery_for_update(tx, organization_id, id)
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
    return mail


async def letter_of(reader: Reader, settings: Settings, mail: Any) -> Letter | None:
    """The mail as it goes out; None when its link is no longer good for anything."""
    text, html = mail.text, getattr(mail, "html", "")
    if mail.link_kind:
        link = await identity.mailed_link(reader, settings, mail.link_kind, mail.link_id)
        if not link.is_open:
            return None
        text = letters.plain(link.name, link.lines, link.url)
        html = letters.rich(link.name, link.lines, link.url, link.action)
    return Letter(
        recipient=mail.recipient, subject=mail.subject, text=text, html=html, message_id=mail.message_id
    )


async def mark_sent(tx: AsyncSession, organization_id: UUID | None, id: UUID) -> None:
    """A mail server has taken the mail over: its text is not kept any longer."""
    mail = await queries.delivery_for_update(tx, organization_id, id)
    if mail is None or mail.state == DeliveryState.SENT:
        return
    mail.state, mail.sent_at, mail.next_at = DeliveryState.SENT, clock.now(), None
    mail.text, mail.html, mail.last_error = "", "", ""


async def mark_kept(tx: AsyncSession, organization_id: UUID | None, id: UUID) -> None:
    """There is no mail server: keep the mail for the administrators to read."""
    mail = await queries.delivery_for_update(tx, organization_id, id)
    if mail is not None and mail.state == DeliveryState.QUEUED:
        mail.state, mail.attempts, mail.next_at, mail.last_error = DeliveryState.KEPT, 0, None, ""


async def mark_not_taken(
    tx: AsyncSession, organization_id: UUID | None, id: UUID, reason: str, *, is_final: bool
) -> None:
    """An attempt failed: try again later, or give up and say so in the log."""
    mail = await queries.delivery_for_update(tx, organization_id, id)
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
        given_up = DeliveryGivenUp(delivery_id=mail.id, kind=mail.kind, attempts=mail.attempts)
        await audit.record(tx, job_actor(SEND, organization_id), given_up)


async def _again(tx: AsyncSession, organization_id: UUID | None, mail: AnyDelivery) -> None:
    await jobs.defer(
        tx,
        SEND,
        organization_id=organization_id,
        delivery_id=mail.id,
        schedule_at=mail.next_at,
        queueing_lock=f"delivery:{mail.id}",
    )


async def retry_delivery(tx: AsyncSession, actor: Actor, id: UUID) -> AnyDelivery:
    """Send a mail again now: one that failed, was kept, or waits for its next attempt."""
    mail = await queries.delivery_for_update(tx, actor.organization_id, id)
    if mail is None:
        raise NotFound("This delivery")
    if mail.state == DeliveryState.SENT:
        raise Conflict([SENT_ALREADY])
    again = DeliveryRetried(delivery_id=mail.id, kind=mail.kind, was=mail.state)
    mail.state, mail.attempts, mail.next_at = DeliveryState.QUEUED, 0, clock.now()
    await jobs.defer(tx, SEND, organization_id=actor.organization_id, delivery_id=mail.id)
    await audit.record(tx, actor, again)
    return mail


SENT_ALREADY = Obstacle(
    code="delivery.sent",
    text="A mail server has taken this mail over; its text is not kept after that.",
    hint="Cause it anew where it came from, such as by a new invitation.",
)


async def erase_mail_to(tx: AsyncSession, address: str) -> int:
    """Erase address, subject and text of every mail to a person, and send none of them any more."""
    table = queries.deliveries_of(_organization(tx))
    gone = update(table).where(table.recipient == address)
    rows = await tx.scalars(
        gone.values(recipient="", subject="", text="", html="", link_kind=None, link_id=None, next_at=None)
        .values(state=DeliveryState.FAILED, last_error="The recipient was erased.")
        .returning(table.id)
    )
    return len(rows.all())


# ---------------------------------------------------------------- long work


async def begin_work(
    tx: AsyncSession, actor: Actor, kind: str, title: str, total: int = 0, *, path: str = "/"
) -> UUID:
    """Announce long work; `path` is the page to go back to. Its page is `/work/{id}`."""
    work = Work(
        id=new_id(),
        kind=kind,
        title=letters.one_line(title),
        path=path,
        total=max(total, 0),
        started_by=actor.user_id,
    )
    tx.add(work)
    await tx.flush()
    return work.id


async def advance_work(tx: AsyncSession, work_id: UUID, done: int, total: int | None = None) -> None:
    """How far it is. Others see it when this transaction commits, so use one of its own."""
    work = await queries.running_work_for_update(tx, work_id)
    if work is not None:
        work.done, work.total = done, work.total if total is None else total
        work.updated_at = clock.now()
        await tx.flush()
        await _nudge(tx, work)


async def _nudge(tx: AsyncSession, work: Work) -> None:
    """The page of the person who started it shows how far it is; work of a service key has nobody to tell."""
    if work.started_by is not None:
        await audit.nudge(tx, f"work:{work.id}", to=work.started_by)


async def end_work(
    tx: AsyncSession, work_id: UUID, *, result: Mapping[str, Any] | None = None, failed: str = ""
) -> None:
    """It is over: done with a result, or `failed` with a sentence. Whoever started it is told."""
    work = await queries.running_work_for_update(tx, work_id)
    if work is None:
        return
    work.state = WorkState.FAILED if failed else WorkState.DONE
    work.result, work.error, work.ended_at = dict(result or {}), failed, clock.now()
    if not failed:
        work.done = work.total
    await tx.flush()
    await _nudge(tx, work)
    if work.started_by is not None:
        title = f"{work.title}: {'failed' if failed else 'done'}"
        await tell(tx, [work.started_by], title, f"/work/{work.id}", kind="work.ended")
