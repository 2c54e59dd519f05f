"""Tokens and sessions over the API."""

from typing import Any

import pytest
from fastapi import FastAPI

from cutwater.identity.sessions.service import sessions
from cutwater.kernel.db import Database
from tests import world
from tests.identity.clients import Bank
from tests.serving import SETTINGS, Client
from tests.world import PASSWORD


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


async def test_sessions_of_both_kinds_are_listed_and_ended(bank: Bank) -> None:
    _, clients = bank
    listed = await clients["MEMBER"].ask("GET", "/sessions")
    assert [(each["kind"], each["is_current"]) for each in listed.json["data"]] == [("api", True)]
    id = listed.json["data"][0]["id"]
    assert (await clients["OWNER"].ask("DELETE", f"/sessions/{id}")).status == 404
    assert (await clients["MEMBER"].ask("DELETE", f"/sessions/{id}")).status == 204
    assert (await clients["MEMBER"].ask("GET", "/me")).status == 401
