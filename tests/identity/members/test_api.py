"""People and invitations over the API."""

from fastapi import FastAPI

from cutwater.identity.keys.service import create_api_key
from cutwater.identity.members.service.invitations import invite
from cutwater.identity.teams.service import create_team
from cutwater.kernel.db import Database
from cutwater.kernel.ids import new_id
from tests import world
from tests.identity.clients import Bank, client


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


async def test_what_belongs_to_another_organization_is_not_found(
    app: FastAPI, database: Database, bank: Bank
) -> None:
    made, _ = bank
    others = await world.people_in(database)
    foreign = await client(app, database, others["OWNER"])
    async with database.tx(made["OWNER"]) as tx:
        team = await create_team(tx, made["OWNER"], "Inner circle")
        invitation = await invite(tx, made["OWNER"], world.address(), "MEMBER")
        key, _ = await create_api_key(tx, made["OWNER"], "Key", ["runs:read"])
    member = made["MEMBER"].user_id
    for method, path in (
        ("GET", f"/members/{member}"),
        ("PATCH", f"/members/{member}"),
        ("DELETE", f"/members/{member}"),
        ("POST", f"/members/{member}/restore"),
        ("GET", f"/teams/{team.team_id}"),
        ("PATCH", f"/teams/{team.slug}"),
        ("DELETE", f"/teams/{team.team_id}"),
        ("GET", f"/teams/{team.slug}/members"),
        ("DELETE", f"/invitations/{invitation.invitation_id}"),
        ("DELETE", f"/api-keys/{key}"),
    ):
        answer = await foreign.ask(method, path, {} if method == "PATCH" else None)
        assert (answer.status, answer.json["error"]["code"]) == (404, "NOT_FOUND"), f"{method} {path}"
