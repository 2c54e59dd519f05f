"""The runsheet read: kept per process by tick and minute, so that many viewers cost one computation."""

from collections import OrderedDict
from dataclasses import replace
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Executable

from cutwater import identity, releases
from cutwater.kernel import clock
from cutwater.kernel.reader import Reader, SessionReader
from cutwater.runbooks.core import runsheet
from cutwater.runbooks.core.critical_path import Prepared
from cutwater.runbooks.core.runsheet import Runsheet
from cutwater.runbooks.runs.queries import runs
from cutwater.runbooks.steps.queries import links_of, phases_of, rows_of

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
_sheets: Kept[Runsheet] = Kept(50)


async def sheet(reader: Reader, key: str) -> Runsheet:
    """A run's sheet by its key; NotFound otherwise."""
    return await sheet_of(reader, runs.one_head(await reader.all(runs.head(key))))


async def sheet_of(reader: Reader, head: Any) -> Runsheet:
    """The sheet of a run whose head was read already."""
    now = clock.now()
    kept = _sheets.get(head.id)
    if kept is not None and (kept.head, kept.minute) == (head, runsheet.seconds(now) // 60):
        return kept
    found = await _compute(reader, head, now)
    if not isinstance(reader, SessionReader):  # what a transaction sees may never come to be
        _sheets.put(head.id, found)
    return found


async def _compute(reader: Reader, head: Any, now: datetime) -> Runsheet:
    run = runs.same_id(head.id)
    statements: list[Executable] = [rows_of(run), phases_of(run)]
    graph = _graphs.get(head.id)
    if graph is None or graph[0] != head.graph_revision:
        graph = None
        statements.append(links_of(run))
    rows, phases, *links = await reader.batch(*statements)
    if graph is None:
        graph = (head.graph_revision, runsheet.prepare(rows, links[0]))
        _graphs.put(head.id, graph)
    found = runsheet.compute(head, phases, rows, graph[1], now)
    teams = {team.id: team.name for team in await identity.teams(reader)}
    linked = {row.release_id for row in rows if row.release_id}
    keys = {each.id: each.key for each in await releases.releases_by_ids(reader, linked)} if linked else {}
    return replace(found, teams=teams, releases=keys)
