"""What pages and the API show of runs."""

from typing import Any

from cutwater.runbooks.runs.queries.runs import RunOverview


def run(overview: RunOverview) -> dict[str, Any]:
    """A run's head and progress in one."""
    head: dict[str, Any] = overview.head._asdict()
    return head | {name: getattr(overview, name) for name in ("total", "done", "ready", "running", "trouble")}
