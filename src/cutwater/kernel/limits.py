"""Rate limits: in memory for one process, in Redis for several."""

from math import ceil
from time import time

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import ConfigurationError, StorageError

from cutwater.kernel import log
from cutwater.kernel.errors import TooMany
from cutwater.kernel.settings import SettingsError


class Limiter:
    """Counts hits of a key within moving minutes: where all processes can, else (also meanwhile) here."""

    def __init__(self, redis_url: str = "", *, shared: Storage | None = None) -> None:
        self._here = MovingWindowRateLimiter(MemoryStorage())
        shared = _redis(redis_url) if redis_url else shared
        self._shared = MovingWindowRateLimiter(shared) if shared else self._here

    async def hit(self, key: str, *, per_minute: int, minutes: int = 1) -> None:
        """Count one hit; TooMany, with the seconds to wait, beyond `per_minute × minutes` in that time."""
        allowed = RateLimitItemPerMinute(per_minute * minutes, minutes)
        try:
            await _hit(self._shared, allowed, key)
        except StorageError as failure:
            log.logger(__name__).warning("limits_are_per_process", reason=str(failure.storage_error))
            await _hit(self._here, allowed, key)


async def _hit(window: MovingWindowRateLimiter, allowed: RateLimitItem, key: str) -> None:
    if not await window.hit(allowed, key):
        stats = await window.get_window_stats(allowed, key)
        raise TooMany(max(1, ceil(stats.reset_time - time())))


def _redis(url: str) -> Storage:
    try:
        return RedisStorage(f"async+{url}", wrap_exceptions=True)
    except ConfigurationError:
        raise SettingsError(
            "CUTWATER_REDIS_URL: the client is missing; install the extra cutwater[redis]"
        ) from None
