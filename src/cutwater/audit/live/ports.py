"""What the live stream needs from above and cannot import: pictures of live things."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from uuid import UUID

from cutwater.audit.core.records import LoggedEvent
from cutwater.kernel.reader import Reader

TopicView = Callable[[Reader, UUID, UUID, Sequence[LoggedEvent]], Awaitable[Mapping[str, object] | None]]
"""`(reader, organization_id, id, events)` → the state to show for one topic, or None."""
