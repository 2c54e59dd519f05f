"""What the log needs from above and cannot import: people's names, and pictures of live things."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from cutwater.audit.records import LoggedEvent
from cutwater.kernel.reader import Reader

NamesSource = Callable[[Reader, Iterable[UUID]], Awaitable[Mapping[UUID, str]]]
"""Names of people and API keys by id; unknown ids are left out."""

TopicView = Callable[[Reader, UUID, UUID, Sequence[LoggedEvent]], Awaitable[dict[str, Any] | None]]
"""`(reader, organization_id, id, events)` → the state to show for one topic, or None."""


async def _nobody(_reader: Reader, _ids: Iterable[UUID]) -> Mapping[UUID, str]:
    return {}


_source: NamesSource = _nobody


def use_names(source: NamesSource) -> None:
    """Say where names come from; wiring calls it once. Until then people have no names here."""
    global _source
    _source = source


async def names_of(reader: Reader, ids: Iterable[UUID | None]) -> Mapping[UUID, str]:
    """The names of these ids, in one trip, or none when there is nobody to name."""
    wanted = {each for each in ids if each is not None}
    return await _source(reader, wanted) if wanted else {}
