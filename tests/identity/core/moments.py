"""The night in which these tests happen."""

from datetime import UTC, datetime, timedelta

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)
