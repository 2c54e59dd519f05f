"""The pages of releases; paths with fixed words stand before those with a key."""

from fastapi import APIRouter

from cutwater.releases.pages import catalogue, detail, editing, lists, verbs

router = APIRouter()
for each in (catalogue.changing, catalogue.reading, lists.router, editing.router, detail.router):
    router.include_router(each)
router.include_router(verbs.router)
router.include_router(verbs.approving)

__all__ = ["router"]
