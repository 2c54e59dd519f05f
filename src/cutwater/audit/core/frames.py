"""Server-sent events as bytes, made once and sent to everybody."""

import json
from collections.abc import Sequence

RETRY_MILLISECONDS = 2000
RELOAD = b"event: reload\ndata: {}\n\n"


def frame(event: str, data: object) -> bytes:
    """One event without an id. JSON has no raw line breaks, so one data line is enough."""
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    return f"event: {event}\ndata: {text}\n\n".encode()


def cursor(token: object) -> bytes:
    """An id alone: moves a quiet client's place without an event, and keeps proxies awake."""
    return f"id: {token}\n\n".encode()


def opening(token: object) -> bytes:
    """The first bytes of a stream: how soon to come back, and from where."""
    return f"retry: {RETRY_MILLISECONDS}\nid: {token}\n\n".encode()


def batch(frames: Sequence[bytes], token: object) -> bytes:
    """Frames of one look at the log. Only the last carries the id: a client cut off in the middle asks again
    from before the batch."""
    if not frames:
        return b""
    return b"".join(frames[:-1]) + f"id: {token}\n".encode() + frames[-1]
