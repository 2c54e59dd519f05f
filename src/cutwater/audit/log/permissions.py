"""Who may read the log itself: holders of `audit:read`. Feeds and live changes are open to every member, and
filtered by what each may see."""

from uuid import UUID

from cutwater.kernel.actor import Actor, members_only, needs
from cutwater.kernel.errors import Unauthenticated
from cutwater.kernel.grants import Grant

reads_the_log = needs(Grant.AUDIT_READ, "read the audit log")
follows = members_only


def organization_of(actor: Actor) -> UUID:
    """The organization of somebody who is in one."""
    if actor.organization_id is None:
        raise Unauthenticated()
    return actor.organization_id
