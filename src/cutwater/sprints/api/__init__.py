"""The module's routes under /api/v1."""

from fastapi import APIRouter

from cutwater.sprints.api import imports, issues, sites, sprints

router = APIRouter()
for part in (sites, sprints, issues, imports):
    router.include_router(part.router)
