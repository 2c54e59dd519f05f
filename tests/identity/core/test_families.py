"""What a refresh token deserves."""

from datetime import timedelta

import pytest

from cutwater.identity.core import families
from cutwater.identity.core.families import Presented, Verdict
from tests.identity.core.moments import NOW, ago


@pytest.mark.parametrize(
    ("token", "found"),
    [
        (None, Verdict.UNKNOWN),
        (Presented(expires_at=NOW + timedelta(days=1), used_at=None, revoked_at=None), Verdict.ROTATE),
        (Presented(expires_at=NOW, used_at=None, revoked_at=None), Verdict.EXPIRED),
        (Presented(expires_at=NOW + timedelta(days=1), used_at=NOW, revoked_at=None), Verdict.REUSED),
        (Presented(expires_at=ago(days=1), used_at=ago(days=2), revoked_at=None), Verdict.REUSED),
        (Presented(expires_at=NOW + timedelta(days=1), used_at=NOW, revoked_at=NOW), Verdict.REVOKED),
        (Presented(expires_at=NOW + timedelta(days=1), used_at=None, revoked_at=NOW), Verdict.REVOKED),
    ],
)
def test_what_a_refresh_token_deserves(token: Presented | None, found: Verdict) -> None:
    assert families.verdict(token, NOW) == found
