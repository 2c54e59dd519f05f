"""What the form of a key sends."""

from typing import Annotated

from pydantic import Field

from cutwater.identity.accounts.schemas import Short
from cutwater.identity.keys.schemas import Scope
from cutwater.kernel.wire import Body, Int, Line


class KeyForm(Body):
    """A new API key."""

    name: Short
    scopes: list[Scope] = []
    days: Annotated[Int, Field(ge=0, le=3650)] = 90
    service_role: Line = ""
