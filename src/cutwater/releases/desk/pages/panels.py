"""Releases as parts of other pages: of the home page, and beside an issue, a sprint or a run."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response

from cutwater import sprints
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor, CurrentActor, lacking
from cutwater.kernel.db import ReaderDep
from cutwater.kernel.grants import Grant
from cutwater.kernel.reader import Reader
from cutwater.kernel.wire import Line
from cutwater.releases.core.filters import Filter
from cutwater.releases.desk.pages.lists import Word
from cutwater.releases.desk.queries import home, lists
from cutwater.releases.desk.queries.conditions import NOBODY, days_of, resolve
from cutwater.releases.desk.queries.rows import ReleaseRow
from cutwater.releases.freezes.queries import freezes
from cutwater.releases.records.permissions import MAY_READ
from cutwater.web import View

router = APIRouter(dependencies=[MAY_READ])
SHOWN, AHEAD = 5, timedelta(days=30)


@router.get("/releases/summary")
async def summary(reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Home's second question: what waits for me, what comes next, and the counts with their lists."""
    today, month_start = days_of(actor.zone)
    me = actor.user_id or NOBODY
    counts, waiting, mine, stuck, due, coming = await reader.batch(
        home.counts(today, month_start, me),
        lists.approvals_waiting(me).limit(SHOWN),
        home.open_ones_of(me, today, SHOWN),
        home.blocked_longest(SHOWN),
        home.due_until(today, today + AHEAD, SHOWN),
        freezes().limit(3),
    )
    return view.show(
        "releases/desk/summary.html",
        block="panel",
        counts=counts[0],
        waiting=waiting,
        mine=mine,
        stuck=stuck,
        due=due,
        freezes=[row for row in coming if row.starts_at <= clock.now() + AHEAD],
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
    if sprint:
        rows = await _of_sprint(reader, sprint)
    elif issue:
        rows = await _of_issue(reader, actor, issue)
    elif run or keys:
        chosen = [key for key in keys.split(",") if key][:50]
        rows = await reader.all(lists.rows_of_run(run, chosen))
    else:
        rows = []
    return view.show(
        "releases/desk/panel.html",
        block="content",
        rows=rows,
        issue=issue,
        sprint=sprint,
        run=run or keys,
        may_change=actor.may(Grant.RELEASES_WRITE),
    )


async def _of_sprint(reader: Reader, key: str) -> Sequence[ReleaseRow]:
    sprint = await sprints.sprint_by_key(reader, key)
    if sprint is None:
        return []
    issues = await sprints.issues_in_sprint(reader, sprint.id)
    return await reader.all(lists.rows_of_sprint(sprint.id, issues))


async def _of_issue(reader: Reader, actor: Actor, key: str) -> Sequence[ReleaseRow]:
    carrying = Filter(items=(key.upper(),))
    return await reader.all(lists.rows_for(carrying, await resolve(reader, actor, carrying)).limit(50))
