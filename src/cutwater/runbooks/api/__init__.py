"""The API of runbooks and runs."""

from fastapi import APIRouter

from cutwater.runbooks.api import imports, migrations, runbooks, runs, steps

router = APIRouter()
for each in (runbooks, imports, migrations, runs, steps):
    router.include_router(each.reading)
    router.include_router(each.changing)

__all__ = ["router"]
