"""Founding an organization and letting people in, in one rolled-back transaction."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import identity
from cutwater.identity import queries, service
from cutwater.identity.accounts import SignUpPolicy
from cutwater.identity.api.common import page_of
from cutwater.identity.models import Membership
from cutwater.identity.service import organizations, people
from cutwater.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from cutwater.kernel.grants import Grant
from cutwater.kernel.paging import Offset
from cutwater.kernel.reader import SessionReader
from tests import world


async def test_who_founds_an_organization_owns_it(tx: AsyncSession) -> None:
    owner = await world.organization(tx, "Zürcher Bank & Co")
    assert owner.organization.startswith("zurcher-bank-and-co")
    assert owner.role == "OWNER"
    assert owner.may(Grant.ORGANIZATION_OWN)
    assert not owner.may(Grant.PLATFORM_MANAGE)
    assert owner.organization_id == owner.organization_id


async def test_two_organizations_of_one_name_get_different_slugs(tx: AsyncSession) -> None:
    first = await world.organization(tx, "Twin Bank")
    second = await world.organization(tx, "Twin Bank")
    assert (first.organization, second.organization) == ("twin-bank", "twin-bank-2")


@pytest.mark.parametrize(
    ("slug", "says"),
    [
        ("North Bank", "lower-case"),
        ("-north", "lower-case"),
        ("admin", "reserved"),
        ("a", "at least 2"),
        ("x" * 41, "at most 40"),
    ],
)
async def test_a_bad_slug_is_refused_with_the_reason(tx: AsyncSession, slug: str, says: str) -> None:
    founder = await world.account(tx)
    with pytest.raises(Invalid) as refused:
        await service.create_organization(tx, founder.id, "North", slug=slug)
    assert says in refused.value.fields[0].message


async def test_a_taken_slug_is_refused(tx: AsyncSession) -> None:
    await world.organization(tx, "South Bank")
    founder = await world.account(tx)
    with pytest.raises(Invalid, match="correction") as refused:
        await service.create_organization(tx, founder.id, "Other", slug="south-bank")
    assert refused.value.fields[0].field == "slug"


async def test_only_superadmins_found_organizations_when_the_platform_says_so(tx: AsyncSession) -> None:
    founder = await world.account(tx)
    with pytest.raises(Forbidden, match="administrators create"):
        await service.create_organization(tx, founder.id, "Bank", policy=SignUpPolicy.of("superadmin", ""))
    founder.is_superadmin = True
    await service.create_organization(tx, founder.id, "Bank", policy=SignUpPolicy.of("superadmin", ""))


async def test_by_domain_the_address_must_be_of_it_and_confirmed(tx: AsyncSession) -> None:
    policy = SignUpPolicy.of("domain", "@Bank.example, other.example")
    founder = await world.account(tx)
    with pytest.raises(Forbidden) as refused:
        await service.create_organization(tx, founder.id, "Bank", policy=policy)
    assert [each.code for each in refused.value.obstacles] == ["permission.unconfirmed"]
    stranger = await world.account(tx, email=world.address().replace("bank.", "elsewhere."))
    with pytest.raises(Forbidden) as both:
        await service.create_organization(tx, stranger.id, "Bank", policy=policy)
    assert [each.code for each in both.value.obstacles] == ["permission.domain", "permission.unconfirmed"]


async def test_a_rename_needs_an_admin_and_a_fresh_view(tx: AsyncSession) -> None:
    owner = await world.organization(tx)
    manager = await world.person(tx, owner, "MANAGER")
    with pytest.raises(Forbidden):
        await organizations.change_organization(tx, manager, name="Mine")
    changed = await organizations.change_organization(tx, owner, name="New", zone="Europe/Zurich")
    assert (changed.name, changed.zone, changed.revision) == ("New", "Europe/Zurich", 2)
    with pytest.raises(Stale):
        await organizations.change_organization(tx, owner, name="Newer", seen_revision=1)


async def test_deleting_needs_the_owner_and_the_typed_name(tx: AsyncSession) -> None:
    owner = await world.organization(tx)
    admin = await world.person(tx, owner, "ADMIN")
    with pytest.raises(Forbidden):
        await organizations.delete_organization(tx, admin, typed_slug=owner.organization)
    with pytest.raises(Invalid):
        await organizations.delete_organization(tx, owner, typed_slug="yes")
    await organizations.delete_organization(tx, owner, typed_slug=owner.organization)
    with pytest.raises(NotFound):
        await service.act_as(tx, owner.user_id)


async def test_the_last_owner_neither_leaves_nor_becomes_less(tx: AsyncSession) -> None:
    owner = await world.organization(tx)
    with pytest.raises(Conflict, match="last owner"):
        await people.end_membership(tx, owner, owner.user_id)
    with pytest.raises(Conflict, match="last owner"):
        await people.change_member(tx, owner, owner.user_id, role="ADMIN")
    other = await world.person(tx, owner, "OWNER")
    await people.end_membership(tx, owner, owner.user_id)
    with pytest.raises(Conflict, match="last owner"):
        await people.end_membership(tx, other, other.user_id)


async def test_an_admin_makes_and_unmakes_no_owner(tx: AsyncSession) -> None:
    owner = await world.organization(tx)
    admin = await world.person(tx, owner, "ADMIN")
    member = await world.person(tx, owner, "MEMBER")
    second = await world.person(tx, owner, "OWNER")
    with pytest.raises(Forbidden, match="name an owner"):
        await people.change_member(tx, admin, member.user_id, role="OWNER")
    with pytest.raises(Forbidden, match="owner's role"):
        await people.change_member(tx, admin, second.user_id, role="ADMIN")
    with pytest.raises(Forbidden):
        await people.end_membership(tx, admin, second.user_id)
    changed = await people.change_member(tx, admin, member.user_id, role="MANAGER", is_auditor=True)
    assert (changed.role, changed.is_auditor) == ("MANAGER", True)


async def test_a_member_manages_nobody_but_may_leave(tx: AsyncSession) -> None:
    owner = await world.organization(tx)
    member, other = await world.person(tx, owner, "MEMBER"), await world.person(tx, owner, "VIEWER")
    for attempt in (
        people.change_member(tx, member, other.user_id, role="MEMBER"),
        people.end_membership(tx, member, other.user_id),
        service.add_member(tx, member, email=world.address(), name="X", role="MEMBER"),
        service.invite(tx, member, world.address(), "MEMBER"),
    ):
        with pytest.raises(Forbidden):
            await attempt
    await people.end_membership(tx, member, member.user_id)
    with pytest.raises(NotFound):
        await identity.person_in_organization(tx, member.user_id)


async def test_who_was_deactivated_keeps_the_name_and_can_come_back(
    tx: AsyncSession, reader: SessionReader
) -> None:
    owner = await world.organization(tx)
    member = await world.person(tx, owner, "MANAGER", "Mona Lake")
    await people.end_membership(tx, owner, member.user_id)
    assert await identity.names(reader, [member.user_id, owner.user_id, None]) == {
        member.user_id: "Mona Lake",
        owner.user_id: "Olga Owner",
    }
    assert [each.id for each in await identity.people(reader)] == [owner.user_id]
    with pytest.raises(Conflict, match="deactivated"):
        await people.change_member(tx, owner, member.user_id, role="MEMBER")
    await people.restore_member(tx, owner, member.user_id)
    assert (await service.act_as(tx, member.user_id)).role == "MANAGER"
    with pytest.raises(Conflict, match="already"):
        await people.restore_member(tx, owner, member.user_id)


async def test_one_person_may_be_in_many_organizations(tx: AsyncSession) -> None:
    email = world.address()
    first = await world.organization(tx, "First")
    known = await service.add_member(tx, first, email=email, name="Nadia", role="MEMBER")
    second = await world.organization(tx, "Second")
    again = await service.add_member(tx, second, email=email.upper(), name="Ignored", role="VIEWER")
    assert again.id == known.id
    assert again.name == "Nadia"
    assert (await tx.scalars(select(Membership.role).where(Membership.user_id == known.id))).all() == [
        "VIEWER"
    ]


async def test_every_change_is_logged_with_ids_and_without_names(tx: AsyncSession) -> None:
    owner = await world.organization(tx)
    member = await world.person(tx, owner, "MEMBER", "Unmistakable Name")
    await people.change_member(tx, owner, member.user_id, role="MANAGER")
    await people.end_membership(tx, owner, member.user_id)
    rows = (await tx.execute(text("select name, data::text from event_log order by id"))).all()
    names = [row.name for row in rows]
    assert names[-4:] == ["organization.created", "member.added", "member.changed", "member.ended"]
    assert not any("Unmistakable" in row.data or "@" in row.data for row in rows)


async def test_every_list_is_one_trip_however_long(tx: AsyncSession, reader: SessionReader) -> None:
    owner = await world.organization(tx)
    everybody = [await world.person(tx, owner, "MEMBER", f"Person {number}") for number in range(5)]
    await service.create_team(tx, owner, "DBA", members=[each.user_id for each in everybody])
    await tx.flush()
    before = reader.trips
    page = await page_of(reader, queries.people(), Offset(per_page=3))
    assert (page.total, len(page.rows), reader.trips - before) == (6, 3, 1)
    assert len(await identity.people(reader)) == 6
    assert [team.members for team in await identity.teams(reader)] == [5]
    assert len(await identity.names(reader, [each.user_id for each in everybody])) == 5
    assert reader.trips - before == 4
    assert await identity.names(reader, []) == {}
    assert reader.trips - before == 4
