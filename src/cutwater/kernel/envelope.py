"""One shape for every answer: `{data, meta, links}`."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict

from cutwater.kernel.etags import set_etag
from cutwater.kernel.paging import Page, whole_list

T = TypeVar("T")


class Links(BaseModel):
    """Where this is, and where the next page is."""

    self: str
    next: str | None = None


class Meta(BaseModel):
    """What a list says of itself; an item has none of it."""

    model_config = ConfigDict(extra="allow")
    total: int | None = None
    page: int | None = None
    per_page: int | None = None
    next_cursor: str | None = None


class Item(BaseModel, Generic[T]):
    """One thing."""

    data: T
    meta: Meta = Meta()
    links: Links


class Many(BaseModel, Generic[T]):
    """A page of things."""

    data: list[T]
    meta: Meta
    links: Links


def item(data: object, request: Request, **meta: object) -> dict[str, object]:
    """An item's envelope; the route's response model shapes `data`."""
    return {"data": data, "meta": meta, "links": {"self": str(request.url.path)}}


def many(page: Page[T], request: Request, **meta: object) -> dict[str, object]:
    """A page's envelope with its links."""
    here = request.url
    address = f"{here.path}?{here.query}" if here.query else here.path
    following = None
    if page.has_next:
        change = {"cursor": page.next_cursor} if page.next_cursor else {"page": page.page + 1}
        moved = here.include_query_params(**change)
        following = f"{moved.path}?{moved.query}"
    counts: dict[str, object] = {"per_page": page.per_page}
    if page.total is not None:
        counts |= {"total": page.total, "page": page.page}
    if page.next_cursor is not None:
        counts |= {"next_cursor": page.next_cursor}
    return {"data": list(page.rows), "meta": counts | meta, "links": {"self": address, "next": following}}


def one(data: object, revision: int, request: Request, response: Response) -> dict[str, object]:
    """An item under the ETag of its revision."""
    set_etag(response, revision)
    return item(data, request)


def every(rows: Sequence[T], request: Request) -> dict[str, object]:
    """A short list that is always whole."""
    return many(whole_list(rows), request)
