"""Where a person is signed in."""

from cutwater.identity.sessions import queries
from cutwater.identity.sessions.schemas import SessionRead
from cutwater.kernel.actor import Actor
from cutwater.kernel.reader import Reader


async def sessions_of(reader: Reader, actor: Actor) -> list[SessionRead]:
    """A person's browsers and API sign-ins, in one trip."""
    if actor.user_id is None:
        return []
    browsers, families = await reader.batch(queries.sessions(actor.user_id), queries.families(actor.user_id))
    return [
        *(
            SessionRead(**row._asdict(), kind="browser", is_current=row.id == actor.session_id)
            for row in browsers
        ),
        *(
            SessionRead(
                **row._asdict(),
                kind="api",
                browser="A program with tokens",
                address="",
                is_current=row.id == actor.session_id,
            )
            for row in families
        ),
    ]
