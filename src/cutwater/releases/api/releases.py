"""The API of releases themselves: list, create, edit, move, block, explain."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from cutwater import audit
from cutwater.kernel import clock
from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep, Tx
from cutwater.kernel.envelope import Item, Many, item, many
from cutwater.kernel.errors import Invalid
from cutwater.kernel.etags import SeenRevision
from cutwater.kernel.grants import Grant
from cutwater.kernel.idempotency import IdempotentRoute
from cutwater.kernel.paging import OffsetDep, Page
from cutwater.kernel.reader import SessionReader
from cutwater.kernel.wire import Line, Text
from cutwater.releases import filters, lifecycle, queries, service
from cutwater.releases.api.answers import one, straight
from cutwater.releases.drafts import ReleaseDraft
from cutwater.releases.schemas import (
    ActivityRead,
    BlockRequest,
    ExplainRead,
    MoveOption,
    MoveRequest,
    ReleaseCreate,
    ReleaseDetailRead,
    ReleasePatch,
    ReleaseRead,
    StatsRead,
)

MAY_READ = needs(Grant.RELEASES_READ, "see releases")
MAY_CHANGE = needs(Grant.RELEASES_WRITE, "change releases")
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
    resolved = await queries.resolve(reader, actor, wanted)
    page = await queries.page_of_releases(reader, wanted, resolved, offset, sort=sort)
    return straight(page, request)


@reading.get("/releases/board", response_model=Many[ReleaseRead])
async def board(request: Request, reader: ReaderDep, actor: CurrentActor, q: Wanted = "") -> Response:
    """The cards of the board: everything on its way, and what left it in the last 30 days."""
    wanted = filters.parse(q)
    if wanted.mistakes:
        raise Invalid({"q": ". ".join(wanted.mistakes)})
    resolved = await queries.resolve(reader, actor, wanted)
    rows = await reader.all(queries.board_rows(wanted, resolved, queries.recently(clock.now())))
    return straight(Page(rows=rows, per_page=max(1, len(rows)), total=len(rows)), request)


@reading.get("/dashboard/stats", response_model=Item[StatsRead])
async def stats(request: Request, reader: ReaderDep, actor: CurrentActor) -> dict[str, Any]:
    """How many releases are active, blocked, ready, deployed this month and overdue."""
    return item(await reader.first(queries.summary(*queries.days_of(actor.zone))), request)


@changing.post("/releases", status_code=201, response_model=Item[ReleaseDetailRead])
async def create(
    body: ReleaseCreate, request: Request, response: Response, tx: Tx, actor: CurrentActor
) -> dict[str, Any]:
    """Make a release, in planning."""
    release = await service.create_release(tx, actor, ReleaseDraft(**body.model_dump()))
    response.headers["Location"] = f"/api/v1/releases/{release.key}"
    return one(await queries.release_row(SessionReader(tx), release.key), request, response)


@reading.get("/releases/{key}", response_model=Item[ReleaseDetailRead])
async def read(key: str, request: Request, response: Response, reader: ReaderDep) -> dict[str, Any]:
    """One release by its key or id."""
    return one(await queries.release_row(reader, key), request, response)


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
    release = await service.edit_release(tx, actor, key, body.changes(), seen_revision=seen)
    return one(await queries.release_row(SessionReader(tx), release.key), request, response)


@changing.delete("/releases/{key}", status_code=204)
async def delete(key: str, tx: Tx, actor: CurrentActor, seen: SeenRevision) -> None:
    """Delete a release that nothing depends on and that was never deployed."""
    await service.delete_release(tx, actor, key, seen_revision=seen)


@reading.get("/releases/{key}/moves", response_model=Many[MoveOption])
async def moves(key: str, request: Request, reader: ReaderDep) -> dict[str, Any]:
    """Every move the lifecycle knows from here, with everything that is in its way now."""
    around = await queries.neighbourhood(reader, key)
    status, facts = around.release.status, around.facts()
    rows = [
        {
            "target": target,
            "move": move,
            "obstacles": around.obstacles(target, note="-"),
            "warnings": lifecycle.warnings(target, facts),
        }
        for target, move in lifecycle.MOVES[status].items()
    ]
    return many(Page(rows=rows, per_page=max(1, len(rows)), total=len(rows)), request)


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
    release = await service.move_release(
        tx,
        actor,
        key,
        body.target,
        seen_revision=seen if seen is not None else body.revision,
        note=body.note,
        manner=body.manner,
    )
    return one(await queries.release_row(SessionReader(tx), release.key), request, response)


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
    release = await service.block_release(tx, actor, key, body.reason, seen_revision=seen)
    return one(await queries.release_row(SessionReader(tx), release.key), request, response)


@changing.delete("/releases/{key}/block", response_model=Item[ReleaseDetailRead])
async def unblock(
    key: str, request: Request, response: Response, tx: Tx, actor: CurrentActor, seen: SeenRevision
) -> dict[str, Any]:
    """Lift a block that was set by hand."""
    release = await service.unblock_release(tx, actor, key, seen_revision=seen)
    return one(await queries.release_row(SessionReader(tx), release.key), request, response)


@reading.get("/releases/{key}/explain", response_model=Item[ExplainRead])
async def explain(key: str, request: Request, reader: ReaderDep) -> dict[str, Any]:
    """Why it is not moving: the whole way down, with owners and since when."""
    around = await queries.neighbourhood(reader, key)
    return item(around.told(), request)


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
    release = await queries.release_row(reader, key)
    entries = await audit.feed(reader, actor, "release", release.id, limit, cursor or None)
    following = entries[-1].cursor if len(entries) == limit else None
    return many(Page(rows=entries, per_page=limit, next_cursor=following), request)
