"""Accounts: signing up, and what people say of themselves."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.identity.accounts import events, queries
from cutwater.identity.accounts.models import UserAccount
from cutwater.identity.accounts.permissions import people_only
from cutwater.identity.accounts.service import scope
from cutwater.identity.accounts.service.links import ask_to_confirm
from cutwater.identity.accounts.service.passwords import refuse_weak, set_password
from cutwater.identity.core import accounts
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.changes import changed
from cutwater.kernel.errors import Invalid, NotFound, refuse
from cutwater.kernel.etags import stale
from cutwater.kernel.frozen import frozen
from cutwater.kernel.ids import new_id
from cutwater.kernel.keyed import held
from cutwater.kernel.reader import SessionReader


async def sign_up(
    tx: AsyncSession,
    *,
    email: str,
    name: str,
    password: str,
    zone: str = "UTC",
    locale: str = "en",
    is_confirmed: bool = False,
) -> UUID:
    """Make an account; the transaction goes on as this person. Not confirmed: a mail asks to confirm."""
    email, name = accounts.tidy_email(email), name.strip()
    _refuse_wrong(email, name, zone)
    refuse_weak(password, (email, name), field="password")
    account = await make_account(tx, email=email, name=name, zone=zone, locale=locale)
    await scope.enter(tx, user_id=account.id)
    await set_password(tx, account.id, password)
    await audit.record(tx, scope.person_actor(account), events.AccountCreated(user_id=account.id))
    if is_confirmed:
        account.email_confirmed_at = clock.now()
    else:
        await ask_to_confirm(tx, account)
    return account.id


async def make_account(
    tx: AsyncSession, *, email: str, name: str, zone: str = "UTC", locale: str = "en"
) -> UserAccount:
    """An account without a password, as the person it will be; Invalid when the address is taken."""
    wanted = accounts.username_of(email)
    known = await SessionReader(tx).first(queries.taken(email=email, username=wanted))
    if known is None or known.email:
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


def _refuse_wrong(email: str, name: str, zone: str) -> None:
    problems = {
        "email": accounts.email_problem(email),
        "name": "" if 1 <= len(name) <= 120 else "Give a name of at most 120 characters.",
        "zone": accounts.zone_problem(zone),
    }
    wrong = {field: text for field, text in problems.items() if text}
    if wrong:
        raise Invalid(wrong)


async def own_account(tx: AsyncSession, actor: Actor) -> UserAccount:
    """The account of the person who acts, held."""
    if actor.user_id is None:
        raise NotFound("Your account")
    return await held(tx, UserAccount, actor.user_id, what="Your account")


@frozen
class Profile:
    """What people say of themselves; None leaves a field as it is."""

    name: str | None = None
    username: str | None = None
    zone: str | None = None
    locale: str | None = None


async def update_profile(
    tx: AsyncSession, actor: Actor, profile: Profile, *, seen_revision: int | None = None
) -> None:
    """Change one's own name, user name, time zone or language. The log, which others read, has none of it."""
    refuse(may=people_only(actor, "change a person"))
    account = await own_account(tx, actor)
    refuse(seen=stale(account.revision, seen_revision))
    wanted = {
        "name": account.name if profile.name is None else profile.name.strip(),
        "username": account.username if profile.username is None else profile.username.lower(),
        "zone": account.zone if profile.zone is None else profile.zone,
        "locale": profile.locale or account.locale,
    }
    _refuse_wrong(account.email, wanted["name"], wanted["zone"])
    if wanted["username"] != account.username:
        await _refuse_username(tx, wanted["username"])
    if wanted["locale"] != "en":
        raise Invalid({"locale": "Choose one of: en."})
    changed(account, wanted)
    await tx.flush()


async def _refuse_username(tx: AsyncSession, wanted: str) -> None:
    wrong = accounts.username_problem(wanted)
    if wrong:
        raise Invalid({"username": wrong})
    known = await SessionReader(tx).first(queries.taken(username=wanted))
    if known is None or wanted in known.usernames:
        raise Invalid({"username": "Somebody has this user name already."})
