"""Who is in, as what."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import identity
from cutwater.identity.members.service.invitations import invite
from cutwater.identity.members.service.members import (
    act_as,
    add_member,
    end_membership,
    restore_member,
    update_member,
)
from cutwater.identity.organizations import queries
from cutwater.identity.organizations.models import Membership
from cutwater.identity.organizations.views import person_in_organization
from cutwater.identity.teams.service import create_team
from cutwater.kernel.errors import Conflict, Forbidden, NotFound, Stale
from cutwater.kernel.paging import Offset, page_of
from cutwater.kernel.reader import SessionReader
from tests import world


async def test_the_last_owner_neither_leaves_nor_becomes_less(tx: AsyncSession) -> None:
    owner = await world.organization(tx)
    with pytest.raises(Conflict, match="last owner"):
        await end_membership(tx, owner, owner.user_id)
    with pytest.raises(Conflict, match="last owner"):
        await update_member(tx, owner, owner.user_id, role="ADMIN")
    other = await world.person(tx, owner, "OWNER")
    await end_membership(tx, owner, owner.user_id)
    with pytest.raises(Conflict, match="last owner"):
        await end_membership(tx, other, other.user_id)


async def test_an_admin_makes_and_unmakes_no_owner(tx: AsyncSession) -> None:
    owner = await world.organization(tx)
    admin = await world.person(tx, owner, "ADMIN")
    member = await world.person(tx, owner, "MEMBER")
    second = await world.person(tx, owner, "OWNER")
    with pytest.raises(Forbidden, match="name an owner"):
        await update_member(tx, admin, member.user_id, role="OWNER")
    with pytest.raises(Forbidden, match="owner's role"):
        await update_member(tx, admin, second.user_id, role="ADMIN")
    with pytest.raises(Forbidden):
        await end_membership(tx, admin, second.user_id)
    await update_member(tx, admin, member.user_id, role="MANAGER", is_auditor=True)
    changed = await person_in_organization(tx, member.user_id)
    assert (changed.role, changed.is_auditor, changed.revision) == ("MANAGER", True, 2)


async def test_a_member_manages_nobody_but_may_leave(tx: AsyncSession) -> None:
    owner = await world.organization(tx)
    member, other = await world.person(tx, owner, "MEMBER"), await world.person(tx, owner, "VIEWER")
    for attempt in (
        update_member(tx, member, other.user_id, role="MEMBER"),
        end_membership(tx, member, other.user_id),
        add_member(tx, member, email=world.address(), name="X", role="MEMBER"),
        invite(tx, member, world.address(), "MEMBER"),
    ):
        with pytest.raises(Forbidden):
            await attempt
    await end_membership(tx, member, member.user_id)
    with pytest.raises(NotFound):
        await identity.person_in_organization(tx, member.user_id)


async def test_who_was_deactivated_keeps_the_name_and_can_come_back(
    tx: AsyncSession, reader: SessionReader
) -> None:
    owner = await world.organization(tx)
    member = await world.person(tx, owner, "MANAGER", "Mona Lake")
    await end_membership(tx, owner, member.user_id)
    assert await identity.names(reader, [member.user_id, owner.user_id, None]) == {
        member.user_id: "Mona Lake",
        owner.user_id: "Olga Owner",
    }
    assert [each.id for each in await identity.people(reader)] == [owner.user_id]
    with pytest.raises(Conflict, match="deactivated"):
        await update_member(tx, owner, member.user_id, role="MEMBER")
    await restore_member(tx, owner, member.user_id)
    assert (await act_as(tx, member.user_id)).role == "MANAGER"
    with pytest.raises(Conflict, match="already"):
        await restore_member(tx, owner, member.user_id)


async def test_one_person_may_be_in_many_organizations(tx: AsyncSession) -> None:
    email = world.address()
    first = await world.organization(tx, "First")
    known = await add_member(tx, first, email=email, name="Nadia", role="MEMBER")
    second = await world.organization(tx, "Second")
    again = await add_member(tx, second, email=email.upper(), name="Ignored", role="VIEWER")
    assert again == known
    assert (await person_in_organization(tx, known)).name == "Nadia"
    assert (await tx.scalars(select(Membership.role).where(Membership.user_id == known))).all() == ["VIEWER"]


async def test_every_change_is_logged_with_ids_and_without_names(tx: AsyncSession) -> None:
    owner = await world.organization(tx)
    member = await world.person(tx, owner, "MEMBER", "Unmistakable Name")
    await update_member(tx, owner, member.user_id, role="MANAGER")
    await end_membership(tx, owner, member.user_id)
    rows = (await tx.execute(text("select name, data::text from event_log order by id"))).all()
    names = [row.name for row in rows]
    assert names[-4:] == ["organization.created", "member.added", "member.changed", "member.ended"]
    assert not any("Unmistakable" in row.data or "@" in row.data for row in rows)


async def test_every_list_is_one_trip_however_long(tx: AsyncSession, reader: SessionReader) -> None:
    owner = await world.organization(tx)
    everybody = [await world.person(tx, owner, "MEMBER", f"Person {number}") for number in range(5)]
    await create_team(tx, owner, "DBA", members=[each.user_id for each in everybody])
    await tx.flush()
    before = reader.trips
    page = await page_of(reader, queries.people(), Offset(per_page=3))
    assert (page.total, len(page.rows), reader.trips - before) == (6, 3, 1)
    assert len(await identity.people(reader)) == 6
    assert [team.members for team in await identity.all_teams(reader)] == [5]
    assert len(await identity.names(reader, [each.user_id for each in everybody])) == 5
    assert reader.trips - before == 4
    assert await identity.names(reader, []) == {}
    assert reader.trips - before == 4


async def test_a_member_is_refused_as_forbidden_then_stale_then_by_every_rule(tx: AsyncSession) -> None:
    owner = await world.organization(tx)
    member, other = await world.person(tx, owner, "MEMBER"), await world.person(tx, owner, "VIEWER")
    await update_member(tx, owner, other.user_id, role="MEMBER")
    await end_membership(tx, owner, other.user_id)
    with pytest.raises(Forbidden) as forbidden:
        await update_member(tx, member, other.user_id, role="VIEWER", seen_revision=1)
    assert [each.code for each in forbidden.value.obstacles] == ["permission.people.manage"]
    with pytest.raises(Stale, match="Olga Owner changed it since you looked: deactivated"):
        await update_member(tx, owner, other.user_id, role="VIEWER", seen_revision=1)
    with pytest.raises(Conflict) as ended:
        await update_member(tx, owner, other.user_id, role="VIEWER", seen_revision=3)
    assert [each.code for each in ended.value.obstacles] == ["member.ended"]
    with pytest.raises(Conflict, match="deactivated already"):
        await end_membership(tx, owner, other.user_id)
    with pytest.raises(Forbidden):
        await end_membership(tx, member, other.user_id)


async def test_a_changed_member_is_logged_as_stored(tx: AsyncSession) -> None:
    owner = await world.organization(tx)
    member = await world.person(tx, owner, "MEMBER")
    await update_member(tx, owner, member.user_id, role="MANAGER", is_auditor=True, seen_revision=1)
    await update_member(tx, owner, member.user_id, role="MANAGER", is_auditor=True, seen_revision=2)
    rows = (await tx.scalars(text("select data from event_log where name = 'member.changed'"))).all()
    assert [row["changes"] for row in rows] == [{"role": ["MEMBER", "MANAGER"], "is_auditor": [False, True]}]
    assert rows[0]["headline"] == "changed the role and the auditor grant"
