"""What only a person may do who signed in."""

from typing import Any

from cutwater.kernel.actor import Actor
from cutwater.kernel.obstacle import Obstacle


def signed_in_person(doing: str) -> Obstacle:
    """What only a person does who signed in, never a key."""
    return Obstacle(
        code="permission.person",
        text=f"An API key cannot {doing}.",
        hint="Sign in, or use an access token of a person.",
        cleared_by="the person themselves",
    )


def people_only(actor: Actor, doing: str) -> list[Any]:
    return [signed_in_person(doing)] if actor.kind == "api_key" else []
