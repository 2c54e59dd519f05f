"""What the palette and the API find for an actor."""

from fastapi import Request

from cutwater.kernel import search
from cutwater.kernel.actor import Actor
from cutwater.kernel.grants import Grant
from cutwater.kernel.reader import Reader
from cutwater.kernel.search import Hit
from cutwater.web.templating import shell


async def found_for(request: Request, actor: Actor, reader: Reader, text: str, limit: int) -> list[Hit]:
    """What this actor may find, by page and API together so often a minute; wiring says what a kind of thing
    needs, and who else is asked. A kind that no module declared is for those who read everything."""
    await request.app.state.limiter.hit(f"search:{actor.id}", per_minute=240)
    needed = shell().declared.search_grants
    seen = frozenset(kind for kind, grant in needed.items() if actor.may(grant))
    kinds = None if actor.may(Grant.AUDIT_READ) else seen
    found = await search.find(reader, text, limit, kinds=kinds, hidden=needed.keys() - seen)
    for source in shell().declared.search_sources:
        if actor.may(source.grant):
            found += await source.find(reader, text)
    return found
