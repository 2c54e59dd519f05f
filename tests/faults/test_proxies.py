"""Whose word counts on where a request comes from: a trusted proxy's, and nobody else's."""

from collections.abc import Callable
from pathlib import Path

import httpx2

from tests.serving import Cutwater, ended_afterwards

PER_MINUTE = 60


def refused_after(url: str) -> int:
    """How many requests of one machine, each with another claimed origin, are taken before one is refused."""
    with httpx2.Client(base_url=url, timeout=30) as client:
        for number in range(PER_MINUTE + 5):
            claimed = {"X-Forwarded-For": f"198.51.100.{number}"}
            body = {"refresh_token": "nobody's"}
            answer = client.post("/api/v1/auth/revoke", json=body, headers=claimed)
            if answer.status_code == 429:
                assert int(answer.headers["retry-after"]) >= 1
                return number
    return -1


def test_a_proxy_on_this_machine_is_believed(served: Cutwater) -> None:
    assert refused_after(served.url) == -1


def test_a_claimed_origin_gets_nobody_around_the_limits(copied: Callable[[str], Path]) -> None:
    app = Cutwater(copied("proxies"), CUTWATER_TRUSTED_PROXIES="192.0.2.1", FORWARDED_ALLOW_IPS="*")
    with ended_afterwards(app):
        assert refused_after(app.start().url) == PER_MINUTE
