"""The pages of runbooks and runs; paths with fixed words stand before those with a key."""

from fastapi import APIRouter

from cutwater.runbooks.pages import imports, migrations, panels, runbooks, runs, steps

router = APIRouter()
for each in (imports.router, runbooks.router, panels.router, migrations.router, runs.router, steps.router):
    router.include_router(each)

__all__ = ["router"]
