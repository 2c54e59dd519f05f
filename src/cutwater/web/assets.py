"""Our static files at addresses that carry the build, so that browsers may keep them for ever."""

import mimetypes

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from cutwater.web.templating import STATIC, shell

mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("text/javascript", ".js")


class Static(StaticFiles):
    """`/static/<build>/css/app.css`: the build is dropped for the look-up; a stale one is not kept."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC)

    def get_path(self, scope: Scope) -> str:
        """The path in the folder, without the build."""
        path = super().get_path(scope).lstrip("/")
        _, _, rest = path.partition("/")
        return rest

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, kept for a year when the address names this build."""
        response = await super().get_response(path, scope)
        current = f"/{shell().build}/" in scope["path"] and not shell().development
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if current else "no-cache"
        return response
