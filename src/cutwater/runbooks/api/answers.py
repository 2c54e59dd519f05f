"""How the API of runs answers: rows as items with their ETag, and the paths' own types."""

from typing import Annotated, Any

from fastapi import Path, Request, Response

from cutwater.kernel.envelope import item, many
from cutwater.kernel.etags import set_etag
from cutwater.kernel.paging import Page
from cutwater.kernel.wire import Line
from cutwater.runbooks.queries.runs import RunOverview

Name = Annotated[Line, Path(max_length=80, description="The key, such as `MIG-1-CUT1`, or the id.")]
Code = Annotated[Line, Path(max_length=80, description="The step's code, or its id.")]


def one(data: Any, revision: int, request: Request, response: Response) -> dict[str, Any]:
    """An item under the ETag of its revision."""
    set_etag(response, revision)
    return item(data, request)


def every(rows: list[Any], request: Request) -> dict[str, Any]:
    """A short list that is always whole."""
    return many(Page(rows=rows, per_page=max(1, len(rows)), total=len(rows)), request)


def run(overview: RunOverview) -> dict[str, Any]:
    """A run's head and progress in one."""
    head: dict[str, Any] = overview.head._asdict()
    return head | {name: getattr(overview, name) for name in ("total", "done", "ready", "running", "trouble")}
