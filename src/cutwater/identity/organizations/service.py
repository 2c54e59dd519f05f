"""Organizations: founding, naming, deleting."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.identity.accounts import queries as accounts_queries
from cutwater.identity.accounts.service import scope
from cutwater.identity.core import accounts, slugs
from cutwater.identity.core.founding import SignUpPolicy
from cutwater.identity.core.roles import Role
from cutwater.identity.organizations import events, queries
from cutwater.identity.organizations.models import Membership, Organization
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.errors import Invalid, refuse_if
from cutwater.kernel.etags import refuse_stale
from cutwater.kernel.grants import Grant
from cutwater.kernel.ids import new_id

OPEN = SignUpPolicy()


async def create_organization(
    tx: AsyncSession,
    person_id: UUID,
    name: str,
    *,
    slug: str = "",
    zone: str = "UTC",
    policy: SignUpPolicy = OPEN,
) -> Organization:
    """Found an organization and own it; the transaction goes on inside it, as that person."""
    name = name.strip()
    await scope.enter(tx, user_id=person_id)
    founder = await accounts_queries.account_for_update(tx, person_id)
    refuse_if(
        policy.obstacles(
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
    actor = replace(scope.person_actor(founder), organization_id=organization.id)
    said = events.OrganizationCreated(organization_id=organization.id, slug=slug)
    await audit.record(tx, actor, said)
    return organization


async def _free_slug(tx: AsyncSession, name: str, slug: str, zone: str) -> str:
    """The slug that was asked for when it is free, else one made of the name."""
    wrong = {"zone": accounts.zone_problem(zone), "name": _name_problem(name)}
    wanted = slug or slugs.slug_of(name, fallback="organization")
    taken = (await tx.execute(accounts_queries.taken(slug=wanted[: slugs.MAX - 4]))).one().slugs
    if slug:
        wrong["slug"] = slugs.problem(slug) or ("This short name is taken." if slug in taken else "")
    if any(wrong.values()):
        raise Invalid({field: text for field, text in wrong.items() if text})
    return slug or slugs.free(wanted if len(wanted) > 1 else f"{wanted}-org", taken)


def _name_problem(name: str) -> str:
    return "" if 1 <= len(name) <= 120 else "Give a name of at most 120 characters."


async def update_organization(
    tx: AsyncSession,
    actor: Actor,
    *,
    name: str | None = None,
    zone: str | None = None,
    seen_revision: int | None = None,
) -> Organization:
    """Rename the organization or move its time zone."""
    refuse_if(lacking(actor, Grant.ORGANIZATION_CONFIGURE, "change the organization"))
    organization = await queries.organization_for_update(tx)
    refuse_stale(organization.revision, seen_revision)
    was = {"name": organization.name, "zone": organization.zone}
    now = {"name": was["name"] if name is None else name.strip(), "zone": zone or was["zone"]}
    wrong = {"name": _name_problem(now["name"]), "zone": accounts.zone_problem(now["zone"])}
    if any(wrong.values()):
        raise Invalid({field: text for field, text in wrong.items() if text})
    changed = [field for field in now if now[field] != was[field]]
    if not changed:
        return organization
    organization.name, organization.zone = now["name"], now["zone"]
    organization.revision += 1
    said = events.OrganizationChanged(
        organization_id=organization.id,
        slug=organization.slug,
        was={field: was[field] for field in changed},
        now={field: now[field] for field in changed},
    )
    await audit.record(tx, actor, said)
    return organization


async def delete_organization(tx: AsyncSession, actor: Actor, *, typed_slug: str) -> None:
    """Take the organization from everybody; typing its short name is the confirmation."""
    refuse_if(lacking(actor, Grant.ORGANIZATION_OWN, "delete the organization"))
    organization = await queries.organization_for_update(tx)
    if typed_slug.strip() != organization.slug:
        raise Invalid({"typed_slug": f"Type `{organization.slug}` to confirm."})
    organization.deleted_at = clock.now()
    organization.revision += 1
    said = events.OrganizationDeleted(organization_id=organization.id, slug=organization.slug)
    await audit.record(tx, actor, said)
