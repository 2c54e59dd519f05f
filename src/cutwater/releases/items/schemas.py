"""What the API takes and gives for items."""

import re
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field, StrictBool

from cutwater.kernel.wire import Body, Line, Out
from cutwater.releases.core import references
from cutwater.releases.core.facts import ItemKind

ShortLine = Annotated[Line, Field(max_length=80)]
Address = Annotated[str, Field(max_length=300, pattern=r"^(https?://[!-~]+)?$")]


def _looking_like_a_reference(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(references.PATTERN, value):
        raise ValueError(references.EXPECTED)
    return value


class ItemRead(Out):
    """A ticket or pull request of a release."""

    id: UUID
    kind: ItemKind
    issue_id: UUID | None
    reference: str
    repository: str
    number: int | None
    url: str
    title: str
    status: str
    is_done: bool
    assignee: str
    synced_at: datetime | None
    sync_error: str
    revision: int
    created_at: datetime


class ItemCreate(Body):
    """An issue key, `acme/api#12`, `acme/api!12`, or an address. An imported issue fills in the rest."""

    reference: Annotated[
        str, Field(max_length=300, pattern=references.PATTERN), BeforeValidator(_looking_like_a_reference)
    ]
    title: Line = ""
    status: ShortLine = ""
    is_done: StrictBool | None = None
    assignee: ShortLine = ""
    url: Address = ""


class ItemPatch(Body):
    """What was typed for an item; items of imported issues follow the issue."""

    title: Line | None = None
    status: ShortLine | None = None
    is_done: StrictBool | None = None
    assignee: ShortLine | None = None
    url: Address | None = None
