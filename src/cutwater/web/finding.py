"""What the palette and the API find for an actor."""

from fastapi import Request

from cutwater.kernel import search
from cutwater.kernel.actor import Actor
from cutwater.kernel.reader import Reader
from cutwater.kernel.search import Hit
from cutwater.web.templating import shell


async def found_for(request: Request, actor: Actor, reader: Reader, text: str, limit: int) -> list[Hit]:
    """What this actor may find, by page and API together so often a minute; wiring says what a kind of thing
    needs, and who else is asked."""
    await request.app.state.limiter.hit(f"search:{actor.id}", per_minute=240)
    needed = shell().declared.search_grants
    hidden = [kind for kind, grant in needed.items() if not actor.may(grant)]
    found = await search.find(reader, text, limit=limit, hidden=hidden)
    for source in shell().declared.search_sources:
        if actor.may(source.grant):
            found += await source.find(reader, text)
    return found
