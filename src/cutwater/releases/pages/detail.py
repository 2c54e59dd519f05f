"""One release: its page, the blocks of it, its card on the board, why it is not moving, the issue picker."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from cutwater import audit, sprints
from cutwater.kernel.actor import CurrentActor, needs
from cutwater.kernel.db import ReaderDep
from cutwater.kernel.errors import NotFound
from cutwater.kernel.grants import Grant
from cutwater.kernel.wire import Line, Text
from cutwater.releases import filters, queries
from cutwater.releases.pages import show
from cutwater.releases.pages.lists import Wanted, Word, combined
from cutwater.web import View

router = APIRouter(dependencies=[needs(Grant.RELEASES_READ, "see releases")])


@router.get("/releases/{key}")
async def read(key: str, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """The release: may it move, and if not, everything that is in the way."""
    return await show.detail(view, reader, actor, key)


@router.get("/releases/{key}/card")
async def card(
    key: str, reader: ReaderDep, actor: CurrentActor, view: View, q: Wanted = "", service: Word = ""
) -> Response:
    """Its card on the board, alone; none when the board is narrowed to others."""
    wanted = filters.parse(combined(q, service=service))
    conditions = queries.conditions_of(wanted, await queries.resolve(reader, actor, wanted))
    row = await reader.first(queries.release_rows().where(queries.by_key_or_id(key), *conditions))
    if row is None:
        raise NotFound("This release")
    return view.block(
        "releases/card.html", "card", release=row, **await show.card_context(reader, [row], actor)
    )


@router.get("/releases/{key}/explain")
async def explain(key: str, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Why it is not moving: the whole way down."""
    around = await queries.neighbourhood(reader, key)
    return view.show(
        "releases/explain.html",
        block="content",
        release=around.release,
        told=around.told(),
        watched=show.watched(around),
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
    release = await queries.release_row(reader, key)
    entries = await audit.feed(reader, actor, "release", release.id, 50, before or None)
    return view.show("releases/activity.html", block="content", release=release, feed=entries)


@router.get("/releases/{key}/picker")
async def picker(
    key: str,
    reader: ReaderDep,
    actor: CurrentActor,
    view: View,
    reference: Annotated[Line, Query(max_length=200)] = "",
) -> Response:
    """Imported issues that match what is typed, those that are in the release already marked."""
    found = await sprints.find_issues(reader, reference, 12) if reference.strip() else []
    there = {row.reference for row in await queries.rows_of(reader, key, queries.items_of(key))}
    return view.show(
        "releases/picker.html", block="content", key=key, found=found, there=there, typed=reference
    )
