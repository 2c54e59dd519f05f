"""Passwords that are changed or forgotten."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from cutwater import identity
from cutwater.identity.accounts.models import LinkPurpose
from cutwater.identity.accounts.service.links import link_of
from cutwater.identity.sessions.service import sessions
from cutwater.identity.sessions.service.passwords import request_reset, reset_password, update_password
from cutwater.identity.sessions.service.tokens import issue_tokens
from cutwater.kernel import clock
from cutwater.kernel.db import Database
from cutwater.kernel.errors import Conflict, Invalid, NotFound
from tests import world
from tests.identity.presented import PLATFORM, by_bearer, by_cookie
from tests.serving import SETTINGS
from tests.world import PASSWORD

# ---------------------------------------------------------------- reset and confirmation


async def reset_link(database: Database, email: str) -> str:
    """Ask for a reset, and take the link as the mail job would."""
    async with database.tx(None) as tx:
        await request_reset(tx, email)
    async with database.tx(PLATFORM) as tx:
        newest = select(text("subject_id from event_log where name = 'password_reset.requested'"))
        id = (await tx.scalars(newest.order_by(text("id desc")))).first()
    mail = await identity.mailed_link(database.reader(None), SETTINGS, "reset", id)
    assert (mail.to, mail.is_open) == (email, True)
    assert mail.url.startswith(f"{SETTINGS.base_url}/reset/")
    return mail.url.rsplit("/", 1)[1]


async def test_a_reset_works_once_and_ends_every_other_sign_in(database: Database) -> None:
    made = await world.people_in(database)
    email = await world.email_of(database, made["OWNER"])
    session = await sessions.sign_in(database, SETTINGS.secrets, email, PASSWORD)
    pair = await issue_tokens(database, SETTINGS.secrets, email, PASSWORD)
    token = await reset_link(database, email)
    async with database.tx(None) as tx:
        await reset_password(tx, SETTINGS.secrets, token, "nine quiet estuaries")
    assert await by_cookie(database, session.token) is None
    assert await by_bearer(database, pair.access_token) is None
    with pytest.raises(sessions.WrongCredentials):
        await sessions.sign_in(database, SETTINGS.secrets, email, PASSWORD)
    await sessions.sign_in(database, SETTINGS.secrets, email, "nine quiet estuaries")
    with pytest.raises(Conflict, match="used already"):
        async with database.tx(None) as tx:
            await reset_password(tx, SETTINGS.secrets, token, "ten quiet estuaries")


async def test_a_new_password_spends_every_link_that_was_mailed_to_set_one(database: Database) -> None:
    made = await world.people_in(database)
    owner, email = made["OWNER"], await world.email_of(database, made["OWNER"])
    first, second = await reset_link(database, email), await reset_link(database, email)
    assert first != second
    async with database.tx(owner) as tx:
        await update_password(tx, owner, current=PASSWORD, new="nine quiet estuaries")
    for token in (first, second):
        with pytest.raises(Conflict, match="used already"):
            async with database.tx(None) as tx:
                await reset_password(tx, SETTINGS.secrets, token, "ten quiet estuaries")


async def test_a_weak_new_password_does_not_use_the_link_up(database: Database) -> None:
    made = await world.people_in(database)
    token = await reset_link(database, await world.email_of(database, made["OWNER"]))
    with pytest.raises(Invalid):
        async with database.tx(None) as tx:
            await reset_password(tx, SETTINGS.secrets, token, "short")
    async with database.tx(None) as tx:
        await reset_password(tx, SETTINGS.secrets, token, "nine quiet estuaries")


async def test_a_reset_link_is_too_old_after_an_hour_and_fits_nothing_else(database: Database) -> None:
    made = await world.people_in(database)
    token = await reset_link(database, await world.email_of(database, made["OWNER"]))
    reader = database.reader(None)
    with pytest.raises(NotFound):
        await link_of(reader, SETTINGS.secrets, token, LinkPurpose.CONFIRM)
    with pytest.raises(NotFound):
        await link_of(reader, SETTINGS.secrets, token[:-1] + "x", LinkPurpose.RESET)
    with clock.frozen(datetime.now(UTC) + timedelta(minutes=61)), pytest.raises(Conflict, match="too old"):
        await link_of(reader, SETTINGS.secrets, token, LinkPurpose.RESET)


async def test_asking_for_somebody_unknown_does_nothing_and_says_nothing(database: Database) -> None:
    count = text("select count(*) from event_log where name = 'password_reset.requested'")
    async with database.tx(PLATFORM) as tx:
        before = await tx.scalar(count)
    async with database.tx(None) as tx:
        await request_reset(tx, "nobody@bank.example")
    async with database.tx(PLATFORM) as tx:
        assert await tx.scalar(count) == before


async def test_changing_a_password_needs_the_old_and_keeps_this_session_only(database: Database) -> None:
    made = await world.people_in(database)
    email = await world.email_of(database, made["OWNER"])
    here = await sessions.sign_in(database, SETTINGS.secrets, email, PASSWORD)
    there = await sessions.sign_in(database, SETTINGS.secrets, email, PASSWORD)
    actor = await by_cookie(database, here.token, made["OWNER"].organization)
    assert actor is not None
    for current, new in (("wrong", "nine quiet estuaries"), (PASSWORD, PASSWORD), (PASSWORD, "short")):
        with pytest.raises(Invalid):
            async with database.tx(actor) as tx:
                await update_password(tx, actor, current=current, new=new)
    async with database.tx(actor) as tx:
        await update_password(tx, actor, current=PASSWORD, new="nine quiet estuaries")
    assert await by_cookie(database, here.token, made["OWNER"].organization) is not None
    assert await by_cookie(database, there.token) is None
