"""What the forms of a team send."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from cutwater.identity.accounts.schemas import Short, Slug
from cutwater.identity.teams.models import TeamKind
from cutwater.kernel.wire import Body, Revision, Text


class TeamForm(Body):
    """A team's name and kind."""

    name: Short
    kind: TeamKind = TeamKind.DISCIPLINE
    description: Annotated[Text, Field(max_length=2000)] = ""
    slug: Slug = ""
    revision: Revision | None = None


class TeamMemberForm(Body):
    """Who joins the team."""

    user_id: UUID
    is_lead: bool = False


class LeadForm(Body):
    """Lead or not."""

    is_lead: bool = False
