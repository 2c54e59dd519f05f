"""Who is acting, and the one place that says what that allows."""

from dataclasses import field
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Request

from cutwater.kernel.errors import Unauthenticated, refuse
from cutwater.kernel.frozen import frozen
from cutwater.kernel.grants import HELD_BY, IN_ORGANIZATION, Grant
from cutwater.kernel.obstacle import Obstacle


@frozen
class Actor:
    """A user, an API key or a job, seen from inside one organization (or none, before one is chosen)."""

    kind: Literal["user", "api_key", "job"]
    id: UUID | None
    name: str
    organization_id: UUID | None = None
    organization: str = ""
    organization_name: str = ""
    role: str = ""
    grants: frozenset[Grant] = frozenset()
    team_ids: frozenset[UUID] = field(default_factory=frozenset)
    zone: str = "UTC"
    locale: str = "en"
    user_id: UUID | None = None
    session_id: UUID | None = None

    def may(self, grant: Grant) -> bool:
        return grant in self.grants


def job_actor(name: str, organization_id: UUID | None) -> Actor:
    """The actor of a background job: it may do what the code it runs does, and the log names the job."""
    return Actor(kind="job", id=None, name=name, organization_id=organization_id, grants=IN_ORGANIZATION)


def lacking(actor: Actor, grant: Grant, doing: str = "do this") -> list[Obstacle]:
    """What stands between the actor and a grant: nothing, or one obstacle. Deny by default."""
    if actor.may(grant):
        return []
    who = HELD_BY[grant]
    role = f"Your role ({actor.role.lower()})" if actor.role else "Your access"
    return [
        Obstacle(
            code=f"permission.{grant.resource}.{grant.action}",
            text=f"{role} does not allow you to {doing}.",
            hint=f"Ask one of: {who}.",
            cleared_by=who,
        )
    ]


async def visitor(request: Request) -> Actor | None:
    """Whoever is there: an actor without an organization, or nobody."""
    found: Actor | None = await request.app.state.authenticate(request, needs_organization=False)
    return found


async def current_actor(request: Request) -> Actor:
    """The signed-in actor in the organization of the path or the token."""
    found: Actor | None = await request.app.state.authenticate(request, needs_organization=True)
    if found is None:
        raise Unauthenticated()
    return found


async def current_person(found: Annotated[Actor | None, Depends(visitor)]) -> Actor:
    """Somebody who is signed in, perhaps without an organization (the chooser, account pages)."""
    if found is None:
        raise Unauthenticated()
    return found


Visitor = Annotated[Actor | None, Depends(visitor)]
CurrentActor = Annotated[Actor, Depends(current_actor)]
CurrentPerson = Annotated[Actor, Depends(current_person)]
# for a route that asks no grant, because every member gets in and sees what their grants allow
members_only = Depends(current_actor)


def needs(grant: Grant, doing: str = "see this") -> Any:  # allow: any — as FastAPI's Depends
    """A route dependency: refuse with 403 unless the actor holds the grant. As in
    `needs(Grant.RUNS_READ)`."""

    async def check(actor: CurrentActor) -> None:
        refuse(may=lacking(actor, grant, doing))

    check.grant = grant  # type: ignore[attr-defined]
    return Depends(check)
