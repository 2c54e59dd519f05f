"""The event log: everyone records, so it sits lowest. See README.md."""

from cutwater.audit.hub import Hub
from cutwater.audit.ports import use_names
from cutwater.audit.records import FeedEntry, LoggedEvent
from cutwater.audit.sealing import seal, sealing_loop
from cutwater.audit.service import event_by_id, feed, nudge, record, record_all, stale
from cutwater.audit.sight import use_topics
from cutwater.audit.verification import verify

__all__ = [
    "FeedEntry",
    "Hub",
    "LoggedEvent",
    "event_by_id",
    "feed",
    "nudge",
    "record",
    "record_all",
    "seal",
    "sealing_loop",
    "stale",
    "use_names",
    "use_topics",
    "verify",
]
