"""Accounts: signing up, profile."""

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.identity.accounts import events, queries
from cutwater.identity.accounts.models import UserAccount
from cutwater.identity.accounts.service import scope
from cutwater.identity.accounts.service.links import ask_to_confirm
from cutwater.identity.accounts.service.passwords import refuse_weak, set_password
from cutwater.identity.accounts.service.scope import person_actor
from cutwater.identity.core import accounts
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Invalid, NotFound
from cutwater.kernel.etags import refuse_stale
from cutwater.kernel.frozen import frozen
from cutwater.kernel.ids import new_id


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
    refuse_weak(password, (email, name), field="password")
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
    known = (await tx.execute(queries.taken(email=email, username=wanted))).one()
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


async def update_profile(
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
    if not wrong and wanted in (await tx.execute(queries.taken(username=wanted))).one().usernames:
        wrong = "Somebody has this user name already."
    if wrong:
        raise Invalid({"username": wrong})
    return wanted
