"""How the API answers: rows as items with their ETag, long lists straight to JSON."""

from collections.abc import Sequence
from typing import Any

import orjson
from fastapi import Request, Response

from cutwater.kernel.envelope import item, many
from cutwater.kernel.etags import set_etag
from cutwater.kernel.paging import Page
from cutwater.releases import markdown


def one(row: Any, request: Request, response: Response) -> dict[str, Any]:
    """A row as an item, under the ETag of its revision."""
    set_etag(response, row.revision)
    return item(row, request)


def every(rows: Sequence[Any], request: Request) -> dict[str, Any]:
    """A short list that is always whole."""
    return many(Page(rows=rows, per_page=max(1, len(rows)), total=len(rows)), request)


def straight(page: Page[Any], request: Request) -> Response:
    """A page of rows as the model's JSON, without building a model per row: half the time for a hundred."""
    body = many(page, request)
    body["data"] = [row._asdict() for row in page.rows]
    return Response(orjson.dumps(body, option=orjson.OPT_UTC_Z), media_type="application/json")


def comment(row: Any) -> dict[str, Any]:
    """A comment with its safe HTML."""
    return {**row._asdict(), "html": markdown.to_html(row.body)}
