"""The chain as pure values: what a hash covers, and that every kind of tampering is named."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutwater.audit.core.chain import (
    FIELDS,
    GENESIS,
    Block,
    ChainCheck,
    Fault,
    Finding,
    Head,
    block_hash,
    row_hash,
)

CHAIN = UUID("019aa0c4-6f5e-7c53-8a4e-0d5f8a1b2c3d")
Rows = list[tuple[int, bytes]]


def digest(event_id: int) -> bytes:
    return row_hash([str(event_id), *[None] * (len(FIELDS) - 1)])


def block(number: int, ids: Sequence[int], previous: bytes) -> Block:
    bare = Block(
        chain=CHAIN,
        number=number,
        epoch=1,
        sealed_at="2026-11-20T03:15:00.000000",
        events_total=max(ids, default=0),
        event_ids=list(ids),
        row_hashes=b"".join(map(digest, ids)),
        previous=previous,
        hash=b"",
    )
    return replace(bare, hash=block_hash(bare))


def log_of(*sizes: int) -> tuple[Rows, list[Block]]:
    blocks: list[Block] = []
    first = 1
    for number, size in enumerate(sizes, 1):
        previous = blocks[-1].hash if blocks else GENESIS
        blocks.append(block(number, range(first, first + size), previous))
        first += size
    return [(event_id, digest(event_id)) for event_id in range(1, first)], blocks


def check(rows: Rows, blocks: list[Block], heads: Sequence[Head] = ()) -> list[Finding]:
    chain, rows = ChainCheck(CHAIN, heads), list(rows)
    for each in blocks:
        count = len(each.event_ids)
        chain.add_rows(rows[:count])
        del rows[:count]
        chain.add_block(each)
    chain.add_rows(rows)
    return chain.finish()


def test_an_untouched_log_has_no_findings() -> None:
    rows, blocks = log_of(3, 1, 4)
    assert check(rows, blocks) == []


@given(st.lists(st.integers(1, 6), min_size=1, max_size=6), st.data())
def test_every_altered_missing_and_inserted_row_is_named(sizes: list[int], data: st.DataObject) -> None:
    rows, blocks = log_of(*sizes)
    total = len(rows)
    ids = st.sets(st.integers(1, total), max_size=total)
    altered = data.draw(ids)
    missing = data.draw(ids) - altered
    inserted = data.draw(st.sets(st.integers(total + 1, total + 20), max_size=5))
    changed: Rows = [(id, b"x" * 32 if id in altered else each) for id, each in rows if id not in missing]
    for event_id in inserted:
        changed.insert(data.draw(st.integers(0, len(changed))), (event_id, digest(event_id)))
    found = {(each.fault, each.event_id) for each in check(changed, blocks)}
    expected = {(Fault.ALTERED, id) for id in altered} | {(Fault.MISSING, id) for id in missing}
    assert found == expected | {(Fault.INSERTED, id) for id in inserted}


def test_a_finding_names_its_block() -> None:
    rows, blocks = log_of(2, 2)
    rows[2] = (3, b"y" * 32)
    assert [str(each) for each in check(rows, blocks)] == ["event 3: altered (block 2)"]


def test_an_altered_block_is_named_even_when_its_hash_was_recomputed() -> None:
    rows, blocks = log_of(2, 2, 2)
    forged = replace(blocks[0], sealed_at="2026-11-20T04:00:00.000000")
    assert [str(each) for each in check(rows, [forged, *blocks[1:]])] == ["block 1: block altered"]
    rehashed = replace(forged, hash=block_hash(forged))
    assert [str(each) for each in check(rows, [rehashed, *blocks[1:]])] == ["block 2: block altered"]


def test_a_missing_block_is_named_with_the_rows_it_leaves_behind() -> None:
    rows, blocks = log_of(1, 2, 1)
    found = {str(each) for each in check(rows, [blocks[0], blocks[2]])}
    assert found == {"block 2: block missing"} | {f"event {id}: inserted (in no block)" for id in (2, 3)}


def test_a_cut_tail_shows_against_a_published_head_only() -> None:
    rows, blocks = log_of(2, 2, 2)
    head = Head(number=3, hash=blocks[2].hash)
    assert check(rows, blocks, [head]) == []
    assert check(rows[:4], blocks[:2]) == []
    assert check(rows[:4], blocks[:2], [head]) == [Finding(fault=Fault.TAIL_CUT, block=3)]


def test_a_chain_written_anew_does_not_have_the_published_head() -> None:
    rows, blocks = log_of(2, 2)
    other = Head(number=2, hash=b"z" * 32)
    assert check(rows, blocks, [other]) == [Finding(fault=Fault.BLOCK_ALTERED, block=2)]


def test_a_row_hash_cannot_be_shifted_between_fields() -> None:
    blank: list[str | None] = [None] * len(FIELDS)
    one, other = blank.copy(), blank.copy()
    one[9], one[10] = "ab", "c"
    other[9], other[10] = "a", "bc"
    empty, absent = blank.copy(), blank.copy()
    empty[9] = ""
    assert len({row_hash(each) for each in (one, other, empty, absent)}) == 4


def test_a_row_with_too_few_fields_is_refused() -> None:
    with pytest.raises(ValueError, match="19 fields"):
        row_hash(["1"])


def test_a_hopeless_log_stops_the_check() -> None:
    chain = ChainCheck(CHAIN, most_findings=10)
    chain.add_rows((id, b"") for id in range(11))
    assert chain.is_hopeless
