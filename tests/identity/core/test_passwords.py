"""What is good enough a password."""

import pytest

from cutwater.identity.core import passwords

# ---------------------------------------------------------------- passwords


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "elevenchars",
        "aaaaaaaaaaaaaaaa",
        "abababababab",
        "password12345",
        "qwertyuiopas",
        "abcdefghijklmn",
        "123456789012",
        "210987654321",
        "x" * 129,
        "ada.lane.123",
    ],
)
def test_a_weak_password_is_refused_with_a_sentence(password: str) -> None:
    assert passwords.problem(password, ("ada.lane@bank.example", "Ada Lane")).endswith(".")


@pytest.mark.parametrize(
    "password", ["seven harbour lights", "Tr0ub4dor&3xyz", "läuft-bei-uns-42", "x7" * 3 + "Kq9#mZ"]
)
def test_a_good_password_is_taken(password: str) -> None:
    assert passwords.problem(password, ("ada.lane@bank.example", "Ada Lane")) == ""


async def test_a_password_is_kept_as_argon2id_and_recognised() -> None:
    stored = await passwords.hashed("seven harbour lights")
    assert stored.startswith("$argon2id$")
    assert "harbour" not in stored
    assert await passwords.matches("seven harbour lights", stored)
    assert not await passwords.matches("seven harbour light", stored)
    assert not await passwords.matches("seven harbour lights", None)
