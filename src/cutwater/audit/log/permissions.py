"""Who may read the log itself: holders of `audit:read`. Feeds and live changes are open to every member, and
filtered by what each may see."""

from cutwater.kernel.actor import members_only, needs
from cutwater.kernel.grants import Grant

reads_the_log = needs(Grant.AUDIT_READ, "read the audit log")
follows = members_only
