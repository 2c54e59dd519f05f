"""One release: its page, its card on the board, what happened to it."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel.actor import Actor, CurrentActor
from cutwater.kernel.db import ReaderDep
from cutwater.kernel.errors import NotFound
from cutwater.kernel.keyed import named
from cutwater.kernel.reader import Reader, SessionReader
from cutwater.kernel.wire import Text
from cutwater.releases.core import filters
from cutwater.releases.core.facts import PATH, DependencyKind
from cutwater.releases.desk import views
from cutwater.releases.desk.pages.lists import Wanted, Word, combined
from cutwater.releases.desk.queries.conditions import conditions_of, resolve
from cutwater.releases.desk.queries.detail import release_row
from cutwater.releases.desk.queries.rows import release_rows
from cutwater.releases.records.models import Release
from cutwater.releases.records.permissions import MAY_READ
from cutwater.web import Refusal, View

router = APIRouter(dependencies=[MAY_READ])
MOST_ENTRIES = 50
DEPENDENCIES = [
    (DependencyKind.BLOCKS.value, "must be deployed first (blocks)"),
    (DependencyKind.SOFT_DEPENDENCY.value, "should go first (only warns)"),
    (DependencyKind.REQUIRES_SYNC.value, "goes together with it"),
]


async def shown(
    view: View, reader: Reader, actor: Actor, key: str, *, refusal: Refusal | None = None, done: str = ""
) -> Response:
    """The release's page, or its block for htmx; `done` is what a verb has just done."""
    page = await views.release_page(reader, actor, key)
    return view.show(
        "releases/desk/detail.html",
        block="detail",
        shown=page,
        release=page.release,
        path=PATH,
        dependency_kinds=DEPENDENCIES,
        refusal=refusal,
        done=done,
    )


def shown_if_refused(view: View, reader: Reader, actor: Actor, key: str) -> None:
    """A refusal shows the page again, with the reasons and what was typed."""
    view.if_refused(lambda refusal: shown(view, reader, actor, key, refusal=refusal))


async def shown_after(
    view: View, tx: AsyncSession, actor: Actor, key: str, done: str, data: object = None
) -> Response:
    """The page after a verb: re-rendered in place for htmx, JSON for elements, else a redirect to it."""
    if view.kind == "partial" and not view.wants_json:
        return await shown(view, SessionReader(tx), actor, key, done=done)
    return view.done(f"/releases/{key}", flash=done, data=data)


@router.get("/releases/{key}")
async def read(key: str, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """The release: may it move, and if not, everything that is in the way."""
    return await shown(view, reader, actor, key)


@router.get("/releases/{key}/card")
async def card(
    key: str, reader: ReaderDep, actor: CurrentActor, view: View, q: Wanted = "", service: Word = ""
) -> Response:
    """Its card on the board, alone; none when the board is narrowed to others."""
    wanted = filters.parse(combined(q, service=service))
    conditions = conditions_of(wanted, await resolve(reader, actor, wanted))
    row = await reader.first(release_rows().where(named(Release, key), *conditions))
    if row is None:
        raise NotFound("This release")
    beside = await views.beside(reader, actor, [row])
    return view.block("releases/desk/card.html", "card", release=row, beside=beside)


@router.get("/releases/{key}/activity")
async def activity(
    key: str,
    reader: ReaderDep,
    actor: CurrentActor,
    view: View,
    before: Annotated[Text, Query(max_length=500)] = "",
) -> Response:
    """What happened to it, a page at a time."""
    release = await release_row(reader, key)
    entries = await audit.feed(reader, actor, "release", release.id, MOST_ENTRIES, before or None)
    return view.show("releases/desk/activity.html", block="content", release=release, feed=entries)
