"""Every module's static files at addresses that carry the build, so that browsers may keep them for ever."""

import mimetypes
import re

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from cutwater.web.templating import PACKAGE, shell

mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("text/javascript", ".js")
_STATIC = re.compile(r"[a-z_]+/static/.+")


class Static(StaticFiles):
    """`/static/<build>/web/static/css/app.css`: the build is dropped for the look-up; only its own is kept.

    Only what lies in the `static` folder of a module is served.
    """

    def __init__(self) -> None:
        super().__init__(directory=PACKAGE)

    def get_path(self, scope: Scope) -> str:
        """The path in the package, without the build."""
        path = super().get_path(scope).lstrip("/")
        _, _, rest = path.partition("/")
        return rest

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, kept for a year when the address names this build."""
        if not _STATIC.fullmatch(path):
            raise HTTPException(404)
        response = await super().get_response(path, scope)
        current = f"/{shell().build}/" in scope["path"] and not shell().development
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if current else "no-cache"
        return response
