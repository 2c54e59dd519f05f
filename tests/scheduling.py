"""Who runs what when tests run in several processes. (xdist's own groups have no effect under pytest 9.2.)"""

from xdist.scheduler import LoadScopeScheduling

FURNISHED = "tests/api/"


class ByWorld(LoadScopeScheduling):  # type: ignore[misc]
    """Any process runs any test, but those on the furnished demo stay in the one that made it."""

    def _split_scope(self, nodeid: str) -> str:
        return FURNISHED if nodeid.startswith(FURNISHED) else nodeid
