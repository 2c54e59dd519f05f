"""Where a person is signed in."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from cutwater.identity.accounts.models import UserPassword
from cutwater.identity.accounts.queries import HERE
from cutwater.identity.sessions.models import RefreshToken, SignInSession
from cutwater.kernel import clock
from cutwater.kernel.reader import Rows


class SessionRow(NamedTuple):
    """A browser that is signed in."""

    id: UUID
    browser: str
    address: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime


def sessions(user_id: UUID) -> Rows[SessionRow]:
    """A person's open sessions, the last used first."""
    return Rows(
        SessionRow,
        select(
            SignInSession.id,
            SignInSession.browser,
            SignInSession.address,
            SignInSession.created_at,
            SignInSession.last_used_at,
            SignInSession.expires_at,
        )
        .where(SignInSession.user_id == user_id, SignInSession.ended_at.is_(None))
        .where(SignInSession.expires_at > clock.now())
        .order_by(SignInSession.last_used_at.desc(), SignInSession.id),
    )


class FamilyRow(NamedTuple):
    """A program that is signed in: the tokens that came of one password."""

    id: UUID
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime


def families(user_id: UUID) -> Rows[FamilyRow]:
    """A person's live API sign-ins (refresh families) in this organization."""
    return Rows(
        FamilyRow,
        select(
            RefreshToken.family_id.label("id"),
            func.min(RefreshToken.created_at).label("created_at"),
            func.max(RefreshToken.created_at).label("last_used_at"),
            func.max(RefreshToken.expires_at).label("expires_at"),
        )
        .where(RefreshToken.user_id == user_id, RefreshToken.organization_id == HERE)
        .where(RefreshToken.revoked_at.is_(None), RefreshToken.expires_at > clock.now())
        .group_by(RefreshToken.family_id)
        .order_by(func.max(RefreshToken.created_at).desc()),
    )


class PasswordRow(NamedTuple):
    """The hash of a person's password."""

    hash: str


def password(user_id: UUID) -> Rows[PasswordRow]:
    """One's own password's hash; nobody else's can be read."""
    return Rows(PasswordRow, select(UserPassword.hash).where(UserPassword.user_id == user_id))
