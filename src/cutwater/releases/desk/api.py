"""The API of releases themselves: list, create, edit, move, block."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response

from cutwater import audit
from cutwater.kernel import clock
from cutwater.kernel.actor import CurrentActor
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, item, many, one
from cutwater.kernel.errors import Invalid
from cutwater.kernel.etags import SeenRevision
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.paging import OffsetDep, Page
from cutwater.kernel.reader import SessionReader
from cutwater.kernel.wire import Line, Text
from cutwater.releases.core import filters
from cutwater.releases.desk.queries.detail import release_row
from cutwater.releases.desk.queries.lists import (
    board_rows,
    days_of,
    page_of_releases,
    recently,
    resolve,
    summary,
)
from cutwater.releases.desk.schemas import (
    ActivityRead,
    BlockRequest,
    ReleaseCreate,
    ReleaseDetailRead,
    ReleasePatch,
    ReleaseRead,
    StatsRead,
)
from cutwater.releases.moves.schemas import MoveRequest
from cutwater.releases.moves.service import delete_release, move_release
from cutwater.releases.records.permissions import MAY_CHANGE, MAY_READ
from cutwater.releases.records.service import (
    ReleaseDraft,
    block_release,
    create_release,
    unblock_release,
    update_release,
)


def straight(page: Page[Any], request: Request) -> Response:
    """A page of rows as the model's JSON, without building a model per row: half the time for a hundred."""
    body = many(page, request)
    body["data"] = [row._asdict() for row in page.rows]
    return Response(orjson.dumps(body, option=orjson.OPT_UTC_Z), media_type="application/json")


reading = APIRouter(tags=["releases"], dependencies=[MAY_READ])
changing = APIRouter(tags=["releases"], dependencies=[MAY_CHANGE], route_class=IdempotentRoute)

SORTS = "|".join(filters.SORTS)
Wanted = Annotated[
    Line,
    Query(
        max_length=300,
        description="`status:ready service:payments owner:me is:blocked item:PAY-12 words`",
    ),
]
Sort = Annotated[str, Query(pattern=f"^-?({SORTS})$", description="A column; `-` turns it round.")]


@reading.get("/releases", response_model=Many[ReleaseRead])
async def list_releases(
    request: Request,
    reader: ReaderDep,
    actor: CurrentActor,
    offset: OffsetDep,
    q: Wanted = "",
    sort: Sort = "-moved",
) -> Response:
    """Releases, filtered as in the query box of the pages."""
    wanted = filters.parse(q)
    if wanted.mistakes:
        raise Invalid({"q": ". ".join(wanted.mistakes)})
    resolved = await resolve(reader, actor, wanted)
    page = await page_of_releases(reader, wanted, resolved, offset, sort=sort)
    return straight(page, request)


@reading.get("/releases/board", response_model=Many[ReleaseRead])
async def board(request: Request, reader: ReaderDep, actor: CurrentActor, q: Wanted = "") -> Response:
    """The cards of the board: everything on its way, and what left it in the last 30 days."""
    wanted = filters.parse(q)
    if wanted.mistakes:
        raise Invalid({"q": ". ".join(wanted.mistakes)})
    resolved = await resolve(reader, actor, wanted)
    rows = await reader.all(board_rows(wanted, resolved, recently(clock.now())))
    return straight(Page(rows=rows, per_page=max(1, len(rows)), total=len(rows)), request)


@reading.get("/dashboard/stats", response_model=Item[StatsRead])
async def stats(request: Request, reader: ReaderDep, actor: CurrentActor) -> dict[str, Any]:
    """How many releases are active, blocked, ready, deployed this month and overdue."""
    return item(await reader.first(summary(*days_of(actor.zone))), request)


@changing.post("/releases", status_code=201, response_model=Item[ReleaseDetailRead])
async def create(
    body: ReleaseCreate, request: Request, response: Response, tx: Tx, actor: CurrentActor
) -> dict[str, Any]:
    """Make a release, in planning."""
    release = await create_release(tx, actor, ReleaseDraft(**body.model_dump()))
    response.headers["Location"] = f"/api/v1/releases/{release.key}"
    return one(await release_row(SessionReader(tx), release.key), request, response)


@reading.get("/releases/{key}", response_model=Item[ReleaseDetailRead])
async def read(key: str, request: Request, response: Response, reader: ReaderDep) -> dict[str, Any]:
    """One release by its key or id."""
    return one(await release_row(reader, key), request, response)


@changing.patch("/releases/{key}", response_model=Item[ReleaseDetailRead])
async def edit(
    key: str,
    body: ReleasePatch,
    request: Request,
    response: Response,
    tx: Tx,
    actor: CurrentActor,
    seen: SeenRevision,
) -> dict[str, Any]:
    """Change the fields that are given; the status moves by `POST …/moves`."""
    release = await update_release(tx, actor, key, body.changes(), seen_revision=seen)
    return one(await release_row(SessionReader(tx), release.key), request, response)


@changing.delete("/releases/{key}", status_code=204)
async def delete(key: str, tx: Tx, actor: CurrentActor, seen: SeenRevision) -> None:
    """Delete a release that nothing depends on and that was never deployed."""
    await delete_release(tx, actor, key, seen_revision=seen)


@changing.post("/releases/{key}/moves", response_model=Item[ReleaseDetailRead])
async def move(
    key: str,
    body: MoveRequest,
    request: Request,
    response: Response,
    tx: Tx,
    actor: CurrentActor,
    seen: SeenRevision,
) -> dict[str, Any]:
    """Move a release, or refuse with every obstacle. Into production its partners go along."""
    release = await move_release(
        tx,
        actor,
        key,
        body.target,
        seen_revision=seen if seen is not None else body.revision,
        note=body.note,
        manner=body.manner,
    )
    return one(await release_row(SessionReader(tx), release.key), request, response)


@changing.put("/releases/{key}/block", response_model=Item[ReleaseDetailRead])
async def block(
    key: str,
    body: BlockRequest,
    request: Request,
    response: Response,
    tx: Tx,
    actor: CurrentActor,
    seen: SeenRevision,
) -> dict[str, Any]:
    """Block a release by hand."""
    release = await block_release(tx, actor, key, body.reason, seen_revision=seen)
    return one(await release_row(SessionReader(tx), release.key), request, response)


@changing.delete("/releases/{key}/block", response_model=Item[ReleaseDetailRead])
async def unblock(
    key: str, request: Request, response: Response, tx: Tx, actor: CurrentActor, seen: SeenRevision
) -> dict[str, Any]:
    """Lift a block that was set by hand."""
    release = await unblock_release(tx, actor, key, seen_revision=seen)
    return one(await release_row(SessionReader(tx), release.key), request, response)


@reading.get("/releases/{key}/activities", response_model=Many[ActivityRead])
async def activities(
    key: str,
    request: Request,
    reader: ReaderDep,
    actor: CurrentActor,
    cursor: Annotated[Text, Query(max_length=500, description="`meta.next_cursor` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 30,
) -> dict[str, Any]:
    """What happened to the release, newest first."""
    release = await release_row(reader, key)
    entries = await audit.feed(reader, actor, "release", release.id, limit, cursor or None)
    following = entries[-1].cursor if len(entries) == limit else None
    return many(Page(rows=entries, per_page=limit, next_cursor=following), request)
