"""What the chain shows: how far it is sealed, and what recomputing it finds."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from pathlib import Path
from typing import TypedDict
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from cutwater.audit.chain import queries
from cutwater.audit.chain.queries import BLOCK, EPOCHS, NEWEST_BLOCKS, ROW, ROWS_AT_ONCE, START, BlockRow
from cutwater.audit.chain.service import seal
from cutwater.audit.core.chain import Block, ChainCheck, Finding, Head, row_hash
from cutwater.audit.core.records import PLATFORM
from cutwater.kernel.connections import Connection
from cutwater.kernel.db import Database
from cutwater.kernel.errors import NotFound
from cutwater.kernel.frozen import frozen
from cutwater.kernel.reader import Reader


@frozen
class Sealed:
    """How far a log is sealed."""

    blocks: int = 0
    events: int = 0
    sealed_at: datetime | None = None
    head: str | None = None


@frozen
class ChainReport:
    """What the check of one chain found. `first_block` is greater than 1 when only the newest were read."""

    organization_id: UUID
    organization: str
    blocks: int
    events: int
    first_block: int
    head: Block | None
    findings: list[Finding]

    @property
    def title(self) -> str:
        if self.organization_id == PLATFORM:
            return "the platform"
        return self.organization or str(self.organization_id)


class HeadJson(TypedDict):
    """A block and its hash."""

    number: int
    hash: str


class FindingJson(TypedDict):
    """One thing that is wrong."""

    fault: str
    event_id: int | None
    block: int | None


class ChainJson(TypedDict):
    """One chain, for scripts."""

    organization_id: str
    organization: str
    blocks: int
    events: int
    head: HeadJson | None
    findings: list[FindingJson]


class ReportJson(TypedDict):
    """All chains, for scripts."""

    intact: bool
    chains: list[ChainJson]


@frozen
class Report:
    """What the check of all chains found."""

    chains: list[ChainReport] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        return not any(chain.findings for chain in self.chains)

    def as_json(self) -> ReportJson:
        """For scripts."""
        return ReportJson(intact=self.intact, chains=[_chain_json(chain) for chain in self.chains])

    def as_text(self) -> str:
        """For people: a line per chain, then a line per finding."""
        lines = []
        for chain in self.chains:
            verdict = _counted(len(chain.findings), "finding") if chain.findings else "intact"
            read = f"{_counted(chain.events, 'event')} in {_counted(chain.blocks, 'block')}"
            head = f", head {chain.head.hash.hex()} at block {chain.head.number}" if chain.head else ""
            lines.append(f"{chain.title}: {verdict}, {read}{head}")
            lines += [f"  {finding}" for finding in chain.findings]
        return "\n".join(lines) or "Nothing is sealed yet."


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"


def _chain_json(chain: ChainReport) -> ChainJson:
    head = chain.head
    return ChainJson(
        organization_id=str(chain.organization_id),
        organization=chain.organization,
        blocks=chain.blocks,
        events=chain.events,
        head=HeadJson(number=head.number, hash=head.hash.hex()) if head else None,
        findings=[
            FindingJson(fault=each.fault.value, event_id=each.event_id, block=each.block)
            for each in chain.findings
        ],
    )


async def verify(
    database: Database,
    organization: UUID | str | None = None,
    *,
    heads: Mapping[UUID, Sequence[Head]] | None = None,
) -> Report:
    """Check every chain, or one organization's (its id or slug), after sealing what can be sealed.

    `heads` are block hashes published earlier (`read_heads`): with them a cut tail is found too.
    """
    await seal(database)
    known = heads or {}
    chains = await _chains(database)
    wanted = {id: slug for id, slug in chains.items() if organization in (None, id, str(id), slug)}
    wanted |= {id: "" for id in known if id not in chains and organization in (None, id, str(id))}
    if organization is not None and not wanted:
        raise NotFound(f"A log of {organization}")
    found = [
        await verify_chain(database, id, organization=slug, heads=known.get(id, ()))
        for id, slug in wanted.items()
    ]
    return Report(chains=found)


async def _chains(database: Database) -> dict[UUID, str]:
    async with database.pool.connection() as connection:
        cursor = await connection.execute("select organization_id, slug from log_chains()")
        return {row[0]: row[1] for row in await cursor.fetchall()}


async def verify_chain(
    database: Database,
    chain: UUID,
    *,
    organization: str = "",
    heads: Sequence[Head] = (),
    newest_blocks: int | None = None,
) -> ChainReport:
    """Check one chain; with `newest_blocks` only its end, trusting the block before."""
    async with await database.connect() as connection:
        await connection.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ)
        await connection.set_read_only(True)
        await connection.execute("select set_config('app.organization', %s, true)", (str(chain),))
        check = ChainCheck(chain, heads)
        first = await _first_block(connection, chain, newest_blocks)
        start = await _start(connection, chain, first, check)
        rows = _rows(connection, chain, *start)
        async for block in _blocks(connection, chain, first):
            check.add_rows(await _take(rows, len(block.event_ids)))
            check.add_block(block)
            if check.is_hopeless:
                break
        else:
            while batch := await _take(rows, ROWS_AT_ONCE):
                check.add_rows(batch)
                if check.is_hopeless:
                    break
        await connection.rollback()
    return ChainReport(
        organization_id=chain,
        organization=organization,
        blocks=check.blocks,
        events=check.events,
        first_block=first,
        head=check.head,
        findings=check.finish(),
    )


async def verify_newest(database: Database, organization_id: UUID) -> ChainReport:
    """Check the newest blocks of one organization, while somebody waits; the command line reads all."""
    return await verify_chain(database, organization_id, newest_blocks=NEWEST_BLOCKS)


async def _first_block(connection: Connection, chain: UUID, newest: int | None) -> int:
    if newest is None:
        return 1
    query = "select coalesce(max(number), 0) from log_block where organization_id = %s"
    [row] = await (await connection.execute(query, (chain,))).fetchall()
    return max(1, int(row[0]) - newest + 1)


async def _start(connection: Connection, chain: UUID, first: int, check: ChainCheck) -> tuple[int, str, int]:
    """From which epoch, transaction and event the rows are read; the block before the first is trusted."""
    if first == 1:
        return 0, "0", 0
    query = BLOCK.replace("order by number", "order by number limit 2")
    cursor = connection.cursor(row_factory=class_row(BlockRow))
    before, block = await (await cursor.execute(query, {"chain": chain, "number": first - 1})).fetchall()
    check.start_after(_block_of(chain, before))
    row = await (await connection.execute(START, {"chain": chain, "ids": block.event_ids})).fetchone()
    return block.epoch, *(row or ("0", 0))


async def _blocks(connection: Connection, chain: UUID, first: int) -> AsyncIterator[Block]:
    async with connection.cursor(name="blocks", row_factory=class_row(BlockRow)) as cursor:
        cursor.itersize = 50
        await cursor.execute(BLOCK, {"chain": chain, "number": first})
        async for row in cursor:
            yield _block_of(chain, row)


def _block_of(chain: UUID, row: BlockRow) -> Block:
    return Block(
        chain=chain,
        number=row.number,
        epoch=row.epoch,
        sealed_at=row.sealed_at,
        events_total=row.events_total,
        event_ids=row.event_ids,
        row_hashes=row.row_hashes,
        previous=row.previous,
        hash=row.hash,
    )


async def _rows(
    connection: Connection, chain: UUID, epoch: int, xid: str, id: int
) -> AsyncIterator[tuple[int, bytes]]:
    """Every row that should be in a block, in the order of sealing, as id and hash."""
    epochs = await (await connection.execute(EPOCHS)).fetchall()
    for number, first, below, end in epochs:
        if number < epoch:
            continue
        bounds = {"chain": chain, "first": first, "end": end, "below": below}
        place = {"xid": xid, "id": id} if number == epoch else {"xid": "0", "id": 0}
        async with connection.cursor(name=f"rows_{number}") as cursor:
            cursor.itersize = ROWS_AT_ONCE
            await cursor.execute(ROW, bounds | place)
            async for row in cursor:
                yield row[0], row_hash(row[1:])


async def _take(rows: AsyncIterator[tuple[int, bytes]], count: int) -> list[tuple[int, bytes]]:
    found: list[tuple[int, bytes]] = []
    while len(found) < count:
        try:
            found.append(await anext(rows))
        except StopAsyncIteration:
            break
    return found


def read_heads(path: Path) -> dict[UUID, list[Head]]:
    """Heads from files that `audit.publish_heads` wrote: one file, or a folder of them."""
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    found: dict[UUID, list[Head]] = {}
    for file in files:
        for line in file.read_text().splitlines():
            head = json.loads(line)
            known = found.setdefault(UUID(head["organization_id"]), [])
            known.append(Head(number=head["block"], hash=bytes.fromhex(head["hash"])))
    return found


async def sealed(reader: Reader) -> Sealed:
    """How far the organization's log is sealed."""
    row = await reader.first(queries.last_block())
    if row is None:
        return Sealed()
    return Sealed(blocks=row.number, events=row.events_total, sealed_at=row.sealed_at, head=row.hash.hex())
