"""Verbs of sprints: done, refused, recorded."""

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit, sprints
from cutwater.kernel import search
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Refused, Stale
from cutwater.kernel.reader import SessionReader
from cutwater.sprints.core.facts import SprintState
from cutwater.sprints.core.fields import FieldMap
from cutwater.sprints.core.records import SourceFile
from cutwater.sprints.imports.service.runs import (
    discard_import,
    start_import,
)
from cutwater.sprints.issues.service.memberships import add_issues, remove_issue
from cutwater.sprints.mapping.service import confirm_mapping
from cutwater.sprints.sites.service import create_site, update_site
from cutwater.sprints.sprints.queries import sprint
from cutwater.sprints.sprints.service.sprints import create_sprint, delete_sprint, move_sprint, update_sprint
from cutwater.sprints.sprints.views import moves
from tests import world
from tests.sprints.factories import END, START, imported, names_of


async def test_a_sprint_is_planned_started_and_completed(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    created = await create_sprint(tx, owner, "Harbour 1", goal="Ship", starts_on=START, ends_on=END)
    assert (created.key, (await sprint(reader, "SPR-1")).state) == ("SPR-1", "PLANNING")
    await move_sprint(tx, owner, "SPR-1", SprintState.ACTIVE)
    await move_sprint(tx, owner, "SPR-1", SprintState.COMPLETED)
    assert (await sprint(reader, "SPR-1")).started_at is not None
    assert (await sprint(reader, "SPR-1")).completed_at is not None
    assert await names_of(reader, owner, "sprint", created.id) == [
        "sprint.moved",
        "sprint.moved",
        "sprint.created",
    ]
    assert [row.key for row in await search.find(reader, "harb", kinds=None)] == ["SPR-1"]


async def test_a_sprint_without_dates_cannot_start(tx: AsyncSession, owner: Actor) -> None:
    await create_sprint(tx, owner, "Harbour 1")
    with pytest.raises(Conflict) as refused:
        await move_sprint(tx, owner, "SPR-1", SprintState.ACTIVE)
    assert [obstacle.code for obstacle in refused.value.obstacles] == ["sprint.dates"]


async def test_a_sprint_that_ends_before_it_starts_is_refused(tx: AsyncSession, owner: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        await create_sprint(tx, owner, "", starts_on=END, ends_on=START)
    assert [each.field for each in refused.value.fields] == ["name", "ends_on"]


async def test_a_changed_sprint_tells_what_changed(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    sprint = await create_sprint(tx, owner, "Harbour 1")
    await update_sprint(
        tx, owner, "SPR-1", name="Harbour one", goal="", starts_on=START, ends_on=END, seen_revision=1
    )
    entry = (await audit.feed(reader, owner, subject="sprint", id=sprint.id))[0]
    assert list(entry.changes["name"]) == ["Harbour 1", "Harbour one"]
    with pytest.raises(Stale):
        await update_sprint(
            tx, owner, "SPR-1", name="x", goal="", starts_on=None, ends_on=None, seen_revision=1
        )


VERBS = {
    "create_sprint": lambda tx, actor: create_sprint(tx, actor, "x"),
    "move_sprint": lambda tx, actor: move_sprint(tx, actor, "SPR-1", SprintState.CANCELLED),
    "delete_sprint": lambda tx, actor: delete_sprint(tx, actor, "SPR-1"),
    "add_issues": lambda tx, actor: add_issues(tx, actor, "SPR-1", ["ISS-1"]),
    "remove_issue": lambda tx, actor: remove_issue(tx, actor, "SPR-1", "ISS-1"),
    "start_import": lambda tx, actor: start_import(tx, actor, [SourceFile(name="x", content=b"[]")]),
    "create_site": lambda tx, actor: create_site(tx, actor, "Jira", "JIRA_CLOUD"),
}


@pytest.mark.parametrize("verb", sorted(VERBS))
async def test_a_member_may_not_manage_sprints(
    tx: AsyncSession, owner: Actor, people: dict[str, Actor], verb: str
) -> None:
    await create_sprint(tx, owner, "Harbour 1")
    with pytest.raises(Forbidden):
        await VERBS[verb](tx, people["MEMBER"])


async def test_another_organization_sees_nothing_of_it(database: Database) -> None:
    ours, theirs = (
        await world.organization_in(database),
        await world.organization_in(database, "Other"),
    )
    async with database.tx(ours) as tx:
        run = await imported(tx, ours)
        site, key = run.site_id, run.key
    async with database.tx(theirs) as tx:
        for verb in (
            move_sprint(tx, theirs, "SPR-1", SprintState.CANCELLED),
            discard_import(tx, theirs, key),
            confirm_mapping(tx, theirs, site, FieldMap()),
            update_site(tx, theirs, site, name="x", url="", seen_revision=None),
        ):
            with pytest.raises(NotFound):
                await verb
    assert await sprints.issue_by_key(database.reader(theirs), "PAY-1") is None


async def test_two_people_starting_one_sprint_get_one_success(database: Database) -> None:
    owner = await world.organization_in(database)
    async with database.tx(owner) as tx:
        await create_sprint(tx, owner, "Harbour 1", starts_on=START, ends_on=END)

    async def start() -> str:
        try:
            async with database.tx(owner) as tx:
                return (await move_sprint(tx, owner, "SPR-1", SprintState.ACTIVE)).now
        except Refused as refused:
            return refused.code

    assert sorted(await asyncio.gather(start(), start())) == ["ACTIVE", "CONFLICT"]


async def test_a_refusal_is_about_permission_first_then_what_others_changed_then_the_rules(
    tx: AsyncSession, owner: Actor, people: dict[str, Actor]
) -> None:
    await create_sprint(tx, owner, "Harbour 1")
    await update_sprint(
        tx, owner, "SPR-1", name="Harbour", goal="", starts_on=None, ends_on=None, seen_revision=1
    )

    async def start(actor: Actor, seen: int) -> Refused:
        with pytest.raises(Refused) as refused:
            await move_sprint(tx, actor, "spr-1", SprintState.ACTIVE, seen_revision=seen)
        return refused.value

    forbidden = await start(people["VIEWER"], 1)
    assert (type(forbidden), len(forbidden.obstacles)) == (Forbidden, 1)
    stale = await start(owner, 1)
    assert isinstance(stale, Stale)
    assert "changed name" in stale.message
    ruled = await start(owner, 2)
    assert [obstacle.code for obstacle in ruled.obstacles] == ["sprint.dates"]


async def test_a_move_is_logged_as_a_change_of_the_state(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    created = await create_sprint(tx, owner, "Harbour 1")
    await move_sprint(tx, owner, created.key, SprintState.CANCELLED)
    entry = (await audit.feed(reader, owner, subject="sprint", id=created.id))[0]
    assert {field: list(pair) for field, pair in entry.changes.items()} == {
        "state": ["PLANNING", "CANCELLED"]
    }


async def test_a_move_offers_its_verb_with_everything_in_its_way(
    tx: AsyncSession, owner: Actor, people: dict[str, Actor], reader: SessionReader
) -> None:
    await create_sprint(tx, owner, "Harbour 1")
    row = await sprint(reader, "SPR-1")
    offered = {move.verb: [each.code for each in move.obstacles] for move in moves(row, owner)}
    assert offered == {"Start": ["sprint.dates"], "Cancel": []}
    for move in moves(row, people["VIEWER"]):
        assert move.obstacles[0].is_permission
