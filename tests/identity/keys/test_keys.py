"""Keys: what they may, and until when."""

from datetime import UTC, datetime, timedelta

import pytest

from cutwater import identity
from cutwater.identity.keys.queries import api_keys
from cutwater.identity.keys.service import create_api_key, revoke_api_key
from cutwater.identity.members.service.members import update_member
from cutwater.kernel import clock
from cutwater.kernel.db import Database
from cutwater.kernel.errors import Forbidden, Invalid
from cutwater.kernel.grants import Grant
from tests import world
from tests.identity.presented import by_key


async def test_a_key_acts_for_its_person_within_its_scopes(database: Database) -> None:
    made = await world.people_in(database, "MANAGER")
    manager = made["MANAGER"]
    async with database.tx(manager) as tx:
        key, secret = await create_api_key(tx, manager, "Pipeline", ["releases:write", "runs:read"], days=30)
    [row] = await database.reader(manager).all(api_keys(user_id=manager.user_id))
    assert (row.id, row.scopes) == (key, ["releases:write", "runs:read"])
    assert secret.startswith(row.start)
    actor = await by_key(database, secret)
    assert actor is not None
    assert (actor.kind, actor.id, actor.user_id) == ("api_key", key, manager.user_id)
    assert actor.grants == {Grant.RELEASES_WRITE, Grant.RUNS_READ}
    async with database.tx(made["OWNER"]) as tx:
        await update_member(tx, made["OWNER"], manager.user_id, role="VIEWER")
    weaker = await by_key(database, secret)
    assert weaker is not None
    assert weaker.grants == {Grant.RUNS_READ}


async def test_an_expired_or_revoked_key_is_nothing(database: Database) -> None:
    made = await world.people_in(database, "MEMBER", "MANAGER")
    member = made["MEMBER"]
    async with database.tx(member) as tx:
        with clock.frozen(datetime.now(UTC) - timedelta(days=31)):
            _, old = await create_api_key(tx, member, "Old", ["runs:read"], days=30)
        key, secret = await create_api_key(tx, member, "New", ["runs:read"], days=None)
    assert await by_key(database, old) is None
    assert await by_key(database, secret) is not None
    with pytest.raises(Forbidden):
        async with database.tx(made["MANAGER"]) as tx:
            await revoke_api_key(tx, made["MANAGER"], key)
    async with database.tx(made["OWNER"]) as tx:
        await revoke_api_key(tx, made["OWNER"], key)
    assert await by_key(database, secret) is None


async def test_a_service_key_has_a_role_and_no_person(database: Database) -> None:
    made = await world.people_in(database)
    owner = made["OWNER"]
    async with database.tx(owner) as tx:
        key, secret = await create_api_key(
            tx, owner, "CI", ["runs:read", "runs:pilot"], service_role="MANAGER"
        )
        with pytest.raises(Invalid):
            await create_api_key(tx, owner, "CI", ["runs:read"], service_role="OWNER")
    actor = await by_key(database, secret)
    assert actor is not None
    assert (actor.user_id, actor.name, actor.role) == (None, "CI", "MANAGER")
    assert actor.grants == {Grant.RUNS_READ, Grant.RUNS_PILOT}
    assert await identity.names(database.reader(owner), [key]) == {key: "CI"}
