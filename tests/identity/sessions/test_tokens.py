"""The API's tokens, with real commits."""

from datetime import UTC, datetime, timedelta

import pytest

from cutwater.identity.members.service.members import add_member
from cutwater.identity.sessions.service import sessions
from cutwater.identity.sessions.service.tokens import Pair, issue_tokens, refresh_tokens, revoke_token
from cutwater.kernel import clock
from cutwater.kernel.db import Database
from cutwater.kernel.errors import Invalid, Unauthenticated
from tests import world
from tests.identity.presented import by_bearer, names_in_log
from tests.serving import SETTINGS
from tests.world import PASSWORD

# ---------------------------------------------------------------- tokens and keys


async def test_a_refresh_token_rotates_and_its_reuse_ends_the_family(database: Database) -> None:
    made = await world.people_in(database)
    email = await world.email_of(database, made["OWNER"])
    first = await issue_tokens(database, SETTINGS.secrets, email, PASSWORD)
    second = await refresh_tokens(database, SETTINGS.secrets, first.refresh_token)
    assert first.refresh_token != second.refresh_token
    assert await by_bearer(database, second.access_token) is not None
    with pytest.raises(Unauthenticated):
        await refresh_tokens(database, SETTINGS.secrets, first.refresh_token)
    assert await by_bearer(database, second.access_token) is None
    assert await by_bearer(database, first.access_token) is None
    with pytest.raises(Unauthenticated):
        await refresh_tokens(database, SETTINGS.secrets, second.refresh_token)
    assert await names_in_log(database, made["OWNER"]) == ["session.started", "refresh_family.revoked"]


async def test_signing_in_to_the_api_revoking_it_and_ending_the_others_are_in_the_log(
    database: Database,
) -> None:
    made = await world.people_in(database)
    owner, email = made["OWNER"], await world.email_of(database, made["OWNER"])
    pair = await issue_tokens(database, SETTINGS.secrets, email, PASSWORD)
    other = await issue_tokens(database, SETTINGS.secrets, email, PASSWORD)
    await revoke_token(database, pair.refresh_token)
    await revoke_token(database, pair.refresh_token)
    async with database.tx(owner) as tx:
        await sessions.end_others(tx, owner)
    assert await by_bearer(database, other.access_token) is None
    assert await names_in_log(database, owner) == [
        *["session.started"] * 2,
        "refresh_family.revoked",
        "session.others_ended",
    ]


async def test_another_sign_in_survives_the_reuse(database: Database) -> None:
    made = await world.people_in(database)
    email = await world.email_of(database, made["OWNER"])
    stolen = await issue_tokens(database, SETTINGS.secrets, email, PASSWORD)
    other = await issue_tokens(database, SETTINGS.secrets, email, PASSWORD)
    await refresh_tokens(database, SETTINGS.secrets, stolen.refresh_token)
    with pytest.raises(Unauthenticated):
        await refresh_tokens(database, SETTINGS.secrets, stolen.refresh_token)
    assert await by_bearer(database, other.access_token) is not None


async def test_two_refreshes_at_once_give_one_pair(database: Database) -> None:
    import asyncio

    made = await world.people_in(database)
    pair = await issue_tokens(
        database, SETTINGS.secrets, await world.email_of(database, made["OWNER"]), PASSWORD
    )
    attempts = (refresh_tokens(database, SETTINGS.secrets, pair.refresh_token) for _ in range(4))
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(isinstance(each, Pair) for each in outcomes) == 1


async def test_a_refresh_token_lives_seven_days_and_an_access_token_half_an_hour(database: Database) -> None:
    made = await world.people_in(database)
    pair = await issue_tokens(
        database, SETTINGS.secrets, await world.email_of(database, made["OWNER"]), PASSWORD
    )
    now = datetime.now(UTC)
    assert timedelta(minutes=29) < pair.expires_at - now <= timedelta(minutes=30)
    with clock.frozen(now + timedelta(days=7, seconds=1)), pytest.raises(Unauthenticated):
        await refresh_tokens(database, SETTINGS.secrets, pair.refresh_token)


async def test_revoking_ends_the_family_and_an_unknown_token_is_no_error(database: Database) -> None:
    made = await world.people_in(database)
    pair = await issue_tokens(
        database, SETTINGS.secrets, await world.email_of(database, made["OWNER"]), PASSWORD
    )
    await revoke_token(database, "cwr_nobody-has-this")
    await revoke_token(database, pair.refresh_token)
    assert await by_bearer(database, pair.access_token) is None


async def test_a_token_is_bound_to_the_organization_that_was_named(database: Database) -> None:
    made = await world.people_in(database)
    others = await world.people_in(database)
    email = await world.email_of(database, made["OWNER"])
    async with database.tx(others["OWNER"]) as tx:
        await add_member(tx, others["OWNER"], email=email, name="", role="VIEWER")
    with pytest.raises(Invalid) as unnamed:
        await issue_tokens(database, SETTINGS.secrets, email, PASSWORD)
    assert made["OWNER"].organization in unnamed.value.fields[0].message
    named = others["OWNER"].organization.upper()
    pair = await issue_tokens(database, SETTINGS.secrets, email, PASSWORD, named)
    actor = await by_bearer(database, pair.access_token)
    assert actor is not None
    assert (actor.organization_id, actor.role) == (others["OWNER"].organization_id, "VIEWER")
    with pytest.raises(Invalid):
        await issue_tokens(database, SETTINGS.secrets, email, PASSWORD, "nowhere")
