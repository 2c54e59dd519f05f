"""The owner of Harbour Bank at the pages and at the API of releases."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from cutwater.kernel.actor import Actor
from tests.serving import Served


@pytest.fixture
async def page(served: Served, boss: Actor) -> AsyncIterator[httpx2.AsyncClient]:
    async with await served.browser(boss) as client:
        yield client


@pytest.fixture
async def api(served: Served, boss: Actor) -> AsyncIterator[httpx2.AsyncClient]:
    async with await served.program(boss) as client:
        yield client
