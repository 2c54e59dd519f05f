"""Identity over the API, with real tokens."""

from typing import Any

import pytest
from fastapi import FastAPI

from cutwater.identity import service
from cutwater.identity.service import keys, sessions
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.ids import new_id
from tests import world
from tests.serving import SETTINGS, Client
from tests.world import PASSWORD


async def client(app: FastAPI, database: Database, actor: Actor) -> Client:
    """Signed in as an actor, by password."""
    body = {
        "login": await world.email_of(database, actor),
        "password": PASSWORD,
        "organization": actor.organization,
    }
    answer = await Client(app).ask("POST", "/auth/token", body)
    assert answer.status == 200, answer.text
    return Client(app, answer.json["data"]["access_token"])


@pytest.fixture
async def bank(app: FastAPI, database: Database) -> tuple[dict[str, Actor], dict[str, Client]]:
    """An organization with four people, and a client of each."""
    people = await world.people_in(database, "ADMIN", "MEMBER", "VIEWER")
    return people, {role: await client(app, database, actor) for role, actor in people.items()}


Bank = tuple[dict[str, Actor], dict[str, Client]]


async def test_a_password_buys_a_pair_and_the_pair_says_who(app: FastAPI, database: Database) -> None:
    made = await world.people_in(database)
    email = await world.email_of(database, made["OWNER"])
    answer = await Client(app).ask("POST", "/auth/token", {"login": email, "password": PASSWORD})
    pair = answer.json["data"]
    assert (pair["token_type"], pair["expires_in"], pair["organization"]) == (
        "Bearer",
        1800,
        made["OWNER"].organization,
    )
    assert answer.headers["cache-control"] == "no-store"
    me = await Client(app, pair["access_token"]).ask("GET", "/me")
    assert (me.status, me.headers["cache-control"]) == (200, "no-store")
    assert (me.json["data"]["email"], me.json["data"]["role"]) == (email, "OWNER")
    assert "organization:own" in me.json["data"]["grants"]
    assert me.headers["etag"] == '"1"'
    anew = await Client(app).ask("POST", "/auth/refresh", {"refresh_token": pair["refresh_token"]})
    assert anew.status == 200
    again = await Client(app).ask("POST", "/auth/refresh", {"refresh_token": pair["refresh_token"]})
    assert (again.status, again.json["error"]["code"]) == (401, "UNAUTHENTICATED")
    ended = await Client(app, anew.json["data"]["access_token"]).ask("GET", "/me")
    assert ended.status == 401


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"login": "nobody@bank.example", "password": "x"}, 401, "WRONG_CREDENTIALS"),
        ({"login": "", "password": "x"}, 400, "VALIDATION_ERROR"),
        ({"login": "x", "password": "x\x00"}, 400, "VALIDATION_ERROR"),
        ({"login": "x", "password": "\ud800"}, 400, "VALIDATION_ERROR"),
        ({"login": "x"}, 400, "VALIDATION_ERROR"),
        ({"login": "x", "password": "x", "more": 1}, 400, "VALIDATION_ERROR"),
    ],
)
async def test_a_bad_sign_in_is_told_in_the_one_shape(
    app: FastAPI, body: dict[str, Any], status: int, code: str
) -> None:
    answer = await Client(app).ask("POST", "/auth/token", body)
    assert (answer.status, answer.json["error"]["code"]) == (status, code)
    assert set(answer.json["error"]) == {"code", "message", "details", "obstacles", "request_id"}


@pytest.mark.parametrize("token", ["nonsense", "cw_nonsense", "a.b.c"])
async def test_a_made_up_token_is_nobody(app: FastAPI, token: str) -> None:
    answer = await Client(app, token).ask("GET", "/me")
    assert answer.status == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    basic = await Client(app).ask("GET", "/me", authorization="Basic YTpi")
    assert basic.status == 401


async def test_the_api_takes_no_cookie(app: FastAPI, database: Database) -> None:
    made = await world.people_in(database)
    email = await world.email_of(database, made["OWNER"])
    session = await sessions.sign_in(database, SETTINGS.secrets, email, PASSWORD)
    cookie = f"cutwater={session.token}; __Host-cutwater={session.token}"
    assert (await Client(app).ask("GET", "/me", cookie=cookie)).status == 401


async def test_revoking_ends_the_pair_and_is_quiet_about_others(app: FastAPI, database: Database) -> None:
    made = await world.people_in(database)
    body = {"login": await world.email_of(database, made["OWNER"]), "password": PASSWORD}
    pair = (await Client(app).ask("POST", "/auth/token", body)).json["data"]
    for token in (pair["refresh_token"], "cwr_unknown"):
        assert (await Client(app).ask("POST", "/auth/revoke", {"refresh_token": token})).status == 204
    assert (await Client(app, pair["access_token"]).ask("GET", "/me")).status == 401


async def test_one_changes_oneself_with_the_etag_one_saw(bank: Bank) -> None:
    _, clients = bank
    member = clients["MEMBER"]
    changed = await member.ask(
        "PATCH", "/me", {"name": "Mia", "zone": "Europe/Zurich"}, **{"if-match": '"1"'}
    )
    assert (changed.status, changed.json["data"]["name"], changed.headers["etag"]) == (200, "Mia", '"2"')
    stale = await member.ask("PATCH", "/me", {"name": "Max"}, **{"if-match": '"1"'})
    assert stale.status == 412
    for wrong in ({"zone": "Mars/Base"}, {"username": "A B"}, {"locale": "xx"}, {"name": ""}):
        assert (await member.ask("PATCH", "/me", wrong)).status == 400


async def test_sessions_of_both_kinds_are_listed_and_ended(bank: Bank) -> None:
    _, clients = bank
    listed = await clients["MEMBER"].ask("GET", "/sessions")
    assert [(each["kind"], each["is_current"]) for each in listed.json["data"]] == [("api", True)]
    id = listed.json["data"][0]["id"]
    assert (await clients["OWNER"].ask("DELETE", f"/sessions/{id}")).status == 404
    assert (await clients["MEMBER"].ask("DELETE", f"/sessions/{id}")).status == 204
    assert (await clients["MEMBER"].ask("GET", "/me")).status == 401


async def test_an_organization_is_founded_once_by_one_key(bank: Bank) -> None:
    made, clients = bank
    name = f"Daughter {new_id().hex[-8:]}"
    headers = {"idempotency-key": new_id().hex}
    first = await clients["OWNER"].ask("POST", "/organizations", {"name": name}, **headers)
    again = await clients["OWNER"].ask("POST", "/organizations", {"name": name}, **headers)
    assert first.status == again.status == 201
    assert first.json == again.json
    assert again.headers["idempotency-replayed"] == "true"
    listed = await clients["OWNER"].ask("GET", "/organizations")
    assert {row["slug"] for row in listed.json["data"]} == {
        made["OWNER"].organization,
        first.json["data"]["slug"],
    }
    assert {row["role"] for row in listed.json["data"]} == {"OWNER"}


async def test_the_organization_is_read_renamed_and_deleted(bank: Bank) -> None:
    made, clients = bank
    slug = made["OWNER"].organization
    seen = await clients["VIEWER"].ask("GET", "/organization")
    assert (seen.json["data"]["slug"], seen.headers["etag"]) == (made["OWNER"].organization, '"1"')
    renamed = await clients["ADMIN"].ask(
        "PATCH", "/organization", {"name": "Renamed", "zone": "Europe/Paris"}
    )
    assert (renamed.status, renamed.json["data"]["name"]) == (200, "Renamed")
    unchanged = await clients["ADMIN"].ask("PATCH", "/organization", {"name": "Renamed"})
    assert unchanged.headers["etag"] == '"2"'
    assert (await clients["OWNER"].ask("DELETE", "/organization?confirm=no")).status == 400
    assert (await clients["OWNER"].ask("DELETE", f"/organization?confirm={slug}")).status == 204
    assert (await clients["VIEWER"].ask("GET", "/organization")).status == 401


async def test_members_are_listed_found_changed_and_ended(bank: Bank) -> None:
    made, clients = bank
    owner, viewer = clients["OWNER"], made["VIEWER"].user_id
    listed = await owner.ask("GET", "/members?per_page=2")
    assert (listed.json["meta"]["total"], len(listed.json["data"])) == (4, 2)
    assert "page=2" in listed.json["links"]["next"]
    found = await owner.ask("GET", "/members?q=VIEWER%20person")
    assert [row["id"] for row in found.json["data"]] == [str(viewer)]
    one = await owner.ask("GET", f"/members/{viewer}")
    assert (one.json["data"]["role"], one.headers["etag"]) == ("VIEWER", '"1"')
    assert (await owner.ask("GET", f"/members/{new_id()}")).status == 404
    changed = await clients["ADMIN"].ask(
        "PATCH", f"/members/{viewer}", {"role": "MEMBER", "is_auditor": True}
    )
    assert (changed.json["data"]["role"], changed.json["data"]["is_auditor"]) == ("MEMBER", True)
    up = await clients["ADMIN"].ask("PATCH", f"/members/{viewer}", {"role": "OWNER"})
    assert (up.status, up.json["error"]["obstacles"][0]["code"]) == (403, "permission.organization.own")
    last = await owner.ask("DELETE", f"/members/{made['OWNER'].user_id}")
    assert (last.status, last.json["error"]["obstacles"][0]["code"]) == (409, "owner.last")
    assert (await clients["MEMBER"].ask("DELETE", f"/members/{viewer}")).status == 403
    assert (await clients["ADMIN"].ask("DELETE", f"/members/{viewer}")).status == 204
    assert (await owner.ask("GET", "/members")).json["meta"]["total"] == 3
    assert (await owner.ask("GET", "/members?with_ended=true")).json["meta"]["total"] == 4
    assert (await clients["VIEWER"].ask("GET", "/me")).status == 401
    back = await clients["ADMIN"].ask("POST", f"/members/{viewer}/restore")
    assert (back.status, back.json["data"]["ended_at"]) == (200, None)


async def test_a_viewer_sees_no_people(bank: Bank) -> None:
    _, clients = bank
    for path in ("/members", "/teams", "/invitations", "/api-keys"):
        answer = await clients["VIEWER"].ask("GET", path)
        assert (answer.status, answer.json["error"]["code"]) == (403, "FORBIDDEN")


async def test_an_invitation_is_sent_listed_and_withdrawn(bank: Bank) -> None:
    made, clients = bank
    email = world.address()
    sent = await clients["ADMIN"].ask("POST", "/invitations", {"email": email.upper(), "role": "MEMBER"})
    assert (sent.status, sent.json["data"]["email"]) == (201, email)
    assert sent.json["data"]["inviter"] == made["ADMIN"].name
    listed = await clients["OWNER"].ask("GET", "/invitations")
    assert [row["email"] for row in listed.json["data"]] == [email]
    wrong = {"email": "x@y", "role": "MEMBER", "team_ids": []}
    assert (await clients["ADMIN"].ask("POST", "/invitations", wrong)).status == 400
    id = sent.json["data"]["id"]
    assert (await clients["ADMIN"].ask("DELETE", f"/invitations/{id}")).status == 204
    assert (await clients["ADMIN"].ask("DELETE", f"/invitations/{id}")).status == 404


async def test_a_team_by_api(bank: Bank) -> None:
    made, clients = bank
    owner, member = clients["OWNER"], str(made["MEMBER"].user_id)
    created = await owner.ask("POST", "/teams", {"name": "Core ledger", "kind": "delivery"})
    assert (created.status, created.json["data"]["slug"], created.headers["etag"]) == (
        201,
        "core-ledger",
        '"1"',
    )
    assert (await owner.ask("POST", "/teams", {"name": "X", "slug": "core-ledger"})).status == 400
    assert (await owner.ask("POST", "/teams", {"name": "X", "kind": "choir"})).status == 400
    by_id = await owner.ask("GET", f"/teams/{created.json['data']['id']}")
    assert by_id.json["data"] == (await owner.ask("GET", "/teams/core-ledger")).json["data"]
    added = await owner.ask("POST", "/teams/core-ledger/members", {"user_id": member, "is_lead": True})
    assert (added.status, added.json["data"]["is_lead"]) == (201, True)
    assert (await owner.ask("POST", "/teams/core-ledger/members", {"user_id": member})).status == 409
    stranger = await owner.ask("POST", "/teams/core-ledger/members", {"user_id": str(new_id())})
    assert stranger.status == 404
    plain = await owner.ask("PATCH", f"/teams/core-ledger/members/{member}", {"is_lead": False})
    assert plain.json["data"]["is_lead"] is False
    seen = await clients["MEMBER"].ask("GET", "/teams/core-ledger/members")
    assert [row["id"] for row in seen.json["data"]] == [member]
    assert (await clients["MEMBER"].ask("GET", "/teams")).json["data"][0]["members"] == 1
    changed = await owner.ask("PATCH", "/teams/core-ledger", {"description": "Books"}, **{"if-match": '"1"'})
    assert (changed.json["data"]["description"], changed.json["data"]["revision"]) == ("Books", 2)
    same = await owner.ask("PATCH", "/teams/core-ledger", {"description": "Books"})
    assert same.json["data"]["revision"] == 2
    assert (await owner.ask("DELETE", "/teams/core-ledger", **{"if-match": '"1"'})).status == 412
    assert (await owner.ask("DELETE", f"/teams/core-ledger/members/{member}")).status == 204
    assert (await owner.ask("DELETE", f"/teams/core-ledger/members/{member}")).status == 404
    assert (await owner.ask("DELETE", "/teams/core-ledger")).status == 204
    assert (await owner.ask("GET", "/teams/core-ledger")).status == 404


async def test_a_key_is_made_used_and_kept_out_of_the_repeated_answer(app: FastAPI, bank: Bank) -> None:
    made, clients = bank
    body = {"name": "Pipeline", "scopes": ["runs:read", "releases:write"], "days": 30}
    repeat = {"idempotency-key": new_id().hex}
    first = await clients["MEMBER"].ask("POST", "/api-keys", body, **repeat)
    secret = first.json["data"]["secret"]
    assert (first.status, secret.startswith("cw_")) == (201, True)
    again = await clients["MEMBER"].ask("POST", "/api-keys", body, **repeat)
    assert again.status == 201
    assert again.json["data"]["id"] == first.json["data"]["id"]
    assert again.json["data"]["secret"] == "(shown once)"
    by_key = Client(app, secret)
    me = await by_key.ask("GET", "/me")
    assert (me.json["data"]["kind"], me.json["data"]["grants"]) == (
        "api_key",
        ["releases:write", "runs:read"],
    )
    other_header = await Client(app).ask("GET", "/organization", **{"x-api-key": secret})
    assert other_header.json["data"]["slug"] == made["OWNER"].organization
    for method, path, sent in (
        ("PATCH", "/me", {"name": "X"}),
        ("GET", "/sessions", None),
        ("POST", "/organizations", {"name": "X"}),
        ("POST", "/api-keys", {"name": "X", "scopes": ["runs:read"]}),
        ("GET", "/members", None),
        ("DELETE", f"/members/{made['MEMBER'].user_id}", None),
    ):
        assert (await by_key.ask(method, path, sent)).status == 403, path
    assert len((await by_key.ask("GET", "/organizations")).json["data"]) == 1
    listed = await clients["MEMBER"].ask("GET", "/api-keys")
    assert [row["name"] for row in listed.json["data"]] == ["Pipeline"]
    assert "secret" not in listed.json["data"][0]
    assert (await clients["MEMBER"].ask("GET", "/api-keys?everybody=true")).status == 403
    assert len((await clients["ADMIN"].ask("GET", "/api-keys?everybody=true")).json["data"]) == 1
    assert (await clients["ADMIN"].ask("GET", "/api-keys")).json["data"] == []
    beyond = await clients["MEMBER"].ask("POST", "/api-keys", {"name": "X", "scopes": ["people:manage"]})
    assert (beyond.status, beyond.json["error"]["obstacles"][0]["code"]) == (403, "permission.scope")
    assert (await clients["MEMBER"].ask("DELETE", f"/api-keys/{first.json['data']['id']}")).status == 204
    assert (await by_key.ask("GET", "/me")).status == 401


async def test_what_belongs_to_another_organization_is_not_found(
    app: FastAPI, database: Database, bank: Bank
) -> None:
    made, _ = bank
    others = await world.people_in(database)
    foreign = await client(app, database, others["OWNER"])
    async with database.tx(made["OWNER"]) as tx:
        team = await service.create_team(tx, made["OWNER"], "Inner circle")
        invitation = await service.invite(tx, made["OWNER"], world.address(), "MEMBER")
        key, _ = await keys.create_api_key(tx, made["OWNER"], "Key", ["runs:read"])
    member = made["MEMBER"].user_id
    for method, path in (
        ("GET", f"/members/{member}"),
        ("PATCH", f"/members/{member}"),
        ("DELETE", f"/members/{member}"),
        ("POST", f"/members/{member}/restore"),
        ("GET", f"/teams/{team.id}"),
        ("PATCH", f"/teams/{team.slug}"),
        ("DELETE", f"/teams/{team.id}"),
        ("GET", f"/teams/{team.slug}/members"),
        ("DELETE", f"/invitations/{invitation.id}"),
        ("DELETE", f"/api-keys/{key.id}"),
    ):
        answer = await foreign.ask(method, path, {} if method == "PATCH" else None)
        assert (answer.status, answer.json["error"]["code"]) == (404, "NOT_FOUND"), f"{method} {path}"


async def test_a_service_key_has_no_profile(app: FastAPI, bank: Bank) -> None:
    _, clients = bank
    body = {"name": "CI", "scopes": ["runs:read", "releases:write"], "service_role": "MEMBER"}
    secret = (await clients["ADMIN"].ask("POST", "/api-keys", body)).json["data"]["secret"]
    ci = Client(app, secret)
    me = (await ci.ask("GET", "/me")).json["data"]
    assert (me["name"], me["email"], me["role"]) == ("CI", None, "MEMBER")
    assert (await ci.ask("GET", "/organizations")).json["data"] == []
    assert (await ci.ask("GET", "/api-keys")).json["data"] == []
