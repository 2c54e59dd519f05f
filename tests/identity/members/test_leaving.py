"""What ends with a membership."""

from uuid import UUID

import pytest

from cutwater import identity
from cutwater.identity.keys.service import create_api_key
from cutwater.identity.members.service.members import act_as, add_member, end_membership
from cutwater.identity.sessions.service import sessions
from cutwater.identity.sessions.service.tokens import issue_tokens, refresh_tokens
from cutwater.kernel.db import Database
from cutwater.kernel.errors import Conflict, Unauthenticated
from tests import world
from tests.identity.presented import by_bearer, by_cookie, by_key
from tests.serving import SETTINGS
from tests.world import PASSWORD

# ---------------------------------------------------------------- deactivation


async def test_deactivation_in_the_only_organization_ends_sessions_tokens_and_keys(
    database: Database,
) -> None:
    made = await world.people_in(database, "MEMBER")
    owner, member = made["OWNER"], made["MEMBER"]
    email = await world.email_of(database, member)
    session = await sessions.sign_in(database, SETTINGS.secrets, email, PASSWORD)
    pair = await issue_tokens(database, SETTINGS.secrets, email, PASSWORD)
    async with database.tx(member) as tx:
        _, secret = await create_api_key(tx, member, "Key", ["runs:read"])
    assert await by_bearer(database, pair.access_token) is not None
    assert await by_key(database, secret) is not None
    async with database.tx(owner) as tx:
        await end_membership(tx, owner, member.user_id)
    assert await by_cookie(database, session.token) is None
    assert await by_bearer(database, pair.access_token) is None
    assert await by_key(database, secret) is None
    with pytest.raises(Unauthenticated):
        await refresh_tokens(database, SETTINGS.secrets, pair.refresh_token)


async def test_somebody_with_another_organization_stays_signed_in_there(database: Database) -> None:
    made = await world.people_in(database, "MEMBER")
    others = await world.people_in(database)
    email = await world.email_of(database, made["MEMBER"])
    async with database.tx(others["OWNER"]) as tx:
        await add_member(tx, others["OWNER"], email=email, name="", role="VIEWER")
    session = await sessions.sign_in(database, SETTINGS.secrets, email, PASSWORD)
    async with database.tx(made["OWNER"]) as tx:
        await end_membership(tx, made["OWNER"], made["MEMBER"].user_id)
    there = await by_cookie(database, session.token, others["OWNER"].organization)
    here = await by_cookie(database, session.token, made["OWNER"].organization)
    assert there is not None
    assert there.role == "VIEWER"
    assert here is not None
    assert here.grants == frozenset()


async def test_two_owners_who_leave_at_once_cannot_both(database: Database) -> None:
    import asyncio

    made = await world.people_in(database, "OWNER")
    rows = await identity.people(database.reader(made["OWNER"]))
    owners = [row.id for row in rows if row.role == "OWNER"]
    assert len(owners) == 2

    async def leave(user_id: UUID) -> str:
        try:
            async with database.tx(made["OWNER"].organization_id) as tx:
                actor = await act_as(tx, user_id)
                await end_membership(tx, actor, user_id)
        except Conflict:
            return "refused"
        return "left"

    outcomes = await asyncio.gather(*(leave(id) for id in owners))
    assert sorted(outcomes) == ["left", "refused"]
