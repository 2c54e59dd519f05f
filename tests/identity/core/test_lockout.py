"""How long wrong passwords shut the door."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutwater.identity.core import lockout
from tests.identity.core.moments import NOW, ago

# ---------------------------------------------------------------- lock-out


@pytest.mark.parametrize(
    ("failures", "locked_for"),
    [
        ([], None),
        ([ago(seconds=1)] * 4, None),
        ([ago(seconds=10)] * 5, 50),
        ([ago(seconds=60)] * 5, None),
        ([ago(seconds=61)] * 9, None),
        ([ago(seconds=61)] * 10, 539),
        ([ago(minutes=29)] * 19 + [ago(minutes=1)], 29 * 60),
        ([ago(minutes=31)] * 100, None),
        ([NOW + timedelta(minutes=1)] * 100, None),
    ],
)
def test_wrong_passwords_shut_the_door_for_longer_and_longer(
    failures: list[datetime], locked_for: int | None
) -> None:
    until = lockout.locked_until(failures, NOW)
    assert (None if until is None else int((until - NOW).total_seconds())) == locked_for


@given(st.lists(st.integers(0, 4000), max_size=40), st.integers(0, 4000))
def test_waiting_never_locks_what_was_open(seconds: list[int], later: int) -> None:
    failures = [ago(seconds=each) for each in seconds]
    until = lockout.locked_until(failures, NOW)
    if until is None:
        return
    assert lockout.locked_until(failures, until) is None
    assert until - NOW <= timedelta(minutes=30)
    assert lockout.seconds_left(until, NOW) >= 1
