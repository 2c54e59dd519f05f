"""What the log needs from above and cannot import: the names of people and keys."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from uuid import UUID

from cutwater.kernel.reader import Reader

NamesSource = Callable[[Reader, Iterable[UUID]], Awaitable[Mapping[UUID, str]]]
"""Names of people and API keys by id; unknown ids are left out."""


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
