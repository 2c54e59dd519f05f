"""A browser and an API client over the app in this process."""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.asgi import Answer, call

HOST = {"host": "127.0.0.1:8000", "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0"}


@dataclass
class Browser:
    """Keeps cookies, sends forms with the page's CSRF field, follows nothing by itself."""

    app: Any
    cookies: dict[str, str] = field(default_factory=dict)
    csrf: str = ""

    async def get(self, address: str, **headers: str) -> Answer:
        return await self._send("GET", address, b"", headers)

    async def post(self, address: str, **fields: Any) -> Answer:
        """Send a form; a name with `_csrf` given sends that instead of the page's."""
        given = {"_csrf": self.csrf} | fields
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return await self._send("POST", address, urlencode(given, doseq=True).encode(), headers)

    async def _send(self, method: str, address: str, body: bytes, headers: dict[str, str]) -> Answer:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = HOST | headers | ({"cookie": cookies} if cookies else {})
        answer = await call(self.app, method, address, headers=sent, body=body)
        for cookie in answer.cookies:
            name, _, value = cookie.split(";")[0].partition("=")
            if "max-age=0" in cookie.lower() or value in ("", '""'):
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        found = re.search(rb'name="_csrf" value="([^"]+)"', answer.body)
        if found:
            self.csrf = found[1].decode()
        return answer


@dataclass
class Client:
    """An API client with a token or a key."""

    app: Any
    token: str = ""

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        sent = HOST | {"content-type": "application/json"} | headers
        if self.token:
            sent["authorization"] = f"Bearer {self.token}"
        content = json.dumps(body).encode() if body is not None else b""
        return await call(self.app, method, f"/api/v1{path}", headers=sent, body=content)
