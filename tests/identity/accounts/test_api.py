"""Oneself over the API."""

from fastapi import FastAPI

from tests.identity.clients import Bank
from tests.serving import Client


async def test_one_changes_oneself_with_the_etag_one_saw(bank: Bank) -> None:
    _, clients = bank
    member = clients["MEMBER"]
    changed = await member.ask(
        "PATCH", "/me", {"name": "Mia", "zone": "Europe/Zurich"}, **{"if-match": '"1"'}
    )
    assert (changed.status, changed.json["data"]["name"], changed.headers["etag"]) == (200, "Mia", '"2"')
    stale = await member.ask("PATCH", "/me", {"name": "Max"}, **{"if-match": '"1"'})
    assert stale.status == 412
    same = await member.ask("PATCH", "/me", {"name": "Mia"}, **{"if-match": '"2"'})
    assert (same.status, same.headers["etag"]) == (200, '"2"')
    for wrong in ({"zone": "Mars/Base"}, {"username": "A B"}, {"locale": "xx"}, {"name": ""}):
        assert (await member.ask("PATCH", "/me", wrong)).status == 400


async def test_a_service_key_has_no_profile(app: FastAPI, bank: Bank) -> None:
    _, clients = bank
    body = {"name": "CI", "scopes": ["runs:read", "releases:write"], "service_role": "MEMBER"}
    secret = (await clients["ADMIN"].ask("POST", "/api-keys", body)).json["data"]["secret"]
    ci = Client(app, secret)
    me = (await ci.ask("GET", "/me")).json["data"]
    assert (me["name"], me["email"], me["role"]) == ("CI", None, "MEMBER")
    refused = await ci.ask("PATCH", "/me", {"name": "Robot"})
    assert (refused.status, refused.json["error"]["obstacles"][0]["code"]) == (403, "permission.person")
    assert (await ci.ask("GET", "/organizations")).json["data"] == []
    assert (await ci.ask("GET", "/api-keys")).json["data"] == []
