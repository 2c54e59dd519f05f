"""The live stream that every page follows, and the same by polling."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from cutwater.audit.live import views
from cutwater.audit.live.views import LastEventId, Place, Topics
from cutwater.audit.log.permissions import follows
from cutwater.kernel.actor import CurrentActor
from cutwater.kernel.db import ReaderDep

router = APIRouter()


@router.get("/live", dependencies=[follows])
async def stream(
    request: Request,
    actor: CurrentActor,
    topics: Topics = "",
    since: Place = "",
    last_event_id: LastEventId = "",
) -> Response:
    """Server-sent events about these topics, from the client's last place on."""
    return views.stream(request, actor, topics, last_event_id or since)


@router.get("/changes", dependencies=[follows])
async def changes(
    request: Request, reader: ReaderDep, actor: CurrentActor, topics: Topics = "", since: Place = ""
) -> Response:
    """The same by polling: what happened since a token; 304 when nothing did."""
    answer = await views.poll(views.hub_of(request), reader, actor, topics, since)
    tag = views.etag(answer, topics)
    headers = {"ETag": tag, "Cache-Control": "no-cache, private"}
    if views.is_unchanged(request, answer, tag):
        return Response(status_code=304, headers=headers)
    return JSONResponse(answer, headers=headers)
