"""Optimistic versions over HTTP: `ETag` out, `If-Match` in."""

import re
from typing import Annotated

from fastapi import Depends, Header, Response

from cutwater.kernel.errors import Invalid, Stale


def set_etag(response: Response, revision: int) -> None:
    """Name the revision that is being sent."""
    response.headers["ETag"] = f'"{revision}"'


IF_MATCH = Header(
    description="The ETag of the state you saw.",
    json_schema_extra={"pattern": r'^(\*|(W/)?"[0-9]{1,9}")?$'},
)


async def _seen(
    if_match: Annotated[str, IF_MATCH] = "",
) -> int | None:
    if if_match in ("", "*"):
        return None
    found = re.fullmatch(r'(?:W/)?"(\d{1,9})"', if_match.strip())
    if found is None:
        raise Invalid({"If-Match": "Send the ETag of the item unchanged, with its quotes."})
    return int(found[1])


SeenRevision = Annotated[int | None, Depends(_seen)]


def stale(current: int, seen: int | None, told: str = "") -> Stale | None:
    """What `refuse(seen=…)` takes: nothing when the client saw the current revision or did not say."""
    return None if seen is None or seen == current else Stale(current, seen, told)
