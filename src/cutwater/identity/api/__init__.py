"""Identity over the API."""

from fastapi import APIRouter

from cutwater.identity.api import auth, keys, me, organizations, people, teams

platform_router = auth.router
router = APIRouter()
for part in (me, organizations, people, teams, keys):
    router.include_router(part.router)
