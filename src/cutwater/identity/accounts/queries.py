"""One's own account, and the look-ups that run before anybody is known."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Select, TextClause, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Uuid

from cutwater.identity.accounts.models import UserAccount
from cutwater.kernel.errors import NotFound
from cutwater.kernel.paging import Offset, Page
from cutwater.kernel.reader import Reader

_CREDENTIALS = text("select * from identity_credentials(:login, :login_hash)")
_SESSION_HOLDER = text("select user_id from identity_actor(:token_hash, null, null, null, null, null)")
_NOTE_FAILURE = text("select identity_note_failure(:login_hash)")
_FORGET_FAILURES = text("select identity_forget_failures(:login_hash)")
_ACCOUNT = text("select * from identity_account(:email)")
_TAKEN = text("select * from identity_taken(:email, :username, :slug)")
_REFRESH = text("select * from identity_refresh(:token_hash)")
_INVITATION = text("select * from identity_invitation(:id)")
_ACCOUNT_LINK = text("select * from identity_account_link(:id)")
_ORGANIZATIONS = text("select * from identity_organizations(:user_id)")
_NAMES = text(
    """
    select id, name from user_account where id = any(:ids)
    union select id, name from api_key where id = any(:ids)
    union select id, name from team where id = any(:ids)
    union select id, email from invitation where id = any(:ids)
    union select id, name from identity_platform_names(:ids)
    """
)
_END_SESSIONS = text("select identity_end_sessions(:user_id)")


def credentials(login: str, login_hash: bytes) -> TextClause:
    """One row, whether the account exists or not: its hash, and the recent failures under this name."""
    return _CREDENTIALS.bindparams(login=login, login_hash=login_hash)


def session_holder(token_hash: bytes) -> TextClause:
    """Whose open session this cookie is."""
    return _SESSION_HOLDER.bindparams(token_hash=token_hash)


def note_failure(login_hash: bytes) -> TextClause:
    """Remember a wrong password, and forget those older than a day."""
    return _NOTE_FAILURE.bindparams(login_hash=login_hash)


def forget_failures(login_hash: bytes) -> TextClause:
    """A right password ends the count."""
    return _FORGET_FAILURES.bindparams(login_hash=login_hash)


def account_by_email(email: str) -> TextClause:
    """Who has this address: id, name, is_active."""
    return _ACCOUNT.bindparams(email=email)


def taken(*, email: str = "", username: str = "\x7f", slug: str = "\x7f") -> TextClause:
    """Whether the address is taken, and which user names and slugs begin like these."""
    return _TAKEN.bindparams(email=email, username=username, slug=slug)


def refresh_token(token_hash: bytes) -> TextClause:
    """Whose refresh token this is."""
    return _REFRESH.bindparams(token_hash=token_hash)


def invitation_facts(id: UUID) -> TextClause:
    """All that the invitation's page and mail need."""
    return _INVITATION.bindparams(id=id)


def account_link_facts(id: UUID) -> TextClause:
    """All that a reset or confirmation link's page and mail need."""
    return _ACCOUNT_LINK.bindparams(id=id)


def organizations_of(user_id: UUID) -> TextClause:
    """The organizations a person may enter; for a superadmin all of them, their own first."""
    return _ORGANIZATIONS.bindparams(user_id=user_id)


def names_of(ids: Iterable[UUID]) -> TextClause:
    """Names of people, superadmins, API keys and teams, addresses of the invited: what may be seen here."""
    return _NAMES.bindparams(ids=list(ids))


def end_sessions(user_id: UUID) -> TextClause:
    """End the sessions of somebody whose last membership was just ended here."""
    return _END_SESSIONS.bindparams(user_id=user_id)


Rows = Select[*tuple[Any, ...]]
# row-level security also shows a person their memberships elsewhere; lists of this organization ask for it
HERE = func.nullif(func.current_setting("app.organization", True), "").cast(Uuid)


def count_of(statement: Rows) -> Rows:
    """How many rows a list has in all."""
    return select(func.count()).select_from(statement.order_by(None).subquery())


async def account_for_update(tx: AsyncSession, user_id: UUID) -> UserAccount:
    """One's own account, locked."""
    found = await tx.scalar(
        select(UserAccount)
        .where(UserAccount.id == user_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("This person")
    return found


def account(user_id: UUID) -> Rows:
    """One person, as far as they may be seen."""
    return select(
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
    ).where(UserAccount.id == user_id)


async def page_of(reader: Reader, statement: Rows, offset: Offset) -> Page[Any]:
    """A page of a list with its total, in one trip."""
    rows, counted = await reader.batch(
        statement.limit(offset.per_page).offset(offset.skip), count_of(statement)
    )
    return Page(rows=rows, per_page=offset.per_page, page=offset.page, total=counted[0][0])


def whole_list(rows: list[Any]) -> Page[Any]:
    """A list that is short enough to be one page."""
    return Page(rows=rows, per_page=max(len(rows), 1), total=len(rows))
