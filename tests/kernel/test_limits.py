"""Rate limits hold, also while what processes share is away."""

import sys

import pytest
from limits.aio.storage import MemoryStorage
from limits.errors import StorageError

from cutwater.kernel.errors import TooMany
from cutwater.kernel.limits import Limiter
from cutwater.kernel.settings import SettingsError


class Away(MemoryStorage):
    """A shared storage that nobody reaches."""

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        raise StorageError(ConnectionRefusedError("nobody listens"))


@pytest.mark.parametrize("limiter", [Limiter(), Limiter(shared=Away())], ids=["here", "shared and away"])
async def test_beyond_the_limit_one_is_told_how_long_to_wait(limiter: Limiter) -> None:
    for _ in range(3):
        await limiter.hit("sign-in:192.0.2.1", per_minute=3)
    with pytest.raises(TooMany) as refused:
        await limiter.hit("sign-in:192.0.2.1", per_minute=3)
    assert 1 <= int(refused.value.headers["Retry-After"]) <= 60
    await limiter.hit("sign-in:192.0.2.2", per_minute=3)


def test_redis_without_its_client_is_a_wrong_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "coredis", None)
    with pytest.raises(SettingsError, match=r"cutwater\[redis\]"):
        Limiter("redis://localhost")
