"""The steps that put a release live."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from cutwater.kernel.actor import needs
from cutwater.kernel.db import ReaderDep
from cutwater.kernel.envelope import Many, every
from cutwater.kernel.grants import Grant
from cutwater.kernel.wire import Line
from cutwater.runbooks.steps import queries
from cutwater.runbooks.steps.schemas import RunStepOfReleaseRead
from cutwater.runbooks.steps.views import releases

reading = APIRouter(tags=["runs"], dependencies=[needs(Grant.RUNS_READ, "see runs")])


@reading.get("/runs/steps", response_model=Many[RunStepOfReleaseRead])
async def steps_of(
    request: Request,
    reader: ReaderDep,
    release: Annotated[Line, Query(max_length=80, description="A release's key.")] = "",
    issue: Annotated[Line, Query(max_length=80, description="An issue's key.")] = "",
) -> dict[str, object]:
    """The run steps that put a release live, or the releases that carry an issue."""
    keys = await releases.release_keys(reader, release=release, issue=issue)
    return every(await queries.steps_of_releases(reader, keys), request)
