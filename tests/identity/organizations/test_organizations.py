"""Founding, renaming and deleting an organization."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.identity.accounts.models import UserAccount
from cutwater.identity.core.founding import SignUpPolicy
from cutwater.identity.members.service.members import act_as
from cutwater.identity.organizations.service import (
    create_organization,
    delete_organization,
    update_organization,
)
from cutwater.identity.organizations.views import organization
from cutwater.kernel.errors import Forbidden, Invalid, NotFound, Stale
from cutwater.kernel.grants import Grant
from cutwater.kernel.keyed import held
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
        await create_organization(tx, founder.id, "North", slug=slug)
    assert says in refused.value.fields[0].message


async def test_a_taken_slug_is_refused(tx: AsyncSession) -> None:
    await world.organization(tx, "South Bank")
    founder = await world.account(tx)
    with pytest.raises(Invalid, match="correction") as refused:
        await create_organization(tx, founder.id, "Other", slug="south-bank")
    assert refused.value.fields[0].field == "slug"


async def test_only_superadmins_found_organizations_when_the_platform_says_so(tx: AsyncSession) -> None:
    founder = await world.account(tx)
    with pytest.raises(Forbidden, match="administrators create"):
        await create_organization(tx, founder.id, "Bank", policy=SignUpPolicy.of("superadmin", ""))
    (await held(tx, UserAccount, founder.id, what="This person")).is_superadmin = True
    await create_organization(tx, founder.id, "Bank", policy=SignUpPolicy.of("superadmin", ""))


async def test_by_domain_the_address_must_be_of_it_and_confirmed(tx: AsyncSession) -> None:
    policy = SignUpPolicy.of("domain", "@Bank.example, other.example")
    founder = await world.account(tx)
    with pytest.raises(Forbidden) as refused:
        await create_organization(tx, founder.id, "Bank", policy=policy)
    assert [each.code for each in refused.value.obstacles] == ["permission.unconfirmed"]
    stranger = await world.account(tx, email=world.address().replace("bank.", "elsewhere."))
    with pytest.raises(Forbidden) as both:
        await create_organization(tx, stranger.id, "Bank", policy=policy)
    assert [each.code for each in both.value.obstacles] == ["permission.domain", "permission.unconfirmed"]


async def test_a_rename_needs_an_admin_and_a_fresh_view(tx: AsyncSession) -> None:
    owner = await world.organization(tx)
    manager = await world.person(tx, owner, "MANAGER")
    with pytest.raises(Forbidden):
        await update_organization(tx, manager, name="Mine")
    await update_organization(tx, owner, name="New", zone="Europe/Zurich")
    renamed = await organization(SessionReader(tx))
    assert (renamed.name, renamed.zone, renamed.revision) == ("New", "Europe/Zurich", 2)
    with pytest.raises(Stale, match=r"Olga Owner changed it since .* organization's name and zone"):
        await update_organization(tx, owner, name="Newer", seen_revision=1)


async def test_deleting_needs_the_owner_and_the_typed_name(tx: AsyncSession) -> None:
    owner = await world.organization(tx)
    admin = await world.person(tx, owner, "ADMIN")
    with pytest.raises(Forbidden):
        await delete_organization(tx, admin, typed_slug=owner.organization)
    with pytest.raises(Invalid):
        await delete_organization(tx, owner, typed_slug="yes")
    await delete_organization(tx, owner, typed_slug=owner.organization)
    with pytest.raises(NotFound):
        await act_as(tx, owner.user_id)
