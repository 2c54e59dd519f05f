"""The chain that makes the log tamper-evident: how a row and a block are hashed, and what a check finds.

A row's hash is SHA-256 over its fields as netstrings (`<bytes>:<text>,`, and `-,` for null), in the order
of `FIELDS`, after the version. A block's hash covers its header, the hash before it and its rows' hashes.
PostgreSQL computes the same in `log_row_hash` and `seal_log`; this file is the independent second opinion.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from cutwater.kernel.frozen import frozen

VERSION = "cutwater.log.1"
HASH_BYTES = 32
GENESIS = bytes(HASH_BYTES)
FIELDS = (
    "id",
    "xid",
    "at",
    "happened_at",
    "organization_id",
    "actor_kind",
    "actor_id",
    "actor_user_id",
    "actor_job",
    "name",
    "subject_kind",
    "subject_id",
    "subject_key",
    "context_kind",
    "context_id",
    "context_key",
    "data",
    "note_id",
    "request_id",
)


class Fault(StrEnum):
    """What can be wrong with a log."""

    ALTERED = "altered"
    MISSING = "missing"
    INSERTED = "inserted"
    BLOCK_ALTERED = "block altered"
    BLOCK_MISSING = "block missing"
    TAIL_CUT = "tail cut"


@frozen
class Finding:
    """One thing that is wrong, by event or by block."""

    fault: Fault
    event_id: int | None = None
    block: int | None = None

    def __str__(self) -> str:
        if self.event_id is None:
            return f"block {self.block}: {self.fault}"
        place = f" (block {self.block})" if self.block is not None else " (in no block)"
        return f"event {self.event_id}: {self.fault}{place}"


@frozen
class Block:
    """Consecutive rows of one chain, sealed together. `row_hashes` is their hashes end to end."""

    chain: UUID
    number: int
    epoch: int
    sealed_at: str
    events_total: int
    event_ids: Sequence[int]
    row_hashes: bytes
    previous: bytes
    hash: bytes


@frozen
class Head:
    """A block's hash as it was published on some day: whoever holds it sees a cut tail."""

    number: int
    hash: bytes


def row_hash(fields: Sequence[str | None]) -> bytes:
    """The hash of one row: its fields as text, in the order of `FIELDS`."""
    if len(fields) != len(FIELDS):
        raise ValueError(f"a row has {len(FIELDS)} fields, not {len(fields)}")
    parts = [VERSION.encode(), b";"]
    for each in fields:
        if each is None:
            parts.append(b"-,")
            continue
        value = each.encode()
        parts += [b"%d:" % len(value), value, b","]
    return hashlib.sha256(b"".join(parts)).digest()


def block_hash(block: Block) -> bytes:
    """The hash a block must have, from everything else in it."""
    header = "|".join(
        [
            VERSION,
            str(block.chain),
            str(block.number),
            str(block.epoch),
            block.sealed_at,
            str(block.events_total),
            ",".join(map(str, block.event_ids)),
        ]
    )
    return hashlib.sha256(header.encode() + b"\n" + block.previous + block.row_hashes).digest()


@dataclass(slots=True)
class ChainCheck:
    """Checks one chain as it streams by: rows and blocks in their order, in memory bounded by the faults.

    Give as many rows as the next block has, then the block. A row that is not where it should be waits
    until its block, or the end, says whether it was inserted; one that does not come is missing.
    """

    chain: UUID
    known_heads: Sequence[Head] = ()
    most_findings: int = 1000
    findings: list[Finding] = field(default_factory=list)
    blocks: int = 0
    events: int = 0
    head: Block | None = None
    _loose: dict[int, bytes] = field(default_factory=dict)
    _awaited: dict[int, tuple[int, bytes]] = field(default_factory=dict)

    @property
    def is_hopeless(self) -> bool:
        """So much is wrong that reading on would name nothing useful."""
        return len(self.findings) + len(self._loose) > self.most_findings

    def start_after(self, block: Block) -> None:
        """Trust everything up to this block: the check begins with the one after it."""
        self.head = block

    def add_rows(self, rows: Iterable[tuple[int, bytes]]) -> None:
        """The next rows, as id and hash."""
        for event_id, digest in rows:
            self.events += 1
            awaited = self._awaited.pop(event_id, None)
            if awaited is None:
                self._loose[event_id] = digest
            elif awaited[1] != digest:
                self._found(Fault.ALTERED, event_id, awaited[0])

    def add_block(self, block: Block) -> None:
        """The next block: its place in the chain, its own hash, then its rows."""
        self.blocks += 1
        self._check_place(block)
        whole = len(block.row_hashes) == HASH_BYTES * len(block.event_ids)
        if not whole or block_hash(block) != block.hash:
            self._found(Fault.BLOCK_ALTERED, None, block.number)
        for place, event_id in enumerate(block.event_ids):
            expected = block.row_hashes[place * HASH_BYTES : (place + 1) * HASH_BYTES]
            digest = self._loose.pop(event_id, None)
            if digest is None:
                self._awaited[event_id] = (block.number, expected)
            elif digest != expected:
                self._found(Fault.ALTERED, event_id, block.number)
        self._check_heads(block)
        self.head = block

    def finish(self) -> list[Finding]:
        """Everything found, in the order of the log."""
        for event_id, (number, _) in self._awaited.items():
            self._found(Fault.MISSING, event_id, number)
        for event_id in self._loose:
            self._found(Fault.INSERTED, event_id, None)
        reached = self.head.number if self.head else 0
        for known in self.known_heads:
            if known.number > reached:
                self._found(Fault.TAIL_CUT, None, known.number)
        self._awaited, self._loose = {}, {}
        self.findings.sort(key=lambda each: (each.event_id is None, each.event_id or 0, each.block or 0))
        return self.findings

    def _check_place(self, block: Block) -> None:
        expected = self.head.number + 1 if self.head else 1
        for number in range(expected, min(block.number, expected + self.most_findings)):
            self._found(Fault.BLOCK_MISSING, None, number)
        follows = block.number == expected
        previous = self.head.hash if self.head else GENESIS
        if block.number < expected or (follows and block.previous != previous):
            self._found(Fault.BLOCK_ALTERED, None, block.number)

    def _check_heads(self, block: Block) -> None:
        for known in self.known_heads:
            if known.number == block.number and known.hash != block.hash:
                self._found(Fault.BLOCK_ALTERED, None, block.number)

    def _found(self, fault: Fault, event_id: int | None, block: int | None) -> None:
        found = Finding(fault=fault, event_id=event_id, block=block)
        if found not in self.findings and len(self.findings) < self.most_findings:
            self.findings.append(found)
