"""What identity's routes share."""

from typing import Any

from fastapi import Request

from cutwater.identity import queries
from cutwater.kernel.limits import Limiter
from cutwater.kernel.paging import Offset, Page
from cutwater.kernel.reader import Reader


async def page_of(reader: Reader, statement: queries.Rows, offset: Offset) -> Page[Any]:
    """A page of a list with its total, in one trip."""
    rows, counted = await reader.batch(
        statement.limit(offset.per_page).offset(offset.skip), queries.count_of(statement)
    )
    return Page(rows=rows, per_page=offset.per_page, page=offset.page, total=counted[0][0])


def whole_list(rows: list[Any]) -> Page[Any]:
    """A list that is short enough to be one page."""
    return Page(rows=rows, per_page=max(len(rows), 1), total=len(rows))


OFFICE = 120  # sign-ins a minute: a whole office shares an address; one name is locked after a few


async def slow_down(request: Request, purpose: str, *, per_minute: int = 20) -> None:
    """Limit how often one address may try what costs us much or could be guessed."""
    limiter: Limiter = request.app.state.limiter
    await limiter.hit(f"{purpose}:{address_of(request)}", per_minute=per_minute)


def address_of(request: Request) -> str:
    """Where the request comes from, as the server tells."""
    return request.client.host if request.client else "?"
