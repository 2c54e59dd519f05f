"""What the API takes and gives."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, WithJsonSchema

from cutwater.identity.models import TeamKind
from cutwater.identity.roles import KEY_SCOPES, Role
from cutwater.kernel.grants import Grant
from cutwater.kernel.wire import Body, Int, Line, Out, Text

Short = Annotated[Line, Field(min_length=1, max_length=120)]
Address = Annotated[Line, Field(min_length=3, max_length=254, examples=["ada@bank.example"])]
Secret = Annotated[Text, Field(min_length=1, max_length=200)]
Slug = Annotated[Line, Field(max_length=40, examples=["north-bank"])]
Zone = Annotated[Line, Field(max_length=60, examples=["Europe/Zurich"])]


def _for_keys(grant: Grant) -> Grant:
    if grant not in KEY_SCOPES:
        raise ValueError("A key cannot hold this permission.")
    return grant


Scope = Annotated[
    Grant,
    AfterValidator(_for_keys),
    WithJsonSchema({"type": "string", "enum": [grant.value for grant in KEY_SCOPES]}),
]


class TokenRequest(Body):
    """A person's sign-in to the API, for one organization."""

    login: Annotated[Line, Field(min_length=1, description="E-mail or user name.")]
    password: Secret
    organization: Slug = ""


class RefreshRequest(Body):
    """The refresh token that was given last."""

    refresh_token: Annotated[Line, Field(min_length=1, max_length=200)]


class TokenPair(Out):
    """Bearer tokens: access for half an hour, refresh for seven days and once."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105
    expires_in: int
    refresh_token: str
    organization: str


class MeRead(Out):
    """The person or key behind the token, and what they may do here."""

    kind: str
    id: UUID
    name: str
    email: str | None = None
    username: str | None = None
    zone: str
    locale: str
    organization: str
    role: str
    grants: list[Grant]
    team_ids: list[UUID]
    revision: int | None = None


class MeChange(Body):
    """What people say of themselves; what is left out stays."""

    name: Short | None = None
    username: Annotated[Line, Field(max_length=40)] | None = None
    zone: Zone | None = None
    locale: Literal["en"] | None = None


class OrganizationRead(Out):
    """An organization one may enter."""

    id: UUID
    slug: str
    name: str
    role: Role | None
    members: int


class OrganizationDetail(Out):
    """The organization the token is bound to."""

    id: UUID
    slug: str
    name: str
    zone: str
    revision: int
    created_at: datetime


class OrganizationCreate(Body):
    """A new organization; without a slug one is made of the name."""

    name: Short
    slug: Slug = ""
    zone: Zone = "UTC"


class OrganizationChange(Body):
    """What is left out stays."""

    name: Short | None = None
    zone: Zone | None = None


class MemberRead(Out):
    """A person of the organization."""

    id: UUID
    name: str
    email: str
    username: str
    role: Role
    is_auditor: bool
    revision: int
    joined_at: datetime
    ended_at: datetime | None


class MemberChange(Body):
    """Another role, or the auditor grant."""

    role: Role | None = None
    is_auditor: bool | None = None


class TeamRead(Out):
    """A team."""

    id: UUID
    slug: str
    name: str
    kind: TeamKind
    description: str
    members: int
    revision: int


class TeamCreate(Body):
    """A new team; without a slug one is made of the name."""

    name: Short
    slug: Slug = ""
    kind: TeamKind = TeamKind.DISCIPLINE
    description: Annotated[Text, Field(max_length=2000)] = ""


class TeamChange(Body):
    """What is left out stays."""

    name: Short | None = None
    kind: TeamKind | None = None
    description: Annotated[Text, Field(max_length=2000)] | None = None


class TeamMemberRead(Out):
    """Somebody in a team."""

    id: UUID
    name: str
    email: str
    role: Role
    is_lead: bool
    joined_at: datetime


class TeamMemberAdd(Body):
    """Who joins the team."""

    user_id: UUID
    is_lead: bool = False


class TeamMemberChange(Body):
    """Lead or not."""

    is_lead: bool


class InvitationRead(Out):
    """An open invitation."""

    id: UUID
    email: str
    role: Role
    inviter: str | None
    created_at: datetime
    expires_at: datetime


class InvitationCreate(Body):
    """Whom to invite, as what, into which teams."""

    email: Address
    role: Role
    team_ids: Annotated[list[UUID], Field(max_length=50)] = []


class ApiKeyRead(Out):
    """A key, without its secret."""

    id: UUID
    name: str
    start: str
    scopes: list[Scope]
    role: Role | None
    user_id: UUID | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class ApiKeyCreated(ApiKeyRead):
    """A new key: the only time its secret is shown."""

    secret: str


class ApiKeyCreate(Body):
    """A key within one's own rights; with a role it belongs to the organization."""

    name: Short
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(KEY_SCOPES))]
    days: Annotated[Int, Field(ge=1, le=3650)] | None = 90
    service_role: Literal["ADMIN", "MANAGER", "MEMBER", "VIEWER"] | None = None


class SessionRead(Out):
    """A place where one is signed in: a browser, or a program with tokens."""

    id: UUID
    kind: Literal["browser", "api"]
    browser: str
    address: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    is_current: bool
