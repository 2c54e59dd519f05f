from datetime import timedelta

from cutwater.notifications.core import retrying


def test_waits_double_up_to_an_hour_and_end() -> None:
    waits = [retrying.wait_after(attempt) for attempt in range(1, retrying.MOST_ATTEMPTS + 1)]
    seconds = [wait.total_seconds() for wait in waits if wait is not None]
    assert seconds[:5] == [10, 20, 40, 80, 160]
    assert seconds == sorted(seconds)
    assert max(seconds) == 3600
    assert waits[-1] is None
    assert waits.count(None) == 1


def test_a_mail_server_may_be_down_for_most_of_a_day() -> None:
    waits = [retrying.wait_after(attempt) for attempt in range(1, retrying.MOST_ATTEMPTS)]
    assert sum((wait for wait in waits if wait), timedelta()) > timedelta(hours=20)
