"""What people and programs present."""

from datetime import timedelta
from uuid import UUID

import jwt
import pytest

from cutwater.identity.core import tokens
from cutwater.kernel import crypto
from cutwater.kernel.ids import new_id
from tests.identity.core.moments import NOW

OLD, NEW = "an old secret of more than 32 characters", "a new secret of more than 32 characters"

# ---------------------------------------------------------------- links, JWT, families


def test_a_link_is_genuine_for_its_row_its_purpose_and_its_nonce_only() -> None:
    id, other = new_id(), new_id()
    token = tokens.link_token([OLD], "reset", id, "nonce")
    assert tokens.link_id(token) == id
    assert tokens.link_is_genuine([OLD], "reset", token, "nonce")
    assert not tokens.link_is_genuine([OLD], "reset", token, "another")
    assert not tokens.link_is_genuine([OLD], "invitation", token, "nonce")
    assert not tokens.link_is_genuine([NEW], "reset", token, "nonce")
    moved = token.replace(id.hex, other.hex)
    assert not tokens.link_is_genuine([OLD], "reset", moved, "nonce")


def test_a_link_outlives_a_rotated_key() -> None:
    token = tokens.link_token([OLD], "reset", new_id(), "nonce")
    assert tokens.link_is_genuine([NEW, OLD], "reset", token, "nonce")


@pytest.mark.parametrize(
    "token", ["", ".", "x", "a.b", "0" * 32, f"{'z' * 32}.{'a' * 43}", f"{'0' * 32}.short"]
)
def test_what_is_no_link_names_no_row(token: str) -> None:
    assert tokens.link_id(token) is None


def access() -> tokens.Access:
    return tokens.Access(user_id=new_id(), organization_id=new_id(), family_id=new_id())


def test_an_access_token_says_who_where_and_until_when() -> None:
    known = access()
    token = tokens.access_token([OLD], known, NOW)
    assert tokens.read_access([OLD], token, NOW) == known
    assert tokens.read_access([NEW, OLD], token, NOW) == known
    assert tokens.read_access([NEW], token, NOW) is None
    assert tokens.read_access([OLD], token, NOW + timedelta(minutes=29, seconds=59)) == known
    assert tokens.read_access([OLD], token, NOW + timedelta(minutes=30)) is None


def test_a_forged_access_token_is_nothing() -> None:
    claims = {"iss": "cutwater", "sub": str(new_id()), "org": str(new_id()), "fam": str(new_id())}
    times = {"iat": int(NOW.timestamp()), "exp": int(NOW.timestamp()) + 600}
    key = crypto.sign([OLD], "jwt", "access")
    forged = [
        jwt.encode(claims | times, None, algorithm="none"),
        jwt.encode(claims | times, OLD, algorithm="HS256"),
        jwt.encode(claims | times | {"iss": "other"}, key, algorithm="HS256"),
        jwt.encode(claims | {"iat": 1}, key, algorithm="HS256"),
        jwt.encode(claims | times | {"sub": "nobody"}, key, algorithm="HS256"),
        jwt.encode({name: claims[name] for name in ("iss", "sub")} | times, key, algorithm="HS256"),
        jwt.encode(claims | times, key * 2, algorithm="HS512"),
        "cw_not-a-jwt",
        "",
    ]
    assert [tokens.read_access([OLD], each, NOW) for each in forged] == [None] * len(forged)


def test_tokens_do_not_repeat_and_name_their_kind() -> None:
    assert len({tokens.new_session_token() for _ in range(50)}) == 50
    assert tokens.new_api_key().startswith("cw_")
    assert tokens.new_refresh_token().startswith("cwr_")
    assert not tokens.new_refresh_token().startswith(tokens.KEY_PREFIX)


def test_ids_in_links_are_ids() -> None:
    assert isinstance(tokens.link_id(tokens.link_token([OLD], "x", new_id(), "n")), UUID)
