"""What only a person may do who signed in."""

from cutwater.kernel.actor import Actor
from cutwater.kernel.obstacle import Obstacle


def people_only(actor: Actor, doing: str) -> list[Obstacle]:
    """What only a person does who signed in, never a key."""
    return [signed_in_person(doing)] if actor.kind == "api_key" else []


def signed_in_person(doing: str) -> Obstacle:
    """Why a key may not."""
    return Obstacle(
        code="permission.person",
        text=f"An API key cannot {doing}.",
        hint="Sign in, or use an access token of a person.",
        cleared_by="the person themselves",
    )
