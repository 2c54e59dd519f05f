"""Where signing in may lead."""

import pytest

from cutwater.identity.core.paths import safe_next


@pytest.mark.parametrize(
    ("path", "safe"),
    [
        ("/o/bank/runs?x=1", "/o/bank/runs?x=1"),
        ("", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_signing_in_leads_to_our_own_pages_only(path: str, safe: str) -> None:
    assert safe_next(path) == safe
