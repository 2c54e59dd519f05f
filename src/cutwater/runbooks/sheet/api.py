"""The live state of a run."""

from fastapi import APIRouter, Request, Response

from cutwater.kernel.actor import needs
from cutwater.kernel.db import ReaderDep
from cutwater.kernel.grants import Grant
from cutwater.runbooks.library.schemas import Name
from cutwater.runbooks.sheet.schemas import StateRead
from cutwater.runbooks.sheet.views.live import etag, is_known, state_bytes
from cutwater.runbooks.steps.views.runsheets import sheet

reading = APIRouter(tags=["runs"], dependencies=[needs(Grant.RUNS_READ, "see runs")])


@reading.get("/runs/{key}/state", response_model=StateRead)
async def read_state(request: Request, key: Name, reader: ReaderDep) -> Response:
    """The compact live state of all steps, with an ETag for those who poll (304 while it stays)."""
    found = await sheet(reader, key)
    headers = {"ETag": etag(found), "Cache-Control": "private, no-cache"}
    if is_known(found, request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    return Response(state_bytes(found), media_type="application/json", headers=headers)
