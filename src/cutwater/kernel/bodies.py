"""How much one request may bring: nobody fills our memory or disk, not even before we know who it is."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cutwater.kernel.errors import TooLarge

MEGABYTE = 1_048_576
FORM_BYTES = 8 * MEGABYTE


class BoundedBody:
    """ASGI middleware: a body beyond the limit is refused where it is read, and in the shape of that route.

    Files are counted one by one by those who take them; here counts the request as a whole.
    """

    def __init__(self, app: ASGIApp, *, upload_limit_mb: int) -> None:
        self.app = app
        self.upload_bytes = 2 * upload_limit_mb * MEGABYTE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        is_upload = headers.get("content-type", "").startswith("multipart/form-data")
        limit = self.upload_bytes if is_upload else FORM_BYTES
        told = headers.get("content-length", "")
        taken = 0

        async def receiving() -> Message:
            nonlocal taken
            if told.isdigit() and int(told) > limit:
                raise too_large(limit)
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                raise too_large(limit)
            return message

        await self.app(scope, receiving, send)


def too_large(limit: int) -> TooLarge:
    """The refusal of a body beyond `limit` bytes. The connection ends: the rest may still be on its way."""
    found = TooLarge(f"A request like this may have at most {limit // MEGABYTE} MB. Nothing was kept.")
    found.headers["Connection"] = "close"
    return found
