"""Who may read the log itself: those with the auditor's grant. Feeds and live changes need only READ."""

from cutwater.kernel.actor import Grant, needs

reads_the_log = needs(Grant.READ_AUDIT, "read the audit log")
follows = needs(Grant.READ, "follow live changes")
