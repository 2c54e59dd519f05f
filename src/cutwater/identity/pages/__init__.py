"""The pages of identity."""

from fastapi import APIRouter

from cutwater.identity.pages import invitation, keys, me, organization, people, public, teams

platform_router = APIRouter()
for part in (public.router, invitation.router, organization.chooser, me.account):
    platform_router.include_router(part)
router = APIRouter()
for part in (organization.router, people.router, teams.router, keys.router, me.router):
    router.include_router(part)
