"""Changes as the API shows them."""

from typing import Any

from cutwater.kernel.wire import Out


class Changes(Out):
    """What happened since a token. `reload`: more than can be told, or the token is unknown: fetch anew."""

    token: str
    changes: list[dict[str, Any]]
    states: list[dict[str, Any]]
    reload: bool
