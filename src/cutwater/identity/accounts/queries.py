"""One's own account, and the look-ups that run before anybody is known.

Each look-up calls one narrow SECURITY DEFINER function of the database: row-level security would hide what it
reads from a transaction that is of nobody yet.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Uuid

from cutwater.identity.accounts.models import UserAccount
from cutwater.kernel.reader import Fixed, Rows
from cutwater.kernel.rows import Bound

HERE = func.nullif(func.current_setting("app.organization", True), "").cast(Uuid)
"""The organization of the transaction. Row-level security also shows people their memberships elsewhere, so
lists of this organization ask for it."""


class AccountRow(NamedTuple):
    """A person's account, as they see it themselves."""

    id: UUID
    email: str
    username: str
    name: str
    zone: str
    locale: str
    is_superadmin: bool
    is_active: bool
    email_confirmed_at: datetime | None
    last_organization_id: UUID | None
    revision: int


def account(user_id: UUID) -> Rows[AccountRow]:
    """One person's account, as far as it may be seen."""
    return Rows(
        AccountRow,
        select(
            UserAccount.id,
            UserAccount.email,
            UserAccount.username,
            UserAccount.name,
            UserAccount.zone,
            UserAccount.locale,
            UserAccount.is_superadmin,
            UserAccount.is_active,
            UserAccount.email_confirmed_at,
            UserAccount.last_organization_id,
            UserAccount.revision,
        ).where(UserAccount.id == user_id),
    )


class NameRow(NamedTuple):
    """What somebody or something is called."""

    id: UUID
    name: str


_NAMES = Fixed(
    NameRow,
    text(
        """
        select id, name from user_account where id = any(:ids)
        union select id, name from api_key where id = any(:ids)
        union select id, name from team where id = any(:ids)
        union select id, email from invitation where id = any(:ids)
        union select id, name from identity_platform_names(:ids)
        """
    ),
)


def names_of(ids: Iterable[UUID]) -> Bound[NameRow]:
    """Names of people, superadmins, API keys and teams, addresses of the invited: what may be seen here."""
    return _NAMES(ids=list(ids))


# ---------------------------------------------------------------- before anybody is known


class Credentials(NamedTuple):
    """Whom a login names (nobody: None), and when it was last tried in vain."""

    user_id: UUID | None
    hash: str | None
    is_active: bool
    failures: list[datetime]


_CREDENTIALS = Fixed(Credentials, text("select * from identity_credentials(:login, :login_hash)"))


def credentials(login: str, login_hash: bytes) -> Bound[Credentials]:
    """One row, whether the account exists or not: its hash, and the recent failures under this name."""
    return _CREDENTIALS(login=login, login_hash=login_hash)


class KnownAccount(NamedTuple):
    """Who has an address."""

    id: UUID
    name: str
    is_active: bool


_ACCOUNT = Fixed(KnownAccount, text("select * from identity_account(:email)"))


def account_by_email(email: str) -> Bound[KnownAccount]:
    """Who has this address."""
    return _ACCOUNT(email=email)


class Taken(NamedTuple):
    """Whether an address is taken, and which user names and slugs begin alike."""

    email: bool
    usernames: list[str]
    slugs: list[str]


_TAKEN = Fixed(Taken, text("select * from identity_taken(:email, :username, :slug)"))


def taken(*, email: str = "", username: str = "\x7f", slug: str = "\x7f") -> Bound[Taken]:
    """Whether the address is taken, and which user names and slugs begin like these."""
    return _TAKEN(email=email, username=username, slug=slug)


class KnownToken(NamedTuple):
    """Whose refresh token it is, and where."""

    id: UUID
    organization_id: UUID
    user_id: UUID
    family_id: UUID


_REFRESH = Fixed(KnownToken, text("select * from identity_refresh(:token_hash)"))


def refresh_token(token_hash: bytes) -> Bound[KnownToken]:
    """Whose refresh token this is."""
    return _REFRESH(token_hash=token_hash)


class InvitationFacts(NamedTuple):
    """What the page and the mail of an invitation need. `account_id`: who has the invited address already."""

    id: UUID
    organization_id: UUID
    organization_name: str
    slug: str
    email: str
    role: str
    nonce: str
    expires_at: datetime
    accepted_at: datetime | None
    revoked_at: datetime | None
    inviter: str
    account_id: UUID | None


_INVITATION = Fixed(InvitationFacts, text("select * from identity_invitation(:id)"))


def invitation_facts(id: UUID) -> Bound[InvitationFacts]:
    """The invitation behind a mailed link."""
    return _INVITATION(id=id)


class LinkFacts(NamedTuple):
    """What the page and the mail of a reset or confirmation link need."""

    id: UUID
    user_id: UUID
    purpose: str
    nonce: str
    expires_at: datetime
    used_at: datetime | None
    email: str
    name: str
    is_active: bool


_ACCOUNT_LINK = Fixed(LinkFacts, text("select * from identity_account_link(:id)"))


def account_link_facts(id: UUID) -> Bound[LinkFacts]:
    """The account behind a mailed link."""
    return _ACCOUNT_LINK(id=id)


class OrganizationChoice(NamedTuple):
    """An organization somebody may enter; without a role it is a superadmin who may."""

    id: UUID
    slug: str
    name: str
    role: str | None
    members: int


_ORGANIZATIONS = Fixed(OrganizationChoice, text("select * from identity_organizations(:user_id)"))


def organizations_of(user_id: UUID) -> Bound[OrganizationChoice]:
    """The organizations a person may enter; for a superadmin all of them, their own first."""
    return _ORGANIZATIONS(user_id=user_id)


class SessionHolder(NamedTuple):
    """Whose session it is."""

    user_id: UUID


_SESSION_HOLDER = Fixed(
    SessionHolder, text("select user_id from identity_actor(:token_hash, null, null, null, null, null)")
)


def session_holder(token_hash: bytes) -> Bound[SessionHolder]:
    """Whose open session this cookie is."""
    return _SESSION_HOLDER(token_hash=token_hash)


_NOTE_FAILURE = text("select identity_note_failure(:login_hash)")
_FORGET_FAILURES = text("select identity_forget_failures(:login_hash)")
_END_SESSIONS = text("select identity_end_sessions(:user_id)")


async def note_failure(tx: AsyncSession, login_hash: bytes) -> None:
    """Remember a wrong password, and forget those older than a day."""
    await tx.execute(_NOTE_FAILURE, {"login_hash": login_hash})


async def forget_failures(tx: AsyncSession, login_hash: bytes) -> None:
    """A right password ends the count."""
    await tx.execute(_FORGET_FAILURES, {"login_hash": login_hash})


async def end_sessions(tx: AsyncSession, user_id: UUID) -> None:
    """End the sessions of somebody whose last membership was just ended here."""
    await tx.execute(_END_SESSIONS, {"user_id": user_id})
