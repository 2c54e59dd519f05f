"""The chooser, and the organization's own settings."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from cutwater.identity.accounts import queries as accounts_queries
from cutwater.identity.accounts.forms import zone_options
from cutwater.identity.accounts.pages import Refusing
from cutwater.identity.accounts.service import accounts
from cutwater.identity.accounts.service.links import ask_to_confirm
from cutwater.identity.core.founding import SignUpPolicy
from cutwater.identity.organizations import permissions, queries, service
from cutwater.identity.organizations.forms import DeleteForm, OrganizationForm, SettingsForm
from cutwater.kernel.actor import CurrentActor, CurrentPerson, members_only, needs
from cutwater.kernel.db import PlatformReader, PlatformTx, ReaderDep, Tx
from cutwater.kernel.errors import NotFound, Unauthenticated
from cutwater.kernel.grants import Grant
from cutwater.kernel.requests import settings_of, slow_down
from cutwater.web import PublicView, View

platform = APIRouter()
router = APIRouter(dependencies=[members_only])


@platform.get("/organizations")
async def choose(
    request: Request,
    reader: PlatformReader,
    actor: CurrentPerson,
    view: PublicView,
    refusal: Refusing = None,
) -> Response:
    """The organizations one may enter, and the form for a new one."""
    if actor.user_id is None:
        raise Unauthenticated()
    (account,), rows = await reader.batch(
        accounts_queries.account(actor.user_id), accounts_queries.organizations_of(actor.user_id)
    )
    config = settings_of(request)
    obstacles = SignUpPolicy.of(config.sign_up, config.sign_up_domains).obstacles(
        email=account.email,
        is_confirmed=account.email_confirmed_at is not None,
        is_superadmin=account.is_superadmin,
    )
    return view.page(
        "identity/organizations/organizations.html",
        organizations=[row for row in rows if row.role],
        others=[row for row in rows if not row.role],
        account=account,
        obstacles=obstacles,
        refusal=refusal,
    )


@platform.post("/organizations")
async def create(
    request: Request, tx: PlatformTx, reader: PlatformReader, actor: CurrentPerson, view: PublicView
) -> Response:
    """Found an organization."""
    view.if_refused(lambda refusal: choose(request, reader, actor, view, refusal))
    await slow_down(request, "organization")
    form, config = await view.form(OrganizationForm), settings_of(request)
    if actor.user_id is None:
        raise Unauthenticated()
    created = await service.create_organization(
        tx,
        actor.user_id,
        form.name,
        slug=form.slug,
        zone=actor.zone,
        policy=SignUpPolicy.of(config.sign_up, config.sign_up_domains),
    )
    return view.redirect(
        f"@/o/{created.slug}/", flash=f"{form.name.strip()} is ready. Invite your colleagues next."
    )


@platform.post("/confirm")
async def send_confirmation(
    request: Request, tx: PlatformTx, actor: CurrentPerson, view: PublicView
) -> Response:
    """Mail the link that confirms one's address again."""
    await slow_down(request, "confirm", per_minute=3)
    account = await accounts.own_account(tx, actor)
    await ask_to_confirm(tx, account)
    return view.redirect("@/organizations", flash=f"A link is on its way to {account.email}.")


@router.get("/settings")
async def show_settings(
    reader: ReaderDep, actor: CurrentActor, view: View, refusal: Refusing = None
) -> Response:
    """The organization's name, time zone and end."""
    rows, (count,) = await reader.batch(queries.organization(), queries.owners())
    if not rows:
        raise NotFound("This organization")
    return view.page(
        "identity/organizations/organization.html",
        organization=rows[0],
        zones=zone_options(),
        why_not_change=permissions.to_update(actor),
        why_not_delete=permissions.to_delete(actor),
        why_not_leave=permissions.to_leave(actor.role, owners=count.owners),
        is_member=actor.role != "SUPERADMIN",
        refusal=refusal,
    )


@router.post("/settings", dependencies=[needs(Grant.ORGANIZATION_CONFIGURE, "change the organization")])
async def update(tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Rename the organization, or move its time zone."""
    view.if_refused(lambda refusal: show_settings(reader, actor, view, refusal))
    form = await view.form(SettingsForm)
    await service.update_organization(tx, actor, name=form.name, zone=form.zone, seen_revision=form.revision)
    return view.redirect("/settings", flash="Saved")


@router.post("/settings/delete", dependencies=[needs(Grant.ORGANIZATION_OWN, "delete the organization")])
async def delete(tx: Tx, reader: ReaderDep, actor: CurrentActor, view: View) -> Response:
    """Delete the organization for everybody."""
    view.if_refused(lambda refusal: show_settings(reader, actor, view, refusal))
    form = await view.form(DeleteForm)
    await service.delete_organization(tx, actor, typed_slug=form.typed_slug)
    return view.redirect("@/organizations", flash=f"{actor.organization_name} is deleted.")
