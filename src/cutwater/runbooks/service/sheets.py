"""The runsheet read: kept per process by tick and minute, so that many viewers cost one computation."""

from collections import OrderedDict
from dataclasses import replace
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import Executable

from cutwater import identity, releases
from cutwater.kernel import clock
from cutwater.kernel.reader import Reader, SessionReader
from cutwater.runbooks import runsheet
from cutwater.runbooks.critical_path import Prepared
from cutwater.runbooks.queries import runs
from cutwater.runbooks.runsheet import Sheet, Told

V = TypeVar("V")


class Kept(Generic[V]):
    """The most recently used values, by run id (which only somebody who may see the run has)."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[UUID, V] = OrderedDict()

    def get(self, run_id: UUID) -> V | None:
        """The value, now the most recently used."""
        if run_id in self._values:
            self._values.move_to_end(run_id)
        return self._values.get(run_id)

    def put(self, run_id: UUID, value: V) -> None:
        """Keep a value, and let the one go that was not used for longest."""
        self._values[run_id] = value
        self._values.move_to_end(run_id)
        if len(self._values) > self._most:
            self._values.popitem(last=False)


_graphs: Kept[tuple[int, Prepared[int]]] = Kept(200)
_sheets: Kept[Sheet] = Kept(50)
_bytes: Kept[tuple[str, bytes]] = Kept(50)
_told: Kept[Told] = Kept(200)


async def sheet(reader: Reader, key: str) -> Sheet:
    """A run's sheet by its key; NotFound otherwise."""
    return await sheet_of(reader, runs.one_head(await reader.all(runs.head(key))))


async def sheet_of(reader: Reader, head: Any) -> Sheet:
    """The sheet of a run whose head was read already."""
    now = clock.now()
    kept = _sheets.get(head.id)
    if kept is not None and (kept.head, kept.minute) == (head, runsheet.seconds(now) // 60):
        return kept
    found = await _compute(reader, head, now)
    if not isinstance(reader, SessionReader):  # what a transaction sees may never come to be
        _sheets.put(head.id, found)
    return found


async def _compute(reader: Reader, head: Any, now: datetime) -> Sheet:
    run = runs.same_id(head.id)
    statements: list[Executable] = [runs.rows_of(run), runs.phases_of(run)]
    graph = _graphs.get(head.id)
    if graph is None or graph[0] != head.graph_revision:
        graph = None
        statements.append(runs.links_of(run))
    rows, phases, *links = await reader.batch(*statements)
    if graph is None:
        graph = (head.graph_revision, runsheet.prepare(rows, links[0]))
        _graphs.put(head.id, graph)
    found = runsheet.compute(head, phases, rows, graph[1], now)
    teams = {team.id: team.name for team in await identity.teams(reader)}
    linked = {row.release_id for row in rows if row.release_id}
    keys = {each.id: each.key for each in await releases.releases_by_ids(reader, linked)} if linked else {}
    return replace(found, teams=teams, releases=keys)


def etag(found: Sheet) -> str:
    """What names a state: the tick, the head's revision, and the minute the forecasts hang on."""
    return f'"{found.head.tick}-{found.head.revision}-{found.minute}"'


def is_known(found: Sheet, if_none_match: str) -> bool:
    """Whether a client that polls has this state already."""
    return if_none_match.removeprefix("W/") == etag(found)


def state_bytes(found: Sheet) -> bytes:
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
    reader: Reader, organization_id: UUID, run_id: UUID, events: Any
) -> dict[str, Any] | None:
    """What changed in a run since this process told its viewers; everything the first time."""
    head = await reader.first(runs.head_by_id(run_id))
    if head is None:
        return None
    state = runsheet.compact(await sheet_of(reader, head))
    told = _told.get(run_id)
    if told is None:
        _told.put(run_id, Told(last=state))
        return state
    return told.frame(state, clock.now())
