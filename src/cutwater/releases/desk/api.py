"""The API of releases themselves: list, create, update, move, block."""

from typing import Annotated, cast
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

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
from cutwater.releases.desk.queries.conditions import NOBODY, days_of, resolve
from cutwater.releases.desk.queries.detail import release_row
from cutwater.releases.desk.queries.home import counts
from cutwater.releases.desk.queries.lists import board_rows, page_of_releases
from cutwater.releases.desk.queries.rows import ReleaseRow
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
from cutwater.releases.records import service
from cutwater.releases.records.permissions import MAY_CHANGE, MAY_READ
from cutwater.releases.records.service import ReleaseDraft, ReleaseEdits

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
    wanted = _understood(q)
    resolved = await resolve(reader, actor, wanted)
    return _straight(await page_of_releases(reader, wanted, resolved, offset, sort=sort), request)


@reading.get("/releases/board", response_model=Many[ReleaseRead])
async def board(request: Request, reader: ReaderDep, actor: CurrentActor, q: Wanted = "") -> Response:
    """The cards of the board: everything on its way, and what left it in the last 30 days."""
    wanted = _understood(q)
    resolved = await resolve(reader, actor, wanted)
    rows = await reader.all(board_rows(wanted, resolved, clock.now()))
    return _straight(Page(rows=rows, per_page=max(1, len(rows)), total=len(rows)), request)


@reading.get("/dashboard/stats", response_model=Item[StatsRead])
async def stats(request: Request, reader: ReaderDep, actor: CurrentActor) -> dict[str, object]:
    """How many releases are active, blocked, ready, deployed this month and overdue."""
    today, month_start = days_of(actor.zone)
    row = await reader.first(counts(today, month_start, actor.user_id or NOBODY))
    return item(row, request)


@changing.post("/releases", status_code=201, response_model=Item[ReleaseDetailRead])
async def create(
    body: ReleaseCreate, request: Request, response: Response, tx: Tx, actor: CurrentActor
) -> dict[str, object]:
    """Make a release, in planning."""
    created = await service.create_release(tx, actor, ReleaseDraft(**body.model_dump()))
    response.headers["Location"] = f"/api/v1/releases/{created.key}"
    return await _answer(tx, created.release_id, request, response)


@reading.get("/releases/{key}", response_model=Item[ReleaseDetailRead])
async def read(key: str, request: Request, response: Response, reader: ReaderDep) -> dict[str, object]:
    """One release by its key or id."""
    row = await release_row(reader, key)
    return one(row, row.revision, request, response)


@changing.patch("/releases/{key}", response_model=Item[ReleaseDetailRead])
async def update(
    key: str,
    body: ReleasePatch,
    request: Request,
    response: Response,
    tx: Tx,
    actor: CurrentActor,
    seen: SeenRevision,
) -> dict[str, object]:
    """Change the fields that are given; the status moves by `POST …/moves`."""
    edits = cast(ReleaseEdits, body.edits())
    updated = await service.update_release(tx, actor, key, edits, seen_revision=seen)
    return await _answer(tx, updated.release_id, request, response)


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
) -> dict[str, object]:
    """Move a release, or refuse with every obstacle. Into production its partners go along."""
    moved = await move_release(
        tx,
        actor,
        key,
        body.target,
        seen_revision=seen if seen is not None else body.revision,
        note=body.note,
        manner=body.manner,
    )
    return await _answer(tx, moved.release_id, request, response)


@changing.put("/releases/{key}/block", response_model=Item[ReleaseDetailRead])
async def block(
    key: str,
    body: BlockRequest,
    request: Request,
    response: Response,
    tx: Tx,
    actor: CurrentActor,
    seen: SeenRevision,
) -> dict[str, object]:
    """Block a release by hand."""
    blocked = await service.block_release(tx, actor, key, body.reason, seen_revision=seen)
    return await _answer(tx, blocked.release_id, request, response)


@changing.delete("/releases/{key}/block", response_model=Item[ReleaseDetailRead])
async def unblock(
    key: str, request: Request, response: Response, tx: Tx, actor: CurrentActor, seen: SeenRevision
) -> dict[str, object]:
    """Lift a block that was set by hand."""
    unblocked = await service.unblock_release(tx, actor, key, seen_revision=seen)
    return await _answer(tx, unblocked.release_id, request, response)


@reading.get("/releases/{key}/activities", response_model=Many[ActivityRead])
async def activities(
    key: str,
    request: Request,
    reader: ReaderDep,
    actor: CurrentActor,
    cursor: Annotated[Text, Query(max_length=500, description="`meta.next_cursor` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 30,
) -> dict[str, object]:
    """What happened to the release, newest first."""
    release = await release_row(reader, key)
    entries = await audit.feed(reader, actor, "release", release.id, limit, cursor or None)
    following = entries[-1].cursor if len(entries) == limit else None
    return many(Page(rows=entries, per_page=limit, next_cursor=following), request)


def _understood(q: str) -> filters.Filter:
    """The filter that was asked for; Invalid when a word of it means nothing."""
    wanted = filters.parse(q)
    if wanted.mistakes:
        raise Invalid({"q": ". ".join(wanted.mistakes)})
    return wanted


def _straight(page: Page[ReleaseRow], request: Request) -> Response:
    """A page of rows as the model's JSON, without building a model per row: half the time for a hundred."""
    body = many(page, request)
    body["data"] = [row._asdict() for row in page.rows]
    return Response(orjson.dumps(body, option=orjson.OPT_UTC_Z), media_type="application/json")


async def _answer(
    tx: AsyncSession, release_id: UUID, request: Request, response: Response
) -> dict[str, object]:
    """The release as it is after a verb."""
    row = await release_row(SessionReader(tx), release_id)
    return one(row, row.revision, request, response)
