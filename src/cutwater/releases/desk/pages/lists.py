"""Releases in numbers: board, list, blocked, mine, the home page's block and other modules' panels."""

from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Response

from cutwater import identity, sprints
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor, CurrentActor, lacking, needs
from cutwater.kernel.db import ReaderDep
from cutwater.kernel.grants import Grant
from cutwater.kernel.paging import OffsetDep
from cutwater.kernel.reader import Reader
from cutwater.kernel.wire import Line
from cutwater.releases.core import filters
from cutwater.releases.core.facts import LABELS, PATH, Priority, Status
from cutwater.releases.desk.queries import lists
from cutwater.releases.desk.views import TONES, card_context
from cutwater.releases.freezes import queries as freezes_queries
from cutwater.releases.moves.views import waits_of
from cutwater.releases.services import queries as services_queries
from cutwater.web import View

router = APIRouter(dependencies=[needs(Grant.RELEASES_READ, "see releases")])
Wanted = Annotated[Line, Query(max_length=300)]
Word = Annotated[Line, Query(max_length=60)]
NOBODY = UUID(int=0)
SHOWN, AHEAD = 5, timedelta(days=30)
SHELF = (Status.CANCELLED, Status.ROLLED_BACK)


def combined(q: str, **chosen: str) -> str:
    """The query box and the chips as one query."""
    return " ".join([q, *(f"{name}:{value}" for name, value in chosen.items() if value)]).strip()


@router.get("/releases")
async def board(
    reader: ReaderDep, actor: CurrentActor, view: View, q: Wanted = "", service: Word = ""
) -> Response:
    """The board: eight lanes, and a shelf for what left the way."""
    wanted = filters.parse(combined(q, service=service))
    resolved = await lists.resolve(reader, actor, wanted)
    rows, services = await reader.batch(
        lists.board_rows(wanted, resolved, lists.recently(clock.now())), services_queries.services()
    )
    lanes = {status: [row for row in rows if row.status == status.value] for status in Status}
    return await view.large(
        "releases/desk/board.html",
        **await card_context(reader, rows, actor),
        lanes=[(status, lanes[status]) for status in PATH],
        shelf=[(status, lanes[status]) for status in SHELF],
        total=len(rows),
        service_options=[(row.slug, row.name) for row in services],
        service=service,
        q=q,
        narrowed=f"?{urlencode({'q': q, 'service': service})}" if q or service else "",
        mistakes=wanted.mistakes,
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
    context = await _listed(reader, actor, query, offset, sort)
    services, counts = await reader.batch(services_queries.services(), lists.status_counts())
    found = {row.status: row.count for row in counts}
    groups = [
        {
            "name": "status",
            "label": "Status",
            "value": status,
            "options": [(s.value, LABELS[s], found[s.value]) for s in Status if found.get(s.value)],
        },
        {
            "name": "service",
            "label": "Service",
            "value": service,
            "options": [(row.slug, row.name) for row in services[:12]],
        },
        {
            "name": "priority",
            "label": "Priority",
            "value": priority,
            "options": [(each.value, each.value.capitalize()) for each in reversed(Priority)],
        },
    ]
    return view.show("releases/desk/list.html", block="rows", groups=groups, q=q, current="List", **context)


@router.get("/releases/blocked")
async def blocked(
    reader: ReaderDep, actor: CurrentActor, view: View, offset: OffsetDep, sort: Word = "moved"
) -> Response:
    """What is blocked, by hand or by another release, the longest first, each with the reason."""
    context = await _listed(reader, actor, "is:blocked", offset, sort)
    rows = context["page"].rows
    blockers = await reader.all(lists.open_blockers([row.id for row in rows])) if rows else []
    return view.show(
        "releases/desk/blocked.html",
        block="rows",
        blockers={row.id: [b for b in blockers if b.dependent_id == row.id] for row in rows},
        **context,
    )


@router.get("/releases/mine")
async def mine(
    reader: ReaderDep, actor: CurrentActor, view: View, offset: OffsetDep, sort: Word = "-moved"
) -> Response:
    """The releases I own, and the approvals that wait for me."""
    context = await _listed(reader, actor, "is:mine", offset, sort)
    asked = await reader.all(lists.approvals_waiting(actor.user_id)) if actor.user_id else []
    return view.show("releases/desk/mine.html", block="rows", asked=asked, **context)


@router.get("/releases/summary")
async def summary(reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Home's second question: what waits for me, what comes next, and the counts with their lists."""
    today, month_start = lists.days_of(actor.zone)
    me = actor.user_id or NOBODY
    counts, known, waiting, mine, stuck, due, freezes = await reader.batch(
        lists.summary(today, month_start),
        lists.any_release(),
        lists.approvals_waiting(me).limit(SHOWN),
        lists.mine_on_their_way(me, today, SHOWN),
        lists.blocked_longest(SHOWN),
        lists.due_until(today, today + AHEAD, SHOWN),
        freezes_queries.freezes().limit(3),
    )
    return view.show(
        "releases/desk/summary.html",
        block="panel",
        counts=counts[0],
        is_new=not known,
        waiting=waiting,
        mine=mine,
        stuck=stuck,
        due=due,
        freezes=[row for row in freezes if row.starts_at <= clock.now() + AHEAD],
        today=today,
        may_make=lacking(actor, Grant.RELEASES_WRITE, "make a release"),
    )


@router.get("/releases/panel")
async def panel(
    reader: ReaderDep,
    actor: CurrentActor,
    view: View,
    issue: Word = "",
    sprint: Word = "",
    run: Word = "",
    keys: Annotated[Line, Query(max_length=1000)] = "",
) -> Response:
    """The releases that carry an issue, belong to a sprint or carry its issues, or are put live by a run."""
    rows = await _beside(reader, actor, issue=issue, sprint=sprint, run=run, keys=keys)
    return view.show(
        "releases/desk/panel.html",
        block="content",
        rows=rows,
        issue=issue,
        sprint=sprint,
        run=run or keys,
        **await card_context(reader, rows, actor),
    )


async def _beside(reader: Reader, actor: Actor, *, issue: str, sprint: str, run: str, keys: str) -> list[Any]:
    """The rows of a panel, at most fifty."""
    if sprint:
        found = await sprints.sprint_by_key(reader, sprint)
        issues = await sprints.issues_in_sprint(reader, found.id) if found else []
        return await reader.all(lists.rows_of_sprint(found.id, issues)) if found else []
    if issue:
        wanted = filters.Filter(items=(issue.upper(),))
        resolved = await lists.resolve(reader, actor, wanted)
        return await reader.all(lists.rows_for(wanted, resolved).limit(50))
    if run or keys:
        return await reader.all(lists.rows_of_run(run, [each for each in keys.split(",") if each][:50]))
    return []


async def _listed(reader: Reader, actor: Actor, query: str, offset: Any, sort: str) -> dict[str, Any]:
    """A page of releases and what its rows show beside them."""
    wanted = filters.parse(query)
    resolved = await lists.resolve(reader, actor, wanted)
    known = sort if sort.lstrip("-") in filters.SORTS else "-moved"
    page = await lists.page_of_releases(reader, wanted, resolved, offset, sort=known)
    return {
        "page": page,
        "sort": known,
        "names": await identity.names(reader, {row.owner_id for row in page.rows}),
        **await waits_of(reader, page.rows),
        "labels": LABELS,
        "tones": TONES,
        "today": clock.today(actor.zone),
        "mistakes": wanted.mistakes,
        "may_change": actor.may(Grant.RELEASES_WRITE),
    }
