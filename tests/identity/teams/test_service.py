"""Teams: what the log keeps of them, and in which order they are refused."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.identity.teams.service import delete_team, update_team
from cutwater.kernel.errors import Forbidden, NotFound, Stale
from tests import world


async def test_what_was_written_of_a_team_is_not_quoted_in_the_log(tx: AsyncSession) -> None:
    owner = await world.organization(tx)
    team = await world.team(tx, owner, "DBA")
    await update_team(tx, owner, team.slug, name="Databases", description="Ask Nadia at home")
    data = await tx.scalar(text("select data from event_log where name = 'team.changed'"))
    assert data["changes"]["name"] == ["DBA", "Databases"]
    assert data["headline"] == "changed the team's name and description"
    assert "Nadia" not in str(data)


async def test_nothing_new_is_nothing_to_log(tx: AsyncSession) -> None:
    owner = await world.organization(tx)
    team = await world.team(tx, owner, "DBA")
    await update_team(tx, owner, team.slug, name="DBA", kind="operations", seen_revision=1)
    await update_team(tx, owner, team.slug, name="Databases", seen_revision=1)
    changed = text("select count(*) from event_log where name = 'team.changed'")
    assert await tx.scalar(changed) == 1


async def test_a_team_is_refused_as_missing_then_forbidden_then_stale(tx: AsyncSession) -> None:
    owner = await world.organization(tx)
    member = await world.person(tx, owner, "MEMBER")
    team = await world.team(tx, owner, "DBA")
    with pytest.raises(NotFound):
        await delete_team(tx, member, "nowhere", seen_revision=7)
    with pytest.raises(Forbidden):
        await delete_team(tx, member, team.slug, seen_revision=7)
    with pytest.raises(Stale):
        await delete_team(tx, owner, team.slug, seen_revision=7)
