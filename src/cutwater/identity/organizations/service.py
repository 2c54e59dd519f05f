"""Organizations: founding, naming, deleting."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.identity.accounts import queries as accounts_queries
from cutwater.identity.accounts.models import UserAccount
from cutwater.identity.accounts.queries import HERE
from cutwater.identity.accounts.service import scope
from cutwater.identity.core import accounts, slugs
from cutwater.identity.core.founding import SignUpPolicy
from cutwater.identity.core.roles import Role
from cutwater.identity.organizations import events, permissions
from cutwater.identity.organizations.models import Membership, Organization
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.changes import changed
from cutwater.kernel.errors import Invalid, NotFound, refuse
from cutwater.kernel.ids import new_id
from cutwater.kernel.keyed import held, held_if
from cutwater.kernel.reader import SessionReader

OPEN = SignUpPolicy()


async def create_organization(
    tx: AsyncSession,
    person_id: UUID,
    name: str,
    *,
    slug: str = "",
    zone: str = "UTC",
    policy: SignUpPolicy = OPEN,
) -> events.OrganizationCreated:
    """Found an organization and own it; the transaction goes on inside it, as that person."""
    name = name.strip()
    await scope.enter(tx, user_id=person_id)
    founder = await held(tx, UserAccount, person_id, what="This person")
    refuse(
        may=policy.obstacles(
            email=founder.email,
            is_confirmed=founder.email_confirmed_at is not None,
            is_superadmin=founder.is_superadmin,
        )
    )
    slug = await _free_slug(tx, name, slug.strip().lower(), zone)
    organization = Organization(id=new_id(), name=name, slug=slug, zone=zone)
    await scope.enter(tx, organization_id=organization.id)
    tx.add(organization)
    await tx.flush()
    tx.add(Membership(organization_id=organization.id, user_id=person_id, role=Role.OWNER))
    founder.last_organization_id = organization.id
    await tx.flush()
    owner = replace(scope.person_actor(founder), organization_id=organization.id)
    created = events.OrganizationCreated(organization_id=organization.id, slug=slug)
    await audit.record(tx, owner, created)
    return created


async def _free_slug(tx: AsyncSession, name: str, slug: str, zone: str) -> str:
    """The slug that was asked for when it is free, else one made of the name."""
    wrong = {"zone": accounts.zone_problem(zone), "name": _name_problem(name)}
    wanted = slug or slugs.slug_of(name, fallback="organization")
    known = await SessionReader(tx).first(accounts_queries.taken(slug=wanted[: slugs.MAX - 4]))
    taken = known.slugs if known else []
    if slug:
        wrong["slug"] = slugs.problem(slug) or ("This short name is taken." if slug in taken else "")
    if any(wrong.values()):
        raise Invalid({field: text for field, text in wrong.items() if text})
    return slug or slugs.free(wanted if len(wanted) > 1 else f"{wanted}-org", taken)


def _name_problem(name: str) -> str:
    return "" if 1 <= len(name) <= 120 else "Give a name of at most 120 characters."


async def _hold(tx: AsyncSession) -> Organization:
    organization = await held_if(tx, Organization, Organization.id == HERE)
    if organization is None:
        raise NotFound("This organization")
    return organization


async def update_organization(
    tx: AsyncSession,
    actor: Actor,
    *,
    name: str | None = None,
    zone: str | None = None,
    seen_revision: int | None = None,
) -> None:
    """Rename the organization or move its time zone."""
    organization = await _hold(tx)
    refuse(
        may=permissions.to_update(actor),
        seen=await audit.stale(tx, "organization", organization, seen_revision),
    )
    wanted = {
        "name": organization.name if name is None else name.strip(),
        "zone": zone or organization.zone,
    }
    wrong = {"name": _name_problem(wanted["name"]), "zone": accounts.zone_problem(wanted["zone"])}
    if any(wrong.values()):
        raise Invalid({field: text for field, text in wrong.items() if text})
    changes = changed(organization, wanted)
    if changes:
        renamed = events.OrganizationChanged(
            organization_id=organization.id, slug=organization.slug, changes=changes
        )
        await audit.record(tx, actor, renamed)


async def delete_organization(tx: AsyncSession, actor: Actor, *, typed_slug: str) -> None:
    """Take the organization from everybody; typing its short name is the confirmation."""
    organization = await _hold(tx)
    refuse(may=permissions.to_delete(actor))
    if typed_slug.strip() != organization.slug:
        raise Invalid({"typed_slug": f"Type `{organization.slug}` to confirm."})
    changed(organization, {"deleted_at": clock.now()})
    deleted = events.OrganizationDeleted(organization_id=organization.id, slug=organization.slug)
    await audit.record(tx, actor, deleted)
