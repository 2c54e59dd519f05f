"""Who uses the pages and the API in the tests of runbooks."""

import httpx2
import pytest

from cutwater.kernel.actor import Actor
from tests.serving import Served


@pytest.fixture
def pilot(boss: Actor) -> Actor:
    """The owner of Harbour Bank in a database of one's own."""
    return boss


@pytest.fixture
async def api(served: Served, pilot: Actor) -> httpx2.AsyncClient:
    """The API as the owner."""
    return await served.program(pilot)


@pytest.fixture
async def browser(served: Served, pilot: Actor) -> httpx2.AsyncClient:
    """The pilot's browser, in the organization; it sends the CSRF token with everything."""
    return await served.browser(pilot)
