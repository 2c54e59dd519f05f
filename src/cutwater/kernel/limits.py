"""Rate limits: in memory for one process, in Redis for several."""

from math import ceil
from time import time

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from limits.aio.strategies import MovingWindowRateLimiter

from cutwater.kernel.errors import TooMany


class Limiter:
    """Counts hits of a key within moving minutes."""

    def __init__(self, redis_url: str = "") -> None:
        storage: Storage = RedisStorage(f"async+{redis_url}") if redis_url else MemoryStorage()
        self._window = MovingWindowRateLimiter(storage)

    async def hit(self, key: str, *, per_minute: int, minutes: int = 1) -> None:
        """Count one hit; TooMany, with the seconds to wait, beyond `per_minute × minutes` in that time."""
        allowed = RateLimitItemPerMinute(per_minute * minutes, minutes)
        if not await self._window.hit(allowed, key):
            stats = await self._window.get_window_stats(allowed, key)
            raise TooMany(max(1, ceil(stats.reset_time - time())))
