"""What the API takes and gives of teams."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from cutwater.identity.accounts.schemas import Short, Slug
from cutwater.identity.core.roles import Role
from cutwater.identity.teams.models import TeamKind
from cutwater.kernel.wire import Body, Out, Text


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
