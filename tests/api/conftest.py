"""The furnished demo, served once per test process."""

from collections.abc import Iterator

import pytest

from cutwater.kernel.embedded import OWNER, EmbeddedServer
from tests.api import world
from tests.api.served import Served, serving
from tests.conftest import copy


@pytest.fixture(scope="session")
def served(cluster: EmbeddedServer) -> Iterator[Served]:
    copy(cluster, "furnished")
    with serving(cluster.conninfo(OWNER, "furnished")) as found:
        found.ids = world.furnish(found)
        yield found


@pytest.fixture(scope="session")
def tokens(served: Served) -> dict[str, str]:
    """An access token of each role; signing in is kept, or the tokens would not count."""
    served.database.keeps = True
    found = {role: world.token(served, role) for role in world.ROLES}
    served.database.keeps = False
    return found
