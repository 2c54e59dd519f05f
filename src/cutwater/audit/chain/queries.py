"""What is read of the chains: their heads, and everything that a check recomputes."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, select, text

from cutwater.audit.chain.models import LogBlock
from cutwater.audit.log.models import EventLog
from cutwater.kernel.reader import Fixed, Rows
from cutwater.kernel.rows import Bound


class LastBlockRow(NamedTuple):
    """The newest block of a chain."""

    number: int
    sealed_at: datetime
    events_total: int
    hash: bytes


class ChainRow(NamedTuple):
    """A chain and its newest block; the slug is its organization's, where that is still there."""

    organization_id: UUID
    number: int
    hash: bytes
    sealed_at: datetime
    events_total: int
    slug: str


class BlockRow(NamedTuple):
    """A block as it is hashed."""

    number: int
    epoch: int
    sealed_at: str
    events_total: int
    event_ids: list[int]
    row_hashes: bytes
    previous: bytes
    hash: bytes


_LAST = select(LogBlock.number, LogBlock.sealed_at, LogBlock.events_total, LogBlock.hash)
_CHAINS = Fixed(
    ChainRow,
    text("select organization_id, number, hash, sealed_at, events_total, slug from log_chains()"),
)


def last_block() -> Rows[LastBlockRow]:
    """The head of the organization's chain."""
    return Rows(LastBlockRow, _LAST.order_by(LogBlock.number.desc()).limit(1))


def chains() -> Bound[ChainRow]:
    """Every chain with its head, whoever asks."""
    return _CHAINS()


def named_since(name: str, since: datetime) -> Select[int]:
    """Numbers of the events of one name since a time."""
    return select(EventLog.id).where(EventLog.name == name, EventLog.at >= since).limit(1)


ROWS_AT_ONCE = 2000
NEWEST_BLOCKS = 2000
ROW = """
    select e.id, e.id::text, e.xid::text,
        to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
        to_char(e.happened_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
        e.organization_id::text, e.actor_kind, e.actor_id::text, e.actor_user_id::text, e.actor_job, e.name,
        e.subject_kind, e.subject_id::text, e.subject_key, e.context_kind, e.context_id::text, e.context_key,
        e.data::text, e.note_id::text, e.request_id
    from event_log e
    where e.organization_id = %(chain)s and e.id >= %(first)s and e.id < %(end)s and e.xid < %(below)s::xid8
        and (e.xid, e.id) >= (%(xid)s::xid8, %(id)s) order by e.xid, e.id
"""
BLOCK = """
    select number, epoch,
        to_char(sealed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') as sealed_at,
        events_total, event_ids, row_hashes, previous, hash
    from log_block where organization_id = %(chain)s and number >= %(number)s order by number
"""
EPOCHS = """
    select number, first_event_id, sealed_below::text,
        coalesce(lead(first_event_id) over (order by number), 9223372036854775807) as end_id
    from log_epoch order by number
"""
START = """
    select xid::text, id from event_log where organization_id = %(chain)s and id = any(%(ids)s)
    order by xid, id limit 1
"""
