"""Invitations, with real commits."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from cutwater import identity
from cutwater.identity.accounts import queries as accounts_queries
from cutwater.identity.accounts.models import LinkPurpose, UserAccount
from cutwater.identity.accounts.service.links import link_of
from cutwater.identity.members import queries as members_queries
from cutwater.identity.members.service import invitations
from cutwater.identity.members.service.members import end_membership, restore_member, update_member
from cutwater.identity.organizations.queries import people
from cutwater.identity.organizations.service import update_organization
from cutwater.identity.sessions.service import sessions
from cutwater.identity.teams.service import create_team
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tests import world
from tests.identity.presented import by_cookie
from tests.serving import SETTINGS
from tests.world import PASSWORD

# ---------------------------------------------------------------- invitations


async def invited(database: Database, owner: Actor, email: str, **more: Any) -> tuple[UUID, str]:
    """An invitation and the secret part of its link, as mailed."""
    async with database.tx(owner) as tx:
        made = await invitations.invite(tx, owner, email, "MEMBER", **more)
    mail = await identity.mailed_link(
        database.reader(owner.organization_id), SETTINGS, "invitation", made.invitation_id
    )
    assert mail.to == email
    return made.invitation_id, mail.url.rsplit("/", 1)[1]


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
        await update_organization(tx, owner, zone="Europe/Zurich")
        team = await create_team(tx, owner, "DBA")
    _, token = await invited(database, owner, email, team_ids=[team.team_id])
    await accept(database, token, None)
    session = await sessions.sign_in(database, SETTINGS.secrets, email, PASSWORD)
    actor = await by_cookie(database, session.token, made["OWNER"].organization)
    assert actor is not None
    assert (actor.role, actor.team_ids, actor.zone) == ("MEMBER", {team.team_id}, "Europe/Zurich")
    account = await database.reader(actor).first(accounts_queries.account(actor.user_id))
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
        await update_member(tx, owner, member.user_id, is_auditor=True)
        await end_membership(tx, owner, member.user_id)
    _, token = await invited(database, owner, await world.email_of(database, member))
    await accept(database, token, member.user_id)
    [row] = await database.reader(owner).all(people().where(UserAccount.id == member.user_id))
    assert (row.role, row.is_auditor) == ("MEMBER", False)
    async with database.tx(owner) as tx:
        await update_member(tx, owner, member.user_id, is_auditor=True)
        await end_membership(tx, owner, member.user_id)
        await restore_member(tx, owner, member.user_id)
    [row] = await database.reader(owner).all(people().where(UserAccount.id == member.user_id))
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
        await invitations.revoke_invitation(tx, owner, invitation)
    with pytest.raises(Conflict, match="withdrawn"):
        await accept(database, other, None)
    with pytest.raises(NotFound):
        async with database.tx(owner) as tx:
            await invitations.revoke_invitation(tx, owner, invitation)


async def test_inviting_again_replaces_the_open_invitation(database: Database) -> None:
    made = await world.people_in(database)
    email = world.address()
    _, first = await invited(database, made["OWNER"], email)
    _, second = await invited(database, made["OWNER"], email)
    with pytest.raises(Conflict, match="withdrawn"):
        await accept(database, first, None)
    await accept(database, second, None)
    open_now = await database.reader(made["OWNER"]).all(members_queries.invitations())
    assert open_now == []


async def test_a_member_is_not_invited_and_a_foreign_team_is_unknown(database: Database) -> None:
    made = await world.people_in(database, "MEMBER")
    others = await world.people_in(database)
    owner = made["OWNER"]
    async with database.tx(others["OWNER"]) as tx:
        team = await create_team(tx, others["OWNER"], "Theirs")
    email = await world.email_of(database, made["MEMBER"])
    with pytest.raises(Conflict, match="already"):
        await invited(database, owner, email)
    for wrong, more in (("nonsense", {}), (world.address(), {"team_ids": [team.team_id]})):
        with pytest.raises(Invalid):
            await invited(database, owner, wrong, **more)


@pytest.mark.parametrize("token", ["x", "0" * 32 + "." + "a" * 43])
async def test_a_made_up_link_is_not_found(database: Database, token: str) -> None:
    with pytest.raises(NotFound):
        await accept(database, token, None)
    with pytest.raises(NotFound):
        await link_of(database.reader(None), SETTINGS.secrets, token, LinkPurpose.RESET)
