"""The API of releases: the same verbs and queries as the pages."""

from fastapi import APIRouter

from cutwater.releases.api import catalogue, parts, releases

router = APIRouter()
for each in (releases, parts, catalogue):
    router.include_router(each.reading)
    router.include_router(each.changing)

__all__ = ["router"]
