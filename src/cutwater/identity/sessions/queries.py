"""Where a person is signed in."""

from uuid import UUID

from sqlalchemy import func, select

from cutwater.identity.accounts.queries import HERE, Rows
from cutwater.identity.sessions.models import RefreshToken, SignInSession
from cutwater.kernel import clock


def sessions(user_id: UUID) -> Rows:
    """A person's open sessions, the last used first."""
    return (
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
        .order_by(SignInSession.last_used_at.desc(), SignInSession.id)
    )


def families(user_id: UUID) -> Rows:
    """A person's live API sign-ins (refresh families) in this organization."""
    return (
        select(
            RefreshToken.family_id.label("id"),
            func.min(RefreshToken.created_at).label("created_at"),
            func.max(RefreshToken.created_at).label("last_used_at"),
            func.max(RefreshToken.expires_at).label("expires_at"),
        )
        .where(RefreshToken.user_id == user_id, RefreshToken.organization_id == HERE)
        .where(RefreshToken.revoked_at.is_(None), RefreshToken.expires_at > clock.now())
        .group_by(RefreshToken.family_id)
        .order_by(func.max(RefreshToken.created_at).desc())
    )
