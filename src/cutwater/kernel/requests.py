"""What a request knows of its process and of where it comes from."""

from fastapi import Request

from cutwater.kernel.limits import Limiter
from cutwater.kernel.settings import Settings


async def slow_down(request: Request, purpose: str, *, per_minute: int = 20) -> None:
    """Limit how often one address may try what costs us much or could be guessed."""
    limiter: Limiter = request.app.state.limiter
    await limiter.hit(f"{purpose}:{address_of(request)}", per_minute=per_minute)


def address_of(request: Request) -> str:
    """Where the request comes from, as the server tells."""
    return request.client.host if request.client else "?"


def settings_of(request: Request) -> Settings:
    """The settings of this process, put there by the app."""
    settings: Settings = request.app.state.settings
    return settings
