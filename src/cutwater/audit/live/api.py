"""Changes over the API."""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from cutwater.audit.live import views
from cutwater.audit.live.schemas import Changes
from cutwater.audit.live.views import LastEventId, Place, Topics
from cutwater.audit.log.permissions import follows
from cutwater.kernel.actor import CurrentActor
from cutwater.kernel.db import ReaderDep
from cutwater.kernel.envelope import Item, item

router = APIRouter(tags=["audit"])


@router.get(
    "/changes",
    response_model=Item[Changes],
    dependencies=[follows],
    responses={304: {"description": "Nothing new."}},
)
async def changes(
    request: Request,
    response: Response,
    reader: ReaderDep,
    actor: CurrentActor,
    topics: Topics = "",
    since: Place = "",
    if_none_match: Annotated[str, Header(description="The ETag of the answer before.")] = "",
) -> Response | dict[str, object]:
    """What happened to these topics since a token. Ask without a token first; `/live` streams the same."""
    answer = await views.poll(views.hub_of(request), reader, actor, topics, since)
    tag = views.etag(answer, topics)
    headers = {"ETag": tag, "Cache-Control": "no-cache, private"}
    if if_none_match and views.is_unchanged(request, answer, tag):
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return item(answer, request)


@router.get("/live", dependencies=[follows], include_in_schema=False)
async def stream(
    request: Request,
    actor: CurrentActor,
    topics: Topics = "",
    since: Place = "",
    last_event_id: LastEventId = "",
) -> Response:
    """Server-sent events; outside the schema, which cannot describe an answer that never ends."""
    return views.stream(request, actor, topics, last_event_id or since)
