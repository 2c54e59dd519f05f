"""What runs afterwards: sending mail, and writing the mails that other modules' events ask for."""

from uuid import UUID

from cutwater import audit, identity
from cutwater.kernel.jobs import JobRun, job
from cutwater.kernel.log import logger
from cutwater.kernel.metrics import DELIVERIES
from cutwater.kernel.reader import SessionReader
from cutwater.notifications.mail import service, views
from cutwater.notifications.mail.models import LinkKind
from cutwater.notifications.mail.ports import Letter, Mailer, MailNotTaken

SUBSCRIBERS: dict[str, tuple[str, ...]] = {
    "invitation.created": ("notifications.mail_invitation",),
    "password_reset.requested": ("notifications.mail_reset",),
    "email_confirmation.requested": ("notifications.mail_confirmation",),
}
PLATFORM_LOG = UUID(int=0)
"""The organization under which the log keeps events of the platform, such as a password reset."""
CLOSED = "Not sent: the link in it was used, withdrawn or has run out."


@job(service.SEND, queue="mail", retries=8)
async def send(run: JobRun, *, delivery_id: UUID, organization_id: UUID | None = None) -> None:
    """Make one attempt to send a mail. A refusal is not a failure of the job: the next attempt is queued."""
    inside = run.organization_id
    mailer = run.ports.get(Mailer)
    letter = await _attempt(run, delivery_id, has_mailer=mailer is not None)
    if letter is None:
        return
    try:
        await run.port(Mailer).send(letter)  # type: ignore[type-abstract]
    except MailNotTaken as refusal:
        logger(__name__).warning("mail_not_taken", delivery=str(delivery_id), reason=refusal.reason)
        async with run.tx() as tx:
            await service.mark_not_taken(tx, inside, delivery_id, refusal.reason, is_final=refusal.is_final)
        DELIVERIES.labels("mail", "refused").inc()
        return
    DELIVERIES.labels("mail", "sent").inc()
    async with run.tx() as tx:
        await service.mark_sent(tx, inside, delivery_id)


async def _attempt(run: JobRun, delivery_id: UUID, *, has_mailer: bool) -> Letter | None:
    """Claim the mail and write it, in one short transaction; None when there is nothing to send."""
    inside = run.organization_id
    async with run.tx() as tx:
        mail = await service.claim(tx, inside, delivery_id, sender=run.settings.mail_from)
        if mail is None:
            return None
        letter = await views.letter_of(SessionReader(tx), run.settings, mail)
        if letter is None:
            await service.mark_not_taken(tx, inside, delivery_id, CLOSED, is_final=True)
        elif not has_mailer:
            await service.mark_kept(tx, inside, delivery_id)
            return None
        return letter


async def _mail_link(run: JobRun, kind: LinkKind, event_id: int) -> None:
    event = await audit.event_by_id(run.database.reader(run.organization_id or PLATFORM_LOG), event_id)
    link = await identity.mailed_link(run.reader(), run.settings, kind, event.subject_id)
    if not link.is_open:
        return
    key = f"{kind}:{event.subject_id}"
    async with run.tx() as tx:
        await service.send_link(tx, link.to, link.subject, kind, event.subject_id, key=key)
    if run.organization_id and run.settings.demo and Mailer not in run.ports:
        # whoever is invited in a demo has no organization yet, and reads the mail at /mail
        async with run.database.tx(None) as tx:
            await service.send_link(tx, link.to, link.subject, kind, event.subject_id, key=key)


@job("notifications.mail_invitation")
async def mail_invitation(run: JobRun, *, organization_id: UUID, event_id: int) -> None:
    """Mail an invitation to the person who was invited."""
    await _mail_link(run, LinkKind.INVITATION, event_id)


@job("notifications.mail_reset")
async def mail_reset(run: JobRun, *, event_id: int, organization_id: UUID | None = None) -> None:
    """Mail the link with which a password can be set anew."""
    await _mail_link(run, LinkKind.RESET, event_id)


@job("notifications.mail_confirmation")
async def mail_confirmation(run: JobRun, *, event_id: int, organization_id: UUID | None = None) -> None:
    """Mail the link that shows an address to be its owner's."""
    await _mail_link(run, LinkKind.CONFIRM, event_id)
