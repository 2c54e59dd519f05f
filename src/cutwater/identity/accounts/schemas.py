"""What the API takes and gives of oneself."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from cutwater.kernel.grants import Grant
from cutwater.kernel.wire import Body, Line, Out, Text

Short = Annotated[Line, Field(min_length=1, max_length=120)]
Address = Annotated[Line, Field(min_length=3, max_length=254, examples=["ada@bank.example"])]
Secret = Annotated[Text, Field(min_length=1, max_length=200)]
Slug = Annotated[Line, Field(max_length=40, examples=["north-bank"])]
Zone = Annotated[Line, Field(max_length=60, examples=["Europe/Zurich"])]


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
