"""People: signing up, passwords, profile, the platform's administrators."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.identity import accounts, events, passwords, queries, scope, tokens
from cutwater.identity.models import AccountLink, LinkPurpose, UserAccount, UserPassword
from cutwater.identity.queries import lookups
from cutwater.identity.service import sessions
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor, job_actor, lacking
from cutwater.kernel.errors import Conflict, Invalid, NotFound, refuse_if
from cutwater.kernel.etags import refuse_stale
from cutwater.kernel.frozen import frozen
from cutwater.kernel.grants import Grant
from cutwater.kernel.ids import new_id
from cutwater.kernel.reader import Reader, SessionReader


def person_actor(account: UserAccount) -> Actor:
    """Somebody acting for themselves, outside every organization."""
    return Actor(
        kind="user",
        id=account.id,
        name=account.name,
        zone=account.zone,
        locale=account.locale,
        user_id=account.id,
        grants=frozenset(Grant) if account.is_superadmin else frozenset(),
    )


async def sign_up(
    tx: AsyncSession,
    *,
    email: str,
    name: str,
    password: str,
    zone: str = "UTC",
    locale: str = "en",
    is_confirmed: bool = False,
) -> UserAccount:
    """Make an account; the transaction goes on as this person. Not confirmed: a mail asks to confirm."""
    email, name = accounts.tidy_email(email), name.strip()
    _check_person(email, name, zone)
    _check_password(password, (email, name), field="password")
    account = await make_account(tx, email=email, name=name, zone=zone, locale=locale)
    await scope.enter(tx, user_id=account.id)
    await set_password(tx, account.id, password)
    await audit.record(tx, person_actor(account), events.AccountCreated(user_id=account.id))
    if is_confirmed:
        account.email_confirmed_at = clock.now()
    else:
        await ask_to_confirm(tx, account)
    return account


async def make_account(
    tx: AsyncSession, *, email: str, name: str, zone: str = "UTC", locale: str = "en"
) -> UserAccount:
    """An account without a password, as the person it will be; Invalid when the address is taken."""
    wanted = accounts.username_of(email)
    known = (await tx.execute(lookups.taken(email=email, username=wanted))).one()
    if known.email:
        raise Invalid({"email": "Somebody has this address already. Sign in, or reset the password."})
    account = UserAccount(
        id=new_id(),
        email=email,
        username=accounts.free_username(wanted, known.usernames),
        name=name,
        zone=zone,
        locale=locale,
    )
    async with scope.inside(tx, user_id=account.id):
        tx.add(account)
    return account


def _check_person(email: str, name: str, zone: str) -> None:
    found = {
        "email": accounts.email_problem(email),
        "name": "" if 1 <= len(name) <= 120 else "Give a name of at most 120 characters.",
        "zone": accounts.zone_problem(zone),
    }
    wrong = {field: text for field, text in found.items() if text}
    if wrong:
        raise Invalid(wrong)


def _check_password(password: str, about: Sequence[str], *, field: str) -> None:
    wrong = passwords.problem(password, about)
    if wrong:
        raise Invalid({field: wrong})


async def set_password(tx: AsyncSession, user_id: UUID, password: str) -> None:
    """Keep the hash of a password that was checked; a link that was mailed to set one is spent with it."""
    stored = await passwords.hashed(password)
    kept = await tx.scalar(select(UserPassword).where(UserPassword.user_id == user_id).with_for_update())
    if kept is None:
        tx.add(UserPassword(user_id=user_id, hash=stored, changed_at=clock.now()))
    else:
        kept.hash, kept.changed_at = stored, clock.now()
    await tx.flush()
    open_links = (AccountLink.user_id == user_id, AccountLink.used_at.is_(None))
    spent = update(AccountLink).where(*open_links, AccountLink.purpose == LinkPurpose.RESET)
    await tx.execute(spent.values(used_at=clock.now()))


async def change_password(tx: AsyncSession, actor: Actor, *, current: str, new: str) -> None:
    """Change one's own password, knowing the old; every other sign-in of the person ends."""
    account = await own_account(tx, actor)
    stored = await tx.scalar(select(UserPassword.hash).where(UserPassword.user_id == account.id))
    if not await passwords.matches(current, stored):
        raise Invalid({"current_password": "This is not your password."})
    if current == new:
        raise Invalid({"new_password": "Choose another one than before."})
    _check_password(new, (account.email, account.username, account.name), field="new_password")
    await set_password(tx, account.id, new)
    await sessions.end_all(tx, account.id, but=actor.session_id)
    await audit.record(tx, actor, events.PasswordChanged(user_id=account.id))


async def own_account(tx: AsyncSession, actor: Actor) -> UserAccount:
    """The account of the person who acts, locked."""
    if actor.user_id is None:
        raise NotFound("Your account")
    return await queries.account_for_update(tx, actor.user_id)


@frozen
class Profile:
    """What people say of themselves; None leaves a field as it is."""

    name: str | None = None
    username: str | None = None
    zone: str | None = None
    locale: str | None = None


async def change_profile(
    tx: AsyncSession, actor: Actor, profile: Profile, *, seen_revision: int | None = None
) -> UserAccount:
    """Change one's own name, user name, time zone or language."""
    account = await own_account(tx, actor)
    refuse_stale(account.revision, seen_revision)
    name = account.name if profile.name is None else profile.name.strip()
    zone = account.zone if profile.zone is None else profile.zone
    _check_person(account.email, name, zone)
    if profile.username is not None and profile.username.lower() != account.username:
        account.username = await _free_username(tx, profile.username.lower())
    if profile.locale is not None and profile.locale != "en":
        raise Invalid({"locale": "Choose one of: en."})
    account.name, account.zone = name, zone
    account.locale = profile.locale or account.locale
    account.revision += 1
    await tx.flush()
    return account


async def _free_username(tx: AsyncSession, wanted: str) -> str:
    wrong = accounts.username_problem(wanted)
    if not wrong and wanted in (await tx.execute(lookups.taken(username=wanted))).one().usernames:
        wrong = "Somebody has this user name already."
    if wrong:
        raise Invalid({"username": wrong})
    return wanted


# ---------------------------------------------------------------- mailed links


async def ask_to_confirm(tx: AsyncSession, account: UserAccount) -> AccountLink:
    """Mail a link that proves the address."""
    link = _link(account.id, LinkPurpose.CONFIRM)
    tx.add(link)
    said = events.EmailConfirmationRequested(link_id=link.id, user_id=account.id)
    await audit.record(tx, person_actor(account), said)
    return link


def _link(user_id: UUID, purpose: LinkPurpose) -> AccountLink:
    lifetime = tokens.RESET_LIFETIME if purpose == LinkPurpose.RESET else tokens.CONFIRM_LIFETIME
    return AccountLink(
        id=new_id(),
        user_id=user_id,
        purpose=purpose.value,
        nonce=tokens.new_nonce(),
        expires_at=clock.now() + lifetime,
    )


async def request_reset(tx: AsyncSession, email: str) -> None:
    """Mail a reset link if somebody active has this address; the caller cannot tell."""
    known = (await tx.execute(lookups.account_by_email(accounts.tidy_email(email)))).one_or_none()
    if known is None or not known.is_active:
        return
    async with scope.inside(tx, user_id=known.id):
        account = await queries.account_for_update(tx, known.id)
        link = _link(account.id, LinkPurpose.RESET)
        tx.add(link)
        said = events.PasswordResetRequested(link_id=link.id, user_id=account.id)
        await audit.record(tx, person_actor(account), said)


async def link_of(reader: Reader, secrets: Sequence[str], token: str, purpose: LinkPurpose) -> Any:
    """What a mailed link shows, if it may still be followed; NotFound when we did not make it."""
    id = tokens.link_id(token)
    facts = await reader.first(lookups.account_link_facts(id)) if id else None
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
    """A link that may still be followed, locked; the transaction goes on as its person."""
    facts = await link_of(SessionReader(tx), secrets, token, purpose)
    await scope.enter(tx, user_id=facts.user_id)
    link = await tx.scalar(select(AccountLink).where(AccountLink.id == facts.id).with_for_update())
    if link is None:
        raise NotFound("This link")
    _refuse_spent(link.used_at, link.expires_at)
    return link


async def reset_password(tx: AsyncSession, secrets: Sequence[str], token: str, password: str) -> UserAccount:
    """Set a new password by a mailed link, once; every sign-in of the person ends, the address is proven."""
    link = await open_link(tx, secrets, token, LinkPurpose.RESET)
    account = await queries.account_for_update(tx, link.user_id)
    _check_password(password, (account.email, account.username, account.name), field="password")
    link.used_at = clock.now()
    account.email_confirmed_at = account.email_confirmed_at or clock.now()
    await set_password(tx, account.id, password)
    await sessions.end_all(tx, account.id)
    await audit.record(tx, person_actor(account), events.PasswordChanged(user_id=account.id))
    return account


async def confirm_email(tx: AsyncSession, secrets: Sequence[str], token: str) -> UserAccount:
    """The person reads mail at the address."""
    link = await open_link(tx, secrets, token, LinkPurpose.CONFIRM)
    account = await queries.account_for_update(tx, link.user_id)
    link.used_at = account.email_confirmed_at = clock.now()
    await audit.record(tx, person_actor(account), events.EmailConfirmed(user_id=account.id))
    return account


# ---------------------------------------------------------------- the platform's administrators


async def create_admin(tx: AsyncSession, *, email: str, password: str, name: str) -> UserAccount:
    """A platform superadmin, for the command line; an existing account is promoted and gets the password."""
    email = accounts.tidy_email(email)
    known = (await tx.execute(lookups.account_by_email(email))).one_or_none()
    if known is None:
        account = await sign_up(tx, email=email, name=name, password=password, is_confirmed=True)
    else:
        _check_password(password, (email, name), field="password")
        await scope.enter(tx, user_id=known.id)
        account = await queries.account_for_update(tx, known.id)
        await set_password(tx, account.id, password)
    account.is_superadmin, account.is_active = True, True
    await tx.flush()
    return account


async def set_account_active(tx: AsyncSession, actor: Actor, user_id: UUID, *, is_active: bool) -> None:
    """Open or shut an account in all organizations; shutting ends every session, token and key of it."""
    refuse_if(lacking(actor, Grant.PLATFORM_MANAGE, "deactivate accounts"))
    async with scope.inside(tx, user_id=user_id):
        account = await queries.account_for_update(tx, user_id)
        if account.is_active == is_active:
            return
        account.is_active = is_active
        if not is_active:
            await sessions.end_all(tx, user_id, with_keys=True)
        said = events.AccountActivityChanged(user_id=user_id, is_active=is_active)
        await audit.record(tx, actor, said)


async def set_active_by_email(tx: AsyncSession, email: str, *, is_active: bool) -> str:
    """The same for whoever runs the machine, on the command line; gives the person's name."""
    known = (await tx.execute(lookups.account_by_email(accounts.tidy_email(email)))).one_or_none()
    if known is None:
        raise NotFound(f"An account with the address {email}")
    operator = replace(job_actor("command line", None), grants=frozenset(Grant))
    await set_account_active(tx, operator, known.id, is_active=is_active)
    return str(known.name)
