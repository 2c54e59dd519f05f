"""The chain as the API shows it."""

from datetime import datetime

from cutwater.kernel.wire import Out


class ChainStatus(Out):
    """How far the organization's log is sealed."""

    blocks: int
    events: int
    sealed_at: datetime | None
    head: str | None


class FindingRead(Out):
    """One fault: altered, missing or inserted events, altered or missing blocks."""

    fault: str
    event_id: int | None
    block: int | None


class Verification(Out):
    """What recomputing the chain found; `first_block` is above 1 when only the newest blocks were read."""

    intact: bool
    blocks: int
    events: int
    first_block: int
    head: str | None
    findings: list[FindingRead]
