"""Releases in numbers: board, list, blocked, mine."""

from typing import Annotated, TypedDict
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response

from cutwater.kernel import clock
from cutwater.kernel.actor import Actor, CurrentActor
from cutwater.kernel.db import ReaderDep
from cutwater.kernel.grants import Grant
from cutwater.kernel.paging import Offset, OffsetDep, Page
from cutwater.kernel.reader import Reader
from cutwater.kernel.wire import Line
from cutwater.releases.catalogue.queries import service_choices
from cutwater.releases.core import filters
from cutwater.releases.core.facts import LABELS, PATH, Priority, Status
from cutwater.releases.desk import views
from cutwater.releases.desk.queries import lists
from cutwater.releases.desk.queries.conditions import resolve
from cutwater.releases.desk.queries.rows import ReleaseRow
from cutwater.releases.records.permissions import MAY_READ
from cutwater.web import View

router = APIRouter(dependencies=[MAY_READ])
Wanted = Annotated[Line, Query(max_length=300)]
Word = Annotated[Line, Query(max_length=60)]
SHELF = (Status.CANCELLED, Status.ROLLED_BACK)
MOST_CHIPS = 12


class Listed(TypedDict):
    """A page of releases as the templates of lists take it."""

    page: Page[ReleaseRow]
    sort: str
    beside: views.Beside
    mistakes: tuple[str, ...]
    may_change: bool


class Chips(TypedDict):
    """One row of filter chips: each option is its value, its label and perhaps how many there are."""

    name: str
    label: str
    value: str
    options: list[tuple[str, str] | tuple[str, str, int]]


def combined(q: str, **chosen: str) -> str:
    """The query box and the chips as one query."""
    return " ".join([q, *(f"{name}:{value}" for name, value in chosen.items() if value)]).strip()


@router.get("/releases")
async def board(
    reader: ReaderDep, actor: CurrentActor, view: View, q: Wanted = "", service: Word = ""
) -> Response:
    """The board: eight lanes, and a shelf for what left the way."""
    wanted = filters.parse(combined(q, service=service))
    resolved = await resolve(reader, actor, wanted)
    rows, services = await reader.batch(lists.board_rows(wanted, resolved, clock.now()), service_choices())
    lanes = {status: [row for row in rows if row.status == status.value] for status in Status}
    return await view.large(
        "releases/desk/board.html",
        beside=await views.beside(reader, actor, rows),
        lanes=[(status, lanes[status]) for status in PATH],
        shelf=[(status, lanes[status]) for status in SHELF],
        total=len(rows),
        services=services,
        service=service,
        q=q,
        narrowed=f"?{urlencode({'q': q, 'service': service})}" if q or service else "",
        mistakes=wanted.mistakes,
        may_change=actor.may(Grant.RELEASES_WRITE),
    )


@router.get("/releases/list")
async def release_list(
    reader: ReaderDep,
    actor: CurrentActor,
    view: View,
    offset: OffsetDep,
    q: Wanted = "",
    status: Word = "",
    service: Word = "",
    priority: Word = "",
    sort: Word = "-moved",
) -> Response:
    """The list: query box, chips, sorting, pages; the address carries all of it."""
    query = combined(q, status=status, service=service, priority=priority)
    listed = await _listed(reader, actor, query, offset, sort)
    chips = await _chips(reader, status=status, service=service, priority=priority)
    return view.show("releases/desk/list.html", block="rows", groups=chips, q=q, **listed)


@router.get("/releases/blocked")
async def blocked(
    reader: ReaderDep, actor: CurrentActor, view: View, offset: OffsetDep, sort: Word = "moved"
) -> Response:
    """What is blocked, by hand or by another release, the longest first, each with the reason."""
    listed = await _listed(reader, actor, "is:blocked", offset, sort)
    rows = listed["page"].rows
    blockers = await reader.all(lists.open_blockers([row.id for row in rows])) if rows else []
    return view.show(
        "releases/desk/blocked.html",
        block="rows",
        blockers={row.id: [b for b in blockers if b.dependent_id == row.id] for row in rows},
        **listed,
    )


@router.get("/releases/mine")
async def mine(
    reader: ReaderDep, actor: CurrentActor, view: View, offset: OffsetDep, sort: Word = "-moved"
) -> Response:
    """The releases I own, and the approvals that wait for me."""
    listed = await _listed(reader, actor, "is:mine", offset, sort)
    asked = await reader.all(lists.approvals_waiting(actor.user_id)) if actor.user_id else []
    return view.show("releases/desk/mine.html", block="rows", asked=asked, **listed)


async def _listed(reader: Reader, actor: Actor, query: str, offset: Offset, sort: str) -> Listed:
    """A page of releases and what its rows show beside them."""
    wanted = filters.parse(query)
    known = sort if sort.lstrip("-") in filters.SORTS else "-moved"
    resolved = await resolve(reader, actor, wanted)
    page = await lists.page_of_releases(reader, wanted, resolved, offset, sort=known)
    return Listed(
        page=page,
        sort=known,
        beside=await views.beside(reader, actor, page.rows),
        mistakes=wanted.mistakes,
        may_change=actor.may(Grant.RELEASES_WRITE),
    )


async def _chips(reader: Reader, *, status: str, service: str, priority: str) -> list[Chips]:
    services, counts = await reader.batch(service_choices(), lists.status_counts())
    at = {row.status: row.releases for row in counts}
    return [
        Chips(
            name="status",
            label="Status",
            value=status,
            options=[(s.value, LABELS[s], at[s.value]) for s in Status if at.get(s.value)],
        ),
        Chips(
            name="service",
            label="Service",
            value=service,
            options=[(row.slug, row.name) for row in services[:MOST_CHIPS]],
        ),
        Chips(
            name="priority",
            label="Priority",
            value=priority,
            options=[(each.value, each.value.capitalize()) for each in reversed(Priority)],
        ),
    ]
