"""Who may found an organization."""

import pytest

from cutwater.identity.core.founding import SignUpPolicy


@pytest.mark.parametrize(
    ("policy", "email", "confirmed", "superadmin", "codes"),
    [
        (SignUpPolicy.of("open", ""), "a@b.ch", False, False, []),
        (SignUpPolicy.of("superadmin", ""), "a@b.ch", True, False, ["permission.platform"]),
        (SignUpPolicy.of("superadmin", ""), "a@b.ch", True, True, []),
        (SignUpPolicy.of("domain", " @B.ch ,c.ch"), "a@b.ch", True, False, []),
        (SignUpPolicy.of("domain", "b.ch"), "a@b.ch", False, False, ["permission.unconfirmed"]),
        (SignUpPolicy.of("domain", "b.ch"), "a@evil-b.ch", True, False, ["permission.domain"]),
        (SignUpPolicy.of("domain", ""), "a@b.ch", True, False, ["permission.domain"]),
    ],
)
def test_who_may_found_an_organization(
    policy: SignUpPolicy, email: str, confirmed: bool, superadmin: bool, codes: list[str]
) -> None:
    found = policy.obstacles(email=email, is_confirmed=confirmed, is_superadmin=superadmin)
    assert [each.code for each in found] == codes
