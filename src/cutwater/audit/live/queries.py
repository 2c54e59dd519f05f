"""What committed since a snapshot."""

from sqlalchemy import Text, bindparam, text
from sqlalchemy.sql.expression import TextClause

HEAD: TextClause = text("select epoch, snapshot from log_head()")

_AFTER = text("select * from log_after(cast(:since as pg_snapshot))")
_GAP = text("select * from log_gap(cast(:since as pg_snapshot), cast(:until as pg_snapshot))")
GAP_LIMIT = 5000


def after(since: str) -> TextClause:
    """What committed after a snapshot, in every organization: rows that begin with the new snapshot."""
    return _AFTER.bindparams(bindparam("since", since, Text))


def gap(since: str, until: str | None) -> TextClause:
    """What committed in this organization after one snapshot and before another (or now)."""
    return _GAP.bindparams(bindparam("since", since, Text), bindparam("until", until, Text))
