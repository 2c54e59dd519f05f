"""The event log: everyone records, so it sits lowest. See README.md."""

from cutwater.audit.chain.service import sealing_loop
from cutwater.audit.core.records import FeedEntry, LoggedEvent
from cutwater.audit.core.sight import use_topics
from cutwater.audit.live.service.hub import Hub
from cutwater.audit.log.ports import use_names
from cutwater.audit.log.service import nudge, record, record_all, stale
from cutwater.audit.log.views import event_by_id, feed

__all__ = [
    "FeedEntry",
    "Hub",
    "LoggedEvent",
    "event_by_id",
    "feed",
    "nudge",
    "record",
    "record_all",
    "sealing_loop",
    "stale",
    "use_names",
    "use_topics",
]
