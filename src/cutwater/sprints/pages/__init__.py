"""The module's pages, under /o/{organization}."""

from fastapi import APIRouter

from cutwater.sprints.pages import imports, issues, sites, sprints

router = APIRouter()
for part in (imports, sites, sprints, issues):
    router.include_router(part.router)
