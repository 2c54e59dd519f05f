"""The tables of people, organizations and how people get in."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cutwater.identity.roles import Role
from cutwater.kernel.db import Base, OrganizationRow, Row, one_of, reference, scoped


class TeamKind(StrEnum):
    """What a team is for."""

    DISCIPLINE = "discipline"
    DELIVERY = "delivery"
    OPERATIONS = "operations"


class LinkPurpose(StrEnum):
    """What a mailed link to a person does."""

    RESET = "reset"
    CONFIRM = "confirm"


def person(column: str) -> ForeignKeyConstraint:
    """A reference to anybody, a superadmin who is no member included."""
    return ForeignKeyConstraint([column], ["user_account.id"])


def member(column: str) -> ForeignKeyConstraint:
    """A reference to somebody of the same organization; memberships are ended, never deleted."""
    return ForeignKeyConstraint(
        ["organization_id", column], ["membership.organization_id", "membership.user_id"]
    )


class Organization(Base, Row):
    """The tenant. Its slug is in every address."""

    __tablename__ = "organization"
    __table_args__ = (
        UniqueConstraint("slug"),
        CheckConstraint("slug ~ '^[a-z0-9][a-z0-9-]*$'", name="slug_shape"),
    )
    name: Mapped[str]
    slug: Mapped[str]
    zone: Mapped[str] = mapped_column(default="UTC", server_default="UTC")
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    deleted_at: Mapped[datetime | None]


class UserAccount(Base, Row):
    """A person, in any number of organizations. E-mail and user name are kept in lower case."""

    __tablename__ = "user_account"
    __table_args__ = (
        UniqueConstraint("email"),
        UniqueConstraint("username"),
        ForeignKeyConstraint(["last_organization_id"], ["organization.id"]),
        Index(None, "last_organization_id"),
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint("username = lower(username)", name="username_lower"),
    )
    email: Mapped[str]
    username: Mapped[str]
    name: Mapped[str]
    zone: Mapped[str] = mapped_column(default="UTC", server_default="UTC")
    locale: Mapped[str] = mapped_column(default="en", server_default="en")
    is_active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    is_superadmin: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    email_confirmed_at: Mapped[datetime | None]
    last_organization_id: Mapped[UUID | None]
    revision: Mapped[int] = mapped_column(default=1, server_default="1")


class UserPassword(Base, Row):
    """The Argon2id hash, apart from the person so that colleagues' rows never carry it."""

    __tablename__ = "user_password"
    __table_args__ = (UniqueConstraint("user_id"), person("user_id"))
    user_id: Mapped[UUID]
    hash: Mapped[str]
    changed_at: Mapped[datetime]


class SignInSession(Base, Row):
    """One browser that is signed in; only the fingerprint of its cookie is kept."""

    __tablename__ = "sign_in_session"
    __table_args__ = (UniqueConstraint("token_hash"), person("user_id"), Index(None, "user_id"))
    user_id: Mapped[UUID]
    token_hash: Mapped[bytes]
    browser: Mapped[str] = mapped_column(default="", server_default="")
    address: Mapped[str] = mapped_column(default="", server_default="")
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class AccountLink(Base, Row):
    """A mailed link that resets a password or confirms an address: single use, derived from its nonce."""

    __tablename__ = "account_link"
    __table_args__ = (person("user_id"), Index(None, "user_id"), one_of("purpose", LinkPurpose))
    user_id: Mapped[UUID]
    purpose: Mapped[str]
    nonce: Mapped[str]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInFailure(Base, Row):
    """A wrong password, by the fingerprint of what was typed as the name; kept for a day."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (Index(None, "login_hash", "created_at"), Index(None, "created_at"))
    login_hash: Mapped[bytes]


class Membership(Base, OrganizationRow):
    """A person in an organization. Ended, never deleted: what they did keeps its name."""

    __tablename__ = "membership"
    __table_args__ = scoped(
        UniqueConstraint("organization_id", "user_id"),
        person("user_id"),
        Index(None, "user_id"),
        one_of("role", Role),
    )
    user_id: Mapped[UUID]
    role: Mapped[str]
    is_auditor: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    ended_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1, server_default="1")


class Team(Base, OrganizationRow):
    """A group of people in the organization."""

    __tablename__ = "team"
    __table_args__ = scoped(
        Index(
            "uq_team_organization_id_slug",
            "organization_id",
            "slug",
            unique=True,
            postgresql_where=text("deleted_at is null"),
        ),
        one_of("kind", TeamKind),
    )
    name: Mapped[str]
    slug: Mapped[str]
    kind: Mapped[str]
    description: Mapped[str] = mapped_column(default="", server_default="")
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    deleted_at: Mapped[datetime | None]


class TeamMember(Base, OrganizationRow):
    """A person in a team."""

    __tablename__ = "team_member"
    __table_args__ = scoped(
        UniqueConstraint("organization_id", "team_id", "user_id"),
        reference("team_id", "team"),
        member("user_id"),
        Index(None, "organization_id", "user_id"),
    )
    team_id: Mapped[UUID]
    user_id: Mapped[UUID]
    is_lead: Mapped[bool] = mapped_column(default=False, server_default=text("false"))


class Invitation(Base, OrganizationRow):
    """A mailed way in: single use, for one e-mail address."""

    __tablename__ = "invitation"
    __table_args__ = scoped(
        person("invited_by"),
        person("accepted_by"),
        Index(None, "invited_by"),
        Index(None, "accepted_by"),
        Index(None, "organization_id", "email"),
        one_of("role", Role),
    )
    email: Mapped[str]
    role: Mapped[str]
    team_ids: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'::jsonb"))
    nonce: Mapped[str]
    invited_by: Mapped[UUID | None]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[UUID | None]
    revoked_at: Mapped[datetime | None]


class RefreshToken(Base, OrganizationRow):
    """One link of a refresh family; a person's token for one organization."""

    __tablename__ = "refresh_token"
    __table_args__ = scoped(
        UniqueConstraint("token_hash"),
        person("user_id"),
        Index(None, "user_id"),
        Index(None, "organization_id", "family_id"),
    )
    user_id: Mapped[UUID]
    family_id: Mapped[UUID]
    token_hash: Mapped[bytes]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class ApiKey(Base, OrganizationRow):
    """A key of a person, or of the organization itself (a service key, with a role of its own)."""

    __tablename__ = "api_key"
    __table_args__ = scoped(
        UniqueConstraint("key_hash"),
        person("user_id"),
        person("created_by"),
        Index(None, "user_id"),
        Index(None, "created_by"),
        one_of("role", Role),
        CheckConstraint("(user_id is null) <> (role is null)", name="person_or_service"),
    )
    user_id: Mapped[UUID | None]
    role: Mapped[str | None]
    name: Mapped[str]
    start: Mapped[str]
    key_hash: Mapped[bytes]
    scopes: Mapped[list[Any]]
    created_by: Mapped[UUID]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
