"""One release: its page, its card on the board, what happened to it."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from cutwater import audit
from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep
from cutwater.kernel.errors import NotFound
from cutwater.kernel.grants import Grant
from cutwater.kernel.wire import Text
from cutwater.releases.catalogue import queries
from cutwater.releases.core import filters
from cutwater.releases.desk import views
from cutwater.releases.desk.pages.lists import Wanted, Word, combined
from cutwater.releases.desk.queries.detail import release_row
from cutwater.releases.desk.queries.lists import conditions_of, resolve
from cutwater.releases.desk.queries.rows import release_rows
from cutwater.web import View

router = APIRouter(dependencies=[needs(Grant.RELEASES_READ, "see releases")])


@router.get("/releases/{key}")
async def read(key: str, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """The release: may it move, and if not, everything that is in the way."""
    return await views.detail(view, reader, actor, key)


@router.get("/releases/{key}/card")
async def card(
    key: str, reader: ReaderDep, actor: CurrentActor, view: View, q: Wanted = "", service: Word = ""
) -> Response:
    """Its card on the board, alone; none when the board is narrowed to others."""
    wanted = filters.parse(combined(q, service=service))
    conditions = conditions_of(wanted, await resolve(reader, actor, wanted))
    row = await reader.first(release_rows().where(queries.by_key_or_id(key), *conditions))
    if row is None:
        raise NotFound("This release")
    return view.block(
        "releases/desk/card.html", "card", release=row, **await views.card_context(reader, [row], actor)
    )


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
    entries = await audit.feed(reader, actor, "release", release.id, 50, before or None)
    return view.show("releases/desk/activity.html", block="content", release=release, feed=entries)
