"""The pure cores: lock-out, slugs, passwords, tokens, families, addresses, browsers."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutwater.identity.core import accounts, families, lockout, passwords, slugs, tokens
from cutwater.identity.core.browsers import browser_of
from cutwater.identity.core.families import Presented, Verdict
from cutwater.identity.core.founding import SignUpPolicy
from cutwater.kernel import crypto
from cutwater.kernel.ids import new_id

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
OLD, NEW = "an old secret of more than 32 characters", "a new secret of more than 32 characters"


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


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


# ---------------------------------------------------------------- slugs


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("North Bank", "north-bank"),
        ("Zürcher Kantonalbank & Söhne", "zurcher-kantonalbank-and-sohne"),
        ("Straße  Nº 5", "strasse-no-5"),
        ("  --  ", "team"),
        ("銀行", "team"),
        ("x" * 60, "x" * 40),
        ("a" * 39 + " b", "a" * 39),
    ],
)
def test_a_name_becomes_a_slug(name: str, slug: str) -> None:
    assert slugs.slug_of(name) == slug


@given(st.text(max_size=80))
def test_every_name_gives_a_slug_that_is_allowed(name: str) -> None:
    slug = slugs.slug_of(name)
    assert slugs.problem(slug, reserved=()) == "" or len(slug) == 1


def test_a_taken_or_reserved_slug_gets_a_number() -> None:
    assert slugs.free("north", {"north", "north-2"}) == "north-3"
    assert slugs.free("admin", set()) == "admin-2"
    assert slugs.free("admin", set(), reserved=()) == "admin"
    assert slugs.free("x" * 40, {"x" * 40}) == "x" * 38 + "-2"


@pytest.mark.parametrize(
    "slug", ["", "a", "A", "a b", "-a", "a-", "a--b", "ä", "a" * 41, "api", "a/b", "a\n"]
)
def test_what_would_break_an_address_is_refused(slug: str) -> None:
    assert slugs.problem(slug)


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


# ---------------------------------------------------------------- addresses, names, zones, policy


@pytest.mark.parametrize("email", ["ada@bank.example", "a.b+c@x-y.co.uk", "o'hara@bank.example"])
def test_an_address_is_taken(email: str) -> None:
    assert accounts.email_problem(accounts.tidy_email(f" {email.upper()} ")) == ""


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ada",
        "ada@",
        "@bank.example",
        "a b@bank.example",
        "ada@bank",
        ".a@b.ch",
        "a..b@c.ch",
        "a@b.ch\n",
        "é@b.ch",
        "x" * 250 + "@b.ch",
    ],
)
def test_what_is_no_address_is_refused(email: str) -> None:
    assert accounts.email_problem(email)


def test_a_user_name_is_made_of_the_address() -> None:
    assert accounts.username_of("Ada.Lane+x@bank.example") == "ada.lanex"
    assert accounts.username_of("é@bank.example") == "user-x"
    assert accounts.free_username("ada", {"ada", "ada2"}) == "ada3"
    assert accounts.username_problem("ada.lane") == ""
    assert all(accounts.username_problem(each) for each in ("a", "Ada", "a b"))


def test_a_zone_must_exist() -> None:
    assert accounts.zone_problem("Europe/Zurich") == ""
    assert accounts.zone_problem("Mars/Base")


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


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit Safari/604.1",
            "Safari on iPhone",
        ),
        ("curl/8.5.0", "curl"),
        ("", "An unknown program"),
    ],
)
def test_a_browser_is_named(agent: str, name: str) -> None:
    assert browser_of(agent) == name


def test_ids_in_links_are_ids() -> None:
    assert isinstance(tokens.link_id(tokens.link_token([OLD], "x", new_id(), "n")), UUID)
