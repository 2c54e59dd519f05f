"""Who somebody is, where."""

from cutwater.identity.sessions.service import sessions
from cutwater.identity.sessions.service.access import create_admin
from cutwater.identity.teams.service import create_team
from cutwater.kernel.db import Database
from cutwater.kernel.grants import Grant
from tests import world
from tests.identity.presented import by_cookie
from tests.serving import SETTINGS
from tests.world import PASSWORD

# ---------------------------------------------------------------- who one is, where


async def test_a_foreign_organization_gives_a_stranger_nothing(database: Database) -> None:
    made = await world.people_in(database)
    other = await world.people_in(database)
    session = await sessions.sign_in(
        database, SETTINGS.secrets, await world.email_of(database, made["OWNER"]), PASSWORD
    )
    actor = await by_cookie(database, session.token, other["OWNER"].organization)
    assert actor is not None
    assert (actor.organization_id, actor.organization, actor.organization_name) == (None, "", "")
    assert actor.grants == frozenset()
    assert actor.team_ids == frozenset()


async def test_a_superadmin_may_enter_every_organization(database: Database) -> None:
    organization = await world.people_in(database)
    email = world.address()
    async with database.tx(None) as tx:
        await create_admin(tx, email=email, password=PASSWORD, name="Sue")
    session = await sessions.sign_in(database, SETTINGS.secrets, email, PASSWORD)
    actor = await by_cookie(database, session.token, organization["OWNER"].organization)
    assert actor is not None
    assert actor.grants == frozenset(Grant)
    assert (actor.role, actor.organization_id) == ("SUPERADMIN", organization["OWNER"].organization_id)


async def test_a_deleted_organization_lets_nobody_in(database: Database) -> None:
    from cutwater.identity.organizations import service

    made = await world.people_in(database)
    owner = made["OWNER"]
    session = await sessions.sign_in(
        database, SETTINGS.secrets, await world.email_of(database, owner), PASSWORD
    )
    async with database.tx(owner) as tx:
        await service.delete_organization(tx, owner, typed_slug=made["OWNER"].organization)
    actor = await by_cookie(database, session.token, made["OWNER"].organization)
    assert actor is not None
    assert actor.organization_id is None


async def test_an_actor_knows_its_teams(database: Database) -> None:
    made = await world.people_in(database, "MEMBER")
    member = made["MEMBER"]
    async with database.tx(made["OWNER"]) as tx:
        team = await create_team(tx, made["OWNER"], "DBA", members=[member.user_id])
    session = await sessions.sign_in(
        database, SETTINGS.secrets, await world.email_of(database, member), PASSWORD
    )
    actor = await by_cookie(database, session.token, made["OWNER"].organization)
    assert actor is not None
    assert actor.team_ids == {team.team_id}
