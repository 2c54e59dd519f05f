"""Keys over the API."""

from fastapi import FastAPI

from cutwater.kernel.ids import new_id
from tests.identity.clients import Bank
from tests.serving import Client


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
