"""Changes as the API shows them."""

from pydantic import JsonValue

from cutwater.kernel.wire import Out


class Changes(Out):
    """What happened since a token. `reload`: more than can be told, or the token is unknown: fetch anew."""

    token: str
    changes: list[dict[str, JsonValue]]
    states: list[dict[str, JsonValue]]
    reload: bool
