"""The live state of a run: as bytes for those who poll, as changes for those who follow."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson

from cutwater.kernel import clock
from cutwater.kernel.reader import Reader
from cutwater.runbooks.core import runsheet
from cutwater.runbooks.core.runsheet import Runsheet, Told
from cutwater.runbooks.runs.queries import runs
from cutwater.runbooks.steps.views.runsheets import Kept, sheet_of

_bytes: Kept[tuple[str, bytes]] = Kept(50)
_told: Kept[Told] = Kept(200)


def etag(found: Runsheet) -> str:
    """What names a state: the tick, the head's revision, and the minute the forecasts hang on."""
    return f'"{found.head.tick}-{found.head.revision}-{found.minute}"'


def is_known(found: Runsheet, if_none_match: str) -> bool:
    """Whether a client that polls has this state already."""
    return if_none_match.removeprefix("W/") == etag(found)


def state_bytes(found: Runsheet) -> bytes:
    """The whole compact state as JSON, kept as long as it stays the same."""
    kept, name = _bytes.get(found.head.id), etag(found)
    if kept is not None and kept[0] == name:
        return kept[1]
    state = runsheet.compact(found)
    if _told.get(found.head.id) is None:
        _told.put(found.head.id, Told(last=state))
    body = orjson.dumps(state)
    _bytes.put(found.head.id, (name, body))
    return body


async def live_frame(
    reader: Reader, organization_id: UUID, run_id: UUID, events: Sequence[object]
) -> dict[str, Any] | None:  # allow: any — what the log asks of every view
    """What changed in a run since this process told its viewers; everything the first time."""
    head = await reader.first(runs.head_by_id(run_id))
    if head is None:
        return None
    state = runsheet.compact(await sheet_of(reader, head))
    told = _told.get(run_id)
    if told is None:
        _told.put(run_id, Told(last=state))
        return {**state}
    return {**told.frame(state, clock.now())}
