"""The app called in this process, one request at a time; a stream is left as soon as it has begun."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit


@dataclass
class Answer:
    """What came back. `body` is what arrived until the end, or until the stream was left."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    cookies: list[str] = field(default_factory=list)

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


def scope_of(method: str, address: str, headers: dict[str, str]) -> dict[str, Any]:
    """An ASGI scope for a request from this machine."""
    parts = urlsplit(address)
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }


class Exchange:
    """One request and what is coming back."""

    def __init__(self, body: bytes) -> None:
        self.answer = Answer()
        self.begun = asyncio.Event()
        self._coming = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive(self) -> dict[str, Any]:
        if self._coming:
            return self._coming.pop()
        await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.body":
            self.answer.body += message.get("body", b"")
        if message["type"] != "http.response.start":
            return
        self.answer.status = message["status"]
        for name, value in message["headers"]:
            self.answer.headers[name.decode().lower()] = value.decode()
            if name.decode().lower() == "set-cookie":
                self.answer.cookies.append(value.decode())
        self.begun.set()


async def call(
    app: Any,
    method: str,
    address: str,
    *,
    headers: dict[str, str] | None = None,
    body: bytes = b"",
    patience: float = 10.0,
) -> Answer:
    """Send a request and take the answer; streams are cut off a moment after their head."""
    exchange = Exchange(body)
    answer = exchange.answer
    task = asyncio.create_task(app(scope_of(method, address, headers or {}), exchange.receive, exchange.send))
    starting = asyncio.create_task(exchange.begun.wait())
    await asyncio.wait({task, starting}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
    starting.cancel()
    is_stream = answer.headers.get("content-type", "").startswith("text/event-stream")
    if not task.done():
        await asyncio.wait({task}, timeout=0.05 if is_stream else patience)
    if not task.done():
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    elif answer.status == 0:
        task.result()
    return answer
