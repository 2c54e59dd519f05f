"""Who runs what when tests run in several processes. (xdist's own groups have no effect under pytest 9.2.)"""

from xdist.scheduler import LoadScopeScheduling

FURNISHED = ("tests/api/", "tests/browser/")
"""Folders whose tests share a demo: making it takes longer than most of them."""


class ByWorld(LoadScopeScheduling):  # type: ignore[misc]
    """Any process runs any test, but those that share a demo stay in the one that made it."""

    def _split_scope(self, nodeid: str) -> str:
        return next((folder for folder in FURNISHED if nodeid.startswith(folder)), nodeid)
