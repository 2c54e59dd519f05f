"""Signing in and out, with real commits."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from cutwater.identity.accounts import queries as accounts_queries
from cutwater.identity.keys.service import create_api_key
from cutwater.identity.sessions import queries as sessions_queries
from cutwater.identity.sessions.models import SignInSession
from cutwater.identity.sessions.service import sessions
from cutwater.identity.sessions.service.access import set_account_active
from cutwater.identity.sessions.service.tokens import issue_tokens
from cutwater.kernel import clock
from cutwater.kernel.db import Database
from cutwater.kernel.errors import Forbidden, NotFound, TooMany
from cutwater.kernel.reader import SessionReader
from tests import world
from tests.identity.presented import administrator, by_cookie
from tests.serving import SETTINGS
from tests.world import PASSWORD

# ---------------------------------------------------------------- signing in


async def test_one_signs_in_by_address_or_user_name(database: Database) -> None:
    made = await world.people_in(database)
    email = await world.email_of(database, made["OWNER"])
    account = await database.reader(made["OWNER"]).first(accounts_queries.account(made["OWNER"].user_id))
    for login in (email, f" {email.upper()} ", account.username):
        session = await sessions.sign_in(database, SETTINGS.secrets, login, PASSWORD)
        actor = await by_cookie(database, session.token, made["OWNER"].organization)
        assert actor is not None
        assert (actor.user_id, actor.role, actor.organization) == (
            made["OWNER"].user_id,
            "OWNER",
            made["OWNER"].organization,
        )


async def test_wrong_password_unknown_name_and_deactivated_account_say_the_same(database: Database) -> None:
    made = await world.people_in(database, "MEMBER")
    known = await world.email_of(database, made["OWNER"])
    gone = await world.email_of(database, made["MEMBER"])
    async with database.tx(None) as tx:
        await set_account_active(tx, await administrator(tx), made["MEMBER"].user_id, is_active=False)
    said = set()
    for login, password in ((known, "wrong"), ("nobody@bank.example", PASSWORD), (gone, PASSWORD)):
        with pytest.raises(sessions.WrongCredentials) as refused:
            await sessions.sign_in(database, SETTINGS.secrets, login, password)
        said.add((refused.value.status, refused.value.message))
    assert len(said) == 1


@pytest.mark.parametrize("known", [True, False])
async def test_five_wrong_passwords_lock_the_name_even_for_the_right_one(
    database: Database, known: bool
) -> None:
    made = await world.people_in(database)
    email = await world.email_of(database, made["OWNER"]) if known else world.address()
    for _ in range(5):
        with pytest.raises(sessions.WrongCredentials):
            await sessions.sign_in(database, SETTINGS.secrets, email, "wrong")
    with pytest.raises(TooMany) as locked:
        await sessions.sign_in(database, SETTINGS.secrets, email, PASSWORD)
    assert 1 <= int(locked.value.headers["Retry-After"]) <= 60
    assert locked.value.message.startswith("Too many wrong passwords for this name. Try again in ")
    with clock.frozen(datetime.now(UTC) + timedelta(seconds=61)):
        if known:
            await sessions.sign_in(database, SETTINGS.secrets, email, PASSWORD)
            assert await sessions.check_password(database, SETTINGS.secrets, email, PASSWORD)
        else:
            with pytest.raises(sessions.WrongCredentials):
                await sessions.sign_in(database, SETTINGS.secrets, email, PASSWORD)


@pytest.mark.parametrize("who_was_there", ["OWNER", "MEMBER"])
async def test_a_new_sign_in_ends_the_session_the_browser_had(database: Database, who_was_there: str) -> None:
    made = await world.people_in(database, "MEMBER")
    email = await world.email_of(database, made["OWNER"])
    first = await sessions.sign_in(
        database, SETTINGS.secrets, await world.email_of(database, made[who_was_there]), PASSWORD
    )
    second = await sessions.sign_in(database, SETTINGS.secrets, email, PASSWORD, before=first.token)
    assert first.token != second.token
    assert await by_cookie(database, first.token) is None
    assert await by_cookie(database, second.token, made["OWNER"].organization) is not None


async def test_no_token_is_stored_as_it_is(database: Database) -> None:
    made = await world.people_in(database)
    email = await world.email_of(database, made["OWNER"])
    session = await sessions.sign_in(database, SETTINGS.secrets, email, PASSWORD)
    pair = await issue_tokens(database, SETTINGS.secrets, email, PASSWORD)
    async with database.tx(made["OWNER"]) as tx:
        _, secret = await create_api_key(tx, made["OWNER"], "Key", ["runs:read"])
        await tx.flush()
        rows: list[Any] = []
        for table in ("sign_in_session", "refresh_token", "api_key", "user_password", "event_log"):
            rows += (await tx.execute(text(f"select to_jsonb(t)::text as row from {table} t"))).all()
    stored = "\n".join(row.row for row in rows)
    for plain in (session.token, pair.refresh_token, pair.access_token, secret, PASSWORD):
        assert plain not in stored


async def test_a_session_is_listed_and_ended_by_its_owner_only(database: Database) -> None:
    made = await world.people_in(database, "MEMBER")
    owner, member = made["OWNER"], made["MEMBER"]
    session = await sessions.sign_in(
        database,
        SETTINGS.secrets,
        await world.email_of(database, owner),
        PASSWORD,
        browser="curl/8",
        address="10.1.2.3",
    )
    listed = await database.reader(owner).all(sessions_queries.sessions(owner.user_id))
    assert [(row.browser, row.address) for row in listed] == [("curl", "10.1.2.3")]
    with pytest.raises(NotFound):
        async with database.tx(member) as tx:
            await sessions.end_session(tx, member, listed[0].id)
    assert await by_cookie(database, session.token, made["OWNER"].organization) is not None
    async with database.tx(owner) as tx:
        await sessions.end_session(tx, owner, listed[0].id)
    assert await by_cookie(database, session.token) is None


async def test_an_expired_session_is_none(database: Database) -> None:
    made = await world.people_in(database)
    session = await sessions.sign_in(
        database, SETTINGS.secrets, await world.email_of(database, made["OWNER"]), PASSWORD
    )
    async with database.tx(made["OWNER"]) as tx:
        past = datetime.now(UTC) - timedelta(seconds=1)
        await tx.execute(update(SignInSession).values(expires_at=past))
    assert await by_cookie(database, session.token) is None


async def test_use_is_noted_at_most_once_a_minute(database: Database) -> None:
    made = await world.people_in(database)
    owner = made["OWNER"]
    session = await sessions.sign_in(
        database, SETTINGS.secrets, await world.email_of(database, owner), PASSWORD
    )

    async def used() -> datetime:
        found: datetime = await database.reader(owner).scalar(select(SignInSession.last_used_at))
        return found

    fresh = await used()
    await by_cookie(database, session.token, made["OWNER"].organization)
    assert await used() == fresh
    async with database.tx(owner) as tx:
        await tx.execute(update(SignInSession).values(last_used_at=fresh - timedelta(seconds=61)))
    await by_cookie(database, session.token, made["OWNER"].organization)
    assert await used() > fresh - timedelta(seconds=61)


async def test_a_shut_account_is_out_everywhere_and_only_the_platform_shuts_it(database: Database) -> None:
    made = await world.people_in(database, "MEMBER")
    member = made["MEMBER"]
    session = await sessions.sign_in(
        database, SETTINGS.secrets, await world.email_of(database, member), PASSWORD
    )
    with pytest.raises(Forbidden):
        async with database.tx(made["OWNER"]) as tx:
            await set_account_active(tx, made["OWNER"], member.user_id, is_active=False)
    async with database.tx(None) as tx:
        await set_account_active(tx, await administrator(tx), member.user_id, is_active=False)
    assert await by_cookie(database, session.token) is None


async def test_failures_of_a_day_ago_are_forgotten(database: Database) -> None:
    from cutwater.identity.accounts import queries

    async with database.tx(None) as tx:
        reader = SessionReader(tx)
        await queries.note_failure(tx, b"x" * 8)
        (facts,) = await reader.all(queries.credentials("nobody", b"x" * 8))
        assert len(facts.failures) == 1
        await queries.forget_failures(tx, b"x" * 8)
        (facts,) = await reader.all(queries.credentials("nobody", b"x" * 8))
        assert (facts.failures, facts.user_id, facts.is_active) == ([], None, False)
        assert await tx.scalar(select(func.count()).select_from(SignInSession)) == 0
