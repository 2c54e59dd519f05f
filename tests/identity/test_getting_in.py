"""Sign-in, sessions, tokens, resets and invitations, with real commits."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update

from cutwater import identity
from cutwater.identity import queries, service, tokens
from cutwater.identity.authentication import Presented, find_actor
from cutwater.identity.models import AccountLink, Invitation, LinkPurpose, SignInSession, UserAccount
from cutwater.identity.service import accounts, invitations, keys, organizations, people, sessions
from cutwater.kernel import clock, crypto
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.errors import Conflict, Forbidden, Invalid, NotFound, TooMany, Unauthenticated
from cutwater.kernel.grants import Grant
from tests import world
from tests.serving import SETTINGS
from tests.world import PASSWORD

PLATFORM = UUID(int=0)


async def by_cookie(database: Database, token: str, slug: str | None = None) -> Actor | None:
    return await find_actor(database, Presented(session_hash=crypto.fingerprint(token), slug=slug))


async def by_bearer(database: Database, token: str) -> Actor | None:
    access = tokens.read_access(SETTINGS.secrets, token, clock.now())
    return await find_actor(database, Presented(access=access)) if access else None


async def by_key(database: Database, secret: str) -> Actor | None:
    return await find_actor(database, Presented(key_hash=crypto.fingerprint(secret)))


# ---------------------------------------------------------------- signing in


async def test_one_signs_in_by_address_or_user_name(database: Database) -> None:
    made = await world.people_in(database)
    email = await world.email_of(database, made["OWNER"])
    account = await database.reader(made["OWNER"]).first(queries.account(made["OWNER"].user_id))
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
        admin = await service.create_admin(tx, email=world.address(), password=PASSWORD, name="Sue")
        acting = accounts.person_actor(admin)
        await accounts.set_account_active(tx, acting, made["MEMBER"].user_id, is_active=False)
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
    pair = await sessions.issue_tokens(database, SETTINGS.secrets, email, PASSWORD)
    async with database.tx(made["OWNER"]) as tx:
        _, secret = await keys.create_api_key(tx, made["OWNER"], "Key", ["runs:read"])
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
    listed = await database.reader(owner).all(queries.sessions(owner.user_id))
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
        await service.create_admin(tx, email=email, password=PASSWORD, name="Sue")
    session = await sessions.sign_in(database, SETTINGS.secrets, email, PASSWORD)
    actor = await by_cookie(database, session.token, organization["OWNER"].organization)
    assert actor is not None
    assert actor.grants == frozenset(Grant)
    assert (actor.role, actor.organization_id) == ("SUPERADMIN", organization["OWNER"].organization_id)


async def test_a_deleted_organization_lets_nobody_in(database: Database) -> None:
    from cutwater.identity.service import organizations

    made = await world.people_in(database)
    owner = made["OWNER"]
    session = await sessions.sign_in(
        database, SETTINGS.secrets, await world.email_of(database, owner), PASSWORD
    )
    async with database.tx(owner) as tx:
        await organizations.delete_organization(tx, owner, typed_slug=made["OWNER"].organization)
    actor = await by_cookie(database, session.token, made["OWNER"].organization)
    assert actor is not None
    assert actor.organization_id is None


async def test_an_actor_knows_its_teams(database: Database) -> None:
    made = await world.people_in(database, "MEMBER")
    member = made["MEMBER"]
    async with database.tx(made["OWNER"]) as tx:
        team = await service.create_team(tx, made["OWNER"], "DBA", members=[member.user_id])
    session = await sessions.sign_in(
        database, SETTINGS.secrets, await world.email_of(database, member), PASSWORD
    )
    actor = await by_cookie(database, session.token, made["OWNER"].organization)
    assert actor is not None
    assert actor.team_ids == {team.id}


# ---------------------------------------------------------------- deactivation


async def test_deactivation_in_the_only_organization_ends_sessions_tokens_and_keys(
    database: Database,
) -> None:
    made = await world.people_in(database, "MEMBER")
    owner, member = made["OWNER"], made["MEMBER"]
    email = await world.email_of(database, member)
    session = await sessions.sign_in(database, SETTINGS.secrets, email, PASSWORD)
    pair = await sessions.issue_tokens(database, SETTINGS.secrets, email, PASSWORD)
    async with database.tx(member) as tx:
        _, secret = await keys.create_api_key(tx, member, "Key", ["runs:read"])
    assert await by_bearer(database, pair.access_token) is not None
    assert await by_key(database, secret) is not None
    async with database.tx(owner) as tx:
        await people.end_membership(tx, owner, member.user_id)
    assert await by_cookie(database, session.token) is None
    assert await by_bearer(database, pair.access_token) is None
    assert await by_key(database, secret) is None
    with pytest.raises(Unauthenticated):
        await sessions.refresh_tokens(database, SETTINGS.secrets, pair.refresh_token)


async def test_somebody_with_another_organization_stays_signed_in_there(database: Database) -> None:
    made = await world.people_in(database, "MEMBER")
    others = await world.people_in(database)
    email = await world.email_of(database, made["MEMBER"])
    async with database.tx(others["OWNER"]) as tx:
        await service.add_member(tx, others["OWNER"], email=email, name="", role="VIEWER")
    session = await sessions.sign_in(database, SETTINGS.secrets, email, PASSWORD)
    async with database.tx(made["OWNER"]) as tx:
        await people.end_membership(tx, made["OWNER"], made["MEMBER"].user_id)
    there = await by_cookie(database, session.token, others["OWNER"].organization)
    here = await by_cookie(database, session.token, made["OWNER"].organization)
    assert there is not None
    assert there.role == "VIEWER"
    assert here is not None
    assert here.grants == frozenset()


async def test_a_shut_account_is_out_everywhere_and_only_the_platform_shuts_it(database: Database) -> None:
    made = await world.people_in(database, "MEMBER")
    member = made["MEMBER"]
    session = await sessions.sign_in(
        database, SETTINGS.secrets, await world.email_of(database, member), PASSWORD
    )
    with pytest.raises(Forbidden):
        async with database.tx(made["OWNER"]) as tx:
            await accounts.set_account_active(tx, made["OWNER"], member.user_id, is_active=False)
    async with database.tx(None) as tx:
        admin = await service.create_admin(tx, email=world.address(), password=PASSWORD, name="Sue")
        await accounts.set_account_active(tx, accounts.person_actor(admin), member.user_id, is_active=False)
    assert await by_cookie(database, session.token) is None


async def test_two_owners_who_leave_at_once_cannot_both(database: Database) -> None:
    import asyncio

    made = await world.people_in(database, "OWNER")
    rows = await identity.people(database.reader(made["OWNER"]))
    owners = [row.id for row in rows if row.role == "OWNER"]
    assert len(owners) == 2

    async def leave(user_id: UUID) -> str:
        try:
            async with database.tx(made["OWNER"].organization_id) as tx:
                actor = await service.act_as(tx, user_id)
                await people.end_membership(tx, actor, user_id)
        except Conflict:
            return "refused"
        return "left"

    outcomes = await asyncio.gather(*(leave(id) for id in owners))
    assert sorted(outcomes) == ["left", "refused"]


# ---------------------------------------------------------------- tokens and keys


async def test_a_refresh_token_rotates_and_its_reuse_ends_the_family(database: Database) -> None:
    made = await world.people_in(database)
    email = await world.email_of(database, made["OWNER"])
    first = await sessions.issue_tokens(database, SETTINGS.secrets, email, PASSWORD)
    second = await sessions.refresh_tokens(database, SETTINGS.secrets, first.refresh_token)
    assert first.refresh_token != second.refresh_token
    assert await by_bearer(database, second.access_token) is not None
    with pytest.raises(Unauthenticated):
        await sessions.refresh_tokens(database, SETTINGS.secrets, first.refresh_token)
    assert await by_bearer(database, second.access_token) is None
    assert await by_bearer(database, first.access_token) is None
    with pytest.raises(Unauthenticated):
        await sessions.refresh_tokens(database, SETTINGS.secrets, second.refresh_token)
    assert await names_in_log(database, made["OWNER"]) == ["session.started", "refresh_family.revoked"]


async def names_in_log(database: Database, actor: Actor) -> list[str]:
    """What the organization's log says of getting in and out."""
    logged = "select name from event_log where subject_kind = 'account' order by id"
    async with database.tx(actor) as tx:
        return list((await tx.scalars(text(logged))).all())


async def test_signing_in_to_the_api_revoking_it_and_ending_the_others_are_in_the_log(
    database: Database,
) -> None:
    made = await world.people_in(database)
    owner, email = made["OWNER"], await world.email_of(database, made["OWNER"])
    pair = await sessions.issue_tokens(database, SETTINGS.secrets, email, PASSWORD)
    other = await sessions.issue_tokens(database, SETTINGS.secrets, email, PASSWORD)
    await sessions.revoke_token(database, pair.refresh_token)
    await sessions.revoke_token(database, pair.refresh_token)
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
    stolen = await sessions.issue_tokens(database, SETTINGS.secrets, email, PASSWORD)
    other = await sessions.issue_tokens(database, SETTINGS.secrets, email, PASSWORD)
    await sessions.refresh_tokens(database, SETTINGS.secrets, stolen.refresh_token)
    with pytest.raises(Unauthenticated):
        await sessions.refresh_tokens(database, SETTINGS.secrets, stolen.refresh_token)
    assert await by_bearer(database, other.access_token) is not None


async def test_two_refreshes_at_once_give_one_pair(database: Database) -> None:
    import asyncio

    made = await world.people_in(database)
    pair = await sessions.issue_tokens(
        database, SETTINGS.secrets, await world.email_of(database, made["OWNER"]), PASSWORD
    )
    attempts = (sessions.refresh_tokens(database, SETTINGS.secrets, pair.refresh_token) for _ in range(4))
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(isinstance(each, sessions.Pair) for each in outcomes) == 1


async def test_a_refresh_token_lives_seven_days_and_an_access_token_half_an_hour(database: Database) -> None:
    made = await world.people_in(database)
    pair = await sessions.issue_tokens(
        database, SETTINGS.secrets, await world.email_of(database, made["OWNER"]), PASSWORD
    )
    now = datetime.now(UTC)
    assert timedelta(minutes=29) < pair.expires_at - now <= timedelta(minutes=30)
    with clock.frozen(now + timedelta(days=7, seconds=1)), pytest.raises(Unauthenticated):
        await sessions.refresh_tokens(database, SETTINGS.secrets, pair.refresh_token)


async def test_revoking_ends_the_family_and_an_unknown_token_is_no_error(database: Database) -> None:
    made = await world.people_in(database)
    pair = await sessions.issue_tokens(
        database, SETTINGS.secrets, await world.email_of(database, made["OWNER"]), PASSWORD
    )
    await sessions.revoke_token(database, "cwr_nobody-has-this")
    await sessions.revoke_token(database, pair.refresh_token)
    assert await by_bearer(database, pair.access_token) is None


async def test_a_token_is_bound_to_the_organization_that_was_named(database: Database) -> None:
    made = await world.people_in(database)
    others = await world.people_in(database)
    email = await world.email_of(database, made["OWNER"])
    async with database.tx(others["OWNER"]) as tx:
        await service.add_member(tx, others["OWNER"], email=email, name="", role="VIEWER")
    with pytest.raises(Invalid) as unnamed:
        await sessions.issue_tokens(database, SETTINGS.secrets, email, PASSWORD)
    assert made["OWNER"].organization in unnamed.value.fields[0].message
    pair = await sessions.issue_tokens(
        database, SETTINGS.secrets, email, PASSWORD, others["OWNER"].organization
    )
    actor = await by_bearer(database, pair.access_token)
    assert actor is not None
    assert (actor.organization_id, actor.role) == (others["OWNER"].organization_id, "VIEWER")
    with pytest.raises(Invalid):
        await sessions.issue_tokens(database, SETTINGS.secrets, email, PASSWORD, "nowhere")


async def test_a_key_acts_for_its_person_within_its_scopes(database: Database) -> None:
    made = await world.people_in(database, "MANAGER")
    manager = made["MANAGER"]
    async with database.tx(manager) as tx:
        key, secret = await keys.create_api_key(
            tx, manager, "Pipeline", ["releases:write", "runs:read"], days=30
        )
    assert key.scopes == ["releases:write", "runs:read"]
    assert secret.startswith(key.start)
    actor = await by_key(database, secret)
    assert actor is not None
    assert (actor.kind, actor.id, actor.user_id) == ("api_key", key.id, manager.user_id)
    assert actor.grants == {Grant.RELEASES_WRITE, Grant.RUNS_READ}
    async with database.tx(made["OWNER"]) as tx:
        await people.change_member(tx, made["OWNER"], manager.user_id, role="VIEWER")
    weaker = await by_key(database, secret)
    assert weaker is not None
    assert weaker.grants == {Grant.RUNS_READ}


async def test_an_expired_or_revoked_key_is_nothing(database: Database) -> None:
    made = await world.people_in(database, "MEMBER", "MANAGER")
    member = made["MEMBER"]
    async with database.tx(member) as tx:
        with clock.frozen(datetime.now(UTC) - timedelta(days=31)):
            _, old = await keys.create_api_key(tx, member, "Old", ["runs:read"], days=30)
        key, secret = await keys.create_api_key(tx, member, "New", ["runs:read"], days=None)
    assert await by_key(database, old) is None
    assert await by_key(database, secret) is not None
    with pytest.raises(Forbidden):
        async with database.tx(made["MANAGER"]) as tx:
            await keys.revoke_api_key(tx, made["MANAGER"], key.id)
    async with database.tx(made["OWNER"]) as tx:
        await keys.revoke_api_key(tx, made["OWNER"], key.id)
    assert await by_key(database, secret) is None


async def test_a_service_key_has_a_role_and_no_person(database: Database) -> None:
    made = await world.people_in(database)
    owner = made["OWNER"]
    async with database.tx(owner) as tx:
        key, secret = await keys.create_api_key(
            tx, owner, "CI", ["runs:read", "runs:pilot"], service_role="MANAGER"
        )
        with pytest.raises(Invalid):
            await keys.create_api_key(tx, owner, "CI", ["runs:read"], service_role="OWNER")
    actor = await by_key(database, secret)
    assert actor is not None
    assert (actor.user_id, actor.name, actor.role) == (None, "CI", "MANAGER")
    assert actor.grants == {Grant.RUNS_READ, Grant.RUNS_PILOT}
    assert await identity.names(database.reader(owner), [key.id]) == {key.id: "CI"}


# ---------------------------------------------------------------- reset and confirmation


async def reset_link(database: Database, email: str) -> str:
    """Ask for a reset, and take the link as the mail job would."""
    async with database.tx(None) as tx:
        await accounts.request_reset(tx, email)
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
    pair = await sessions.issue_tokens(database, SETTINGS.secrets, email, PASSWORD)
    token = await reset_link(database, email)
    async with database.tx(None) as tx:
        await accounts.reset_password(tx, SETTINGS.secrets, token, "nine quiet estuaries")
    assert await by_cookie(database, session.token) is None
    assert await by_bearer(database, pair.access_token) is None
    with pytest.raises(sessions.WrongCredentials):
        await sessions.sign_in(database, SETTINGS.secrets, email, PASSWORD)
    await sessions.sign_in(database, SETTINGS.secrets, email, "nine quiet estuaries")
    with pytest.raises(Conflict, match="used already"):
        async with database.tx(None) as tx:
            await accounts.reset_password(tx, SETTINGS.secrets, token, "ten quiet estuaries")


async def test_a_new_password_spends_every_link_that_was_mailed_to_set_one(database: Database) -> None:
    made = await world.people_in(database)
    owner, email = made["OWNER"], await world.email_of(database, made["OWNER"])
    first, second = await reset_link(database, email), await reset_link(database, email)
    assert first != second
    async with database.tx(owner) as tx:
        await accounts.change_password(tx, owner, current=PASSWORD, new="nine quiet estuaries")
    for token in (first, second):
        with pytest.raises(Conflict, match="used already"):
            async with database.tx(None) as tx:
                await accounts.reset_password(tx, SETTINGS.secrets, token, "ten quiet estuaries")


async def test_a_weak_new_password_does_not_use_the_link_up(database: Database) -> None:
    made = await world.people_in(database)
    token = await reset_link(database, await world.email_of(database, made["OWNER"]))
    with pytest.raises(Invalid):
        async with database.tx(None) as tx:
            await accounts.reset_password(tx, SETTINGS.secrets, token, "short")
    async with database.tx(None) as tx:
        await accounts.reset_password(tx, SETTINGS.secrets, token, "nine quiet estuaries")


async def test_a_reset_link_is_too_old_after_an_hour_and_fits_nothing_else(database: Database) -> None:
    made = await world.people_in(database)
    token = await reset_link(database, await world.email_of(database, made["OWNER"]))
    reader = database.reader(None)
    with pytest.raises(NotFound):
        await accounts.link_of(reader, SETTINGS.secrets, token, LinkPurpose.CONFIRM)
    with pytest.raises(NotFound):
        await accounts.link_of(reader, SETTINGS.secrets, token[:-1] + "x", LinkPurpose.RESET)
    with clock.frozen(datetime.now(UTC) + timedelta(minutes=61)), pytest.raises(Conflict, match="too old"):
        await accounts.link_of(reader, SETTINGS.secrets, token, LinkPurpose.RESET)


async def test_asking_for_somebody_unknown_does_nothing_and_says_nothing(database: Database) -> None:
    count = text("select count(*) from event_log where name = 'password_reset.requested'")
    async with database.tx(PLATFORM) as tx:
        before = await tx.scalar(count)
    async with database.tx(None) as tx:
        await accounts.request_reset(tx, "nobody@bank.example")
    async with database.tx(PLATFORM) as tx:
        assert await tx.scalar(count) == before


async def test_an_address_is_confirmed_by_its_link_once(database: Database) -> None:
    async with database.tx(None) as tx:
        account = await world.account(tx)
        link = (await tx.scalars(select(AccountLink))).one()
    mail = await identity.mailed_link(database.reader(None), SETTINGS, "confirm", link.id)
    token = mail.url.rsplit("/", 1)[1]
    async with database.tx(None) as tx:
        confirmed = await accounts.confirm_email(tx, SETTINGS.secrets, token)
        assert confirmed.id == account.id
        assert confirmed.email_confirmed_at is not None
    with pytest.raises(Conflict):
        async with database.tx(None) as tx:
            await accounts.confirm_email(tx, SETTINGS.secrets, token)


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
                await accounts.change_password(tx, actor, current=current, new=new)
    async with database.tx(actor) as tx:
        await accounts.change_password(tx, actor, current=PASSWORD, new="nine quiet estuaries")
    assert await by_cookie(database, here.token, made["OWNER"].organization) is not None
    assert await by_cookie(database, there.token) is None


# ---------------------------------------------------------------- invitations


async def invited(database: Database, owner: Actor, email: str, **more: Any) -> tuple[Invitation, str]:
    """An invitation and the secret part of its link, as mailed."""
    async with database.tx(owner) as tx:
        made = await service.invite(tx, owner, email, "MEMBER", **more)
    mail = await identity.mailed_link(database.reader(owner.organization_id), SETTINGS, "invitation", made.id)
    assert mail.to == email
    return made, mail.url.rsplit("/", 1)[1]


async def accept(database: Database, token: str, user_id: UUID | None) -> None:
    async with database.tx(None) as tx:
        reader = database.reader(None)
        if user_id is None:
            await invitations.accept_as_new(
                tx, reader, SETTINGS.secrets, token, name="New Person", password=PASSWORD
            )
        else:
            await invitations.accept_invitation(tx, reader, SETTINGS.secrets, token, user_id)


async def test_somebody_new_joins_with_a_confirmed_address_their_teams_and_the_local_time(
    database: Database,
) -> None:
    made = await world.people_in(database)
    owner, email = made["OWNER"], world.address()
    async with database.tx(owner) as tx:
        await organizations.change_organization(tx, owner, zone="Europe/Zurich")
        team = await service.create_team(tx, owner, "DBA")
    _, token = await invited(database, owner, email, team_ids=[team.id])
    await accept(database, token, None)
    session = await sessions.sign_in(database, SETTINGS.secrets, email, PASSWORD)
    actor = await by_cookie(database, session.token, made["OWNER"].organization)
    assert actor is not None
    assert (actor.role, actor.team_ids, actor.zone) == ("MEMBER", {team.id}, "Europe/Zurich")
    account = await database.reader(actor).first(queries.account(actor.user_id))
    assert account.email_confirmed_at is not None
    with pytest.raises(Conflict, match="used already"):
        await accept(database, token, actor.user_id)


async def test_whoever_comes_back_by_an_invitation_is_what_it_says_and_no_auditor_any_more(
    database: Database,
) -> None:
    made = await world.people_in(database, "MANAGER")
    owner, member = made["OWNER"], made["MANAGER"]
    assert member.user_id
    async with database.tx(owner) as tx:
        await people.change_member(tx, owner, member.user_id, is_auditor=True)
        await people.end_membership(tx, owner, member.user_id)
    _, token = await invited(database, owner, await world.email_of(database, member))
    await accept(database, token, member.user_id)
    [row] = await database.reader(owner).all(queries.people().where(UserAccount.id == member.user_id))
    assert (row.role, row.is_auditor) == ("MEMBER", False)
    async with database.tx(owner) as tx:
        await people.change_member(tx, owner, member.user_id, is_auditor=True)
        await people.end_membership(tx, owner, member.user_id)
        await people.restore_member(tx, owner, member.user_id)
    [row] = await database.reader(owner).all(queries.people().where(UserAccount.id == member.user_id))
    assert (row.role, row.is_auditor) == ("MEMBER", True), "reactivated as what they were"


async def test_an_invitation_for_another_address_is_refused(database: Database) -> None:
    made = await world.people_in(database)
    others = await world.people_in(database)
    _, token = await invited(database, made["OWNER"], world.address())
    with pytest.raises(Forbidden, match="you are signed in as") as refused:
        await accept(database, token, others["OWNER"].user_id)
    assert [each.code for each in refused.value.obstacles] == ["permission.email"]


async def test_an_invitation_is_for_seven_days_and_can_be_withdrawn(database: Database) -> None:
    made = await world.people_in(database)
    owner = made["OWNER"]
    _, token = await invited(database, owner, world.address())
    with (
        clock.frozen(datetime.now(UTC) + timedelta(days=7, seconds=1)),
        pytest.raises(Conflict, match="too old"),
    ):
        await accept(database, token, None)
    invitation, other = await invited(database, owner, world.address())
    async with database.tx(owner) as tx:
        await invitations.revoke_invitation(tx, owner, invitation.id)
    with pytest.raises(Conflict, match="withdrawn"):
        await accept(database, other, None)
    with pytest.raises(NotFound):
        async with database.tx(owner) as tx:
            await invitations.revoke_invitation(tx, owner, invitation.id)


async def test_inviting_again_replaces_the_open_invitation(database: Database) -> None:
    made = await world.people_in(database)
    email = world.address()
    _, first = await invited(database, made["OWNER"], email)
    _, second = await invited(database, made["OWNER"], email)
    with pytest.raises(Conflict, match="withdrawn"):
        await accept(database, first, None)
    await accept(database, second, None)
    open_now = await database.reader(made["OWNER"]).all(queries.invitations())
    assert open_now == []


async def test_a_member_is_not_invited_and_a_foreign_team_is_unknown(database: Database) -> None:
    made = await world.people_in(database, "MEMBER")
    others = await world.people_in(database)
    owner = made["OWNER"]
    async with database.tx(others["OWNER"]) as tx:
        team = await service.create_team(tx, others["OWNER"], "Theirs")
    email = await world.email_of(database, made["MEMBER"])
    with pytest.raises(Conflict, match="already"):
        await invited(database, owner, email)
    for wrong, more in (("nonsense", {}), (world.address(), {"team_ids": [team.id]})):
        with pytest.raises(Invalid):
            await invited(database, owner, wrong, **more)


@pytest.mark.parametrize("token", ["x", "0" * 32 + "." + "a" * 43])
async def test_a_made_up_link_is_not_found(database: Database, token: str) -> None:
    with pytest.raises(NotFound):
        await accept(database, token, None)
    with pytest.raises(NotFound):
        await accounts.link_of(database.reader(None), SETTINGS.secrets, token, LinkPurpose.RESET)


async def test_failures_of_a_day_ago_are_forgotten(database: Database) -> None:
    from cutwater.identity.queries import lookups

    async with database.tx(None) as tx:
        await tx.execute(lookups.note_failure(b"x" * 8))
        facts = (await tx.execute(lookups.credentials("nobody", b"x" * 8))).one()
        assert len(facts.failures) == 1
        await tx.execute(lookups.forget_failures(b"x" * 8))
        facts = (await tx.execute(lookups.credentials("nobody", b"x" * 8))).one()
        assert (facts.failures, facts.user_id, facts.is_active) == ([], None, False)
        assert await tx.scalar(select(func.count()).select_from(SignInSession)) == 0
