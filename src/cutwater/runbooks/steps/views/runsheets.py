"""The runsheet read: kept per process by tick and minute, so that many viewers cost one computation."""

from collections import OrderedDict
from dataclasses import replace
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from cutwater import identity, releases
from cutwater.kernel import clock
from cutwater.kernel.reader import Reader, SessionReader
from cutwater.runbooks.core import runsheet
from cutwater.runbooks.core.critical_path import Prepared
from cutwater.runbooks.core.rows import RunHead
from cutwater.runbooks.core.runsheet import Runsheet
from cutwater.runbooks.runs.queries.runs import read_head
from cutwater.runbooks.steps import queries

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
    """A run's sheet by its key or id; NotFound otherwise."""
    return await sheet_of(reader, await read_head(reader, key))


async def sheet_of(reader: Reader, head: RunHead) -> Runsheet:
    """The sheet of a run whose head was read already."""
    now = clock.now()
    kept = _sheets.get(head.id)
    if kept is not None and (kept.head, kept.minute) == (head, runsheet.seconds(now) // 60):
        return kept
    computed = await _compute(reader, head, now)
    if not isinstance(reader, SessionReader):  # what a transaction sees may never come to be
        _sheets.put(head.id, computed)
    return computed


async def _compute(reader: Reader, head: RunHead, now: datetime) -> Runsheet:
    known = _graphs.get(head.id)
    if known is not None and known[0] == head.graph_revision:
        graph = known[1]
        rows, phases = await reader.batch(queries.rows_of(head.id), queries.phases_of(head.id))
    else:
        rows, phases, links = await reader.batch(
            queries.rows_of(head.id), queries.phases_of(head.id), queries.links_of(head.id)
        )
        graph = runsheet.prepare(rows, links)
        _graphs.put(head.id, (head.graph_revision, graph))
    computed = runsheet.compute(head, phases, rows, graph, now)
    teams = {team.id: team.name for team in await identity.all_teams(reader)}
    linked = {row.release_id for row in rows if row.release_id}
    keys = {each.id: each.key for each in await releases.releases_by_ids(reader, linked)} if linked else {}
    return replace(computed, teams=teams, releases=keys)
