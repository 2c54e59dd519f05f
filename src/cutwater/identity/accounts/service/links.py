"""Mailed links: each works once, and proves an address."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.identity.accounts import events, queries
from cutwater.identity.accounts.models import AccountLink, LinkPurpose, UserAccount
from cutwater.identity.accounts.service import scope
from cutwater.identity.core import tokens
from cutwater.kernel import clock
from cutwater.kernel.errors import Conflict, NotFound
from cutwater.kernel.ids import new_id
from cutwater.kernel.keyed import held
from cutwater.kernel.reader import Reader, SessionReader


async def ask_to_confirm(tx: AsyncSession, account: UserAccount) -> UUID:
    """Mail a link that proves the address; the link's id."""
    link = new_link(account.id, LinkPurpose.CONFIRM)
    tx.add(link)
    requested = events.EmailConfirmationRequested(link_id=link.id, user_id=account.id)
    await audit.record(tx, scope.person_actor(account), requested)
    return link.id


def new_link(user_id: UUID, purpose: LinkPurpose) -> AccountLink:
    """A link to mail, made but not stored yet."""
    lifetime = tokens.RESET_LIFETIME if purpose == LinkPurpose.RESET else tokens.CONFIRM_LIFETIME
    return AccountLink(
        id=new_id(),
        user_id=user_id,
        purpose=purpose.value,
        nonce=tokens.new_nonce(),
        expires_at=clock.now() + lifetime,
    )


async def link_of(
    reader: Reader, secrets: Sequence[str], token: str, purpose: LinkPurpose
) -> queries.LinkFacts:
    """What a mailed link shows, if it may still be followed; NotFound when we did not make it."""
    id = tokens.link_id(token)
    if id is None:
        raise NotFound("This link")
    facts = await reader.first(queries.account_link_facts(id))
    genuine = facts is not None and tokens.link_is_genuine(secrets, purpose, token, facts.nonce)
    if facts is None or not genuine or facts.purpose != purpose:
        raise NotFound("This link")
    _refuse_spent(facts.used_at, facts.expires_at)
    if not facts.is_active:
        raise Conflict("This account is deactivated. Ask an administrator.")
    return facts


def _refuse_spent(used_at: datetime | None, expires_at: datetime) -> None:
    if used_at is not None:
        raise Conflict("This link was used already. Ask for a new one.")
    if expires_at <= clock.now():
        raise Conflict("This link is too old. Ask for a new one.")


async def open_link(
    tx: AsyncSession, secrets: Sequence[str], token: str, purpose: LinkPurpose
) -> AccountLink:
    """A link that may still be followed, held; the transaction goes on as its person."""
    facts = await link_of(SessionReader(tx), secrets, token, purpose)
    await scope.enter(tx, user_id=facts.user_id)
    link = await held(tx, AccountLink, facts.id, what="This link")
    _refuse_spent(link.used_at, link.expires_at)
    return link


async def confirm_email(tx: AsyncSession, secrets: Sequence[str], token: str) -> UUID:
    """The person, whose id is given, reads mail at the address."""
    link = await open_link(tx, secrets, token, LinkPurpose.CONFIRM)
    account = await held(tx, UserAccount, link.user_id, what="This person")
    link.used_at = account.email_confirmed_at = clock.now()
    await audit.record(tx, scope.person_actor(account), events.EmailConfirmed(user_id=account.id))
    return account.id
