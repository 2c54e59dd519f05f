"""The pages of people and invitations."""

import re

import pytest
from fastapi import FastAPI

from cutwater import identity
from cutwater.identity.members.service.members import act_as, end_membership
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from tests import world
from tests.identity.visitors import sign_in
from tests.serving import Visitor
from tests.world import PASSWORD


async def invitation_path(browser: Visitor, database: Database, owner: Actor, email: str) -> str:
    answer = await browser.post(f"/o/{owner.organization}/settings/people/invite", email=email, role="MEMBER")
    assert answer.status == 303, answer.text[:600]
    from cutwater.identity.members import queries

    rows = await database.reader(owner).all(queries.invitations())
    invitation = next(row for row in rows if row.email == email)
    settings = browser.app.state.settings
    mail = await identity.mailed_link(database.reader(None), settings, "invitation", invitation.id)
    return mail.url.removeprefix(settings.base_url)


async def test_somebody_invited_makes_an_account_and_is_in(app: FastAPI, database: Database) -> None:
    made = await world.people_in(database)
    inviter = await sign_in(app, database, made["OWNER"])
    email = world.address("bo")
    path = await invitation_path(inviter, database, made["OWNER"], email)
    listed = await inviter.get(f"/o/{made['OWNER'].organization}/settings/people")
    assert email in listed.text
    wrong_person = await inviter.get(path)
    assert "you are signed in as" in wrong_person.text
    assert (await inviter.post(path)).status == 403
    browser = Visitor(app)
    page = await browser.get(path)
    assert f"Join {made['OWNER'].organization_name}" in page.text
    assert (await browser.post(path, name="", password="")).status == 400
    joined = await browser.post(path, name="Bo Berg", password=PASSWORD)
    assert joined.headers["location"] == f"/o/{made['OWNER'].organization}/"
    assert (await browser.get(f"/o/{made['OWNER'].organization}/settings/people")).status == 200
    used = await Visitor(app).get(path)
    assert "used already" in used.text


async def test_somebody_invited_with_an_account_signs_in_and_joins(app: FastAPI, database: Database) -> None:
    made = await world.people_in(database)
    others = await world.people_in(database)
    inviter = await sign_in(app, database, made["OWNER"])
    email = await world.email_of(database, others["OWNER"])
    path = await invitation_path(inviter, database, made["OWNER"], email)
    stranger = Visitor(app)
    assert f"/sign-in?next={path}" in (await stranger.get(path)).text
    await stranger.get("/sign-in")
    assert (await stranger.post(path, name="X", password=PASSWORD)).status == 409
    await stranger.post("/sign-in", login=email, password=PASSWORD, next=path)
    assert "Join " in (await stranger.get(path)).text
    joined = await stranger.post(path)
    assert joined.headers["location"] == f"/o/{made['OWNER'].organization}/"
    chooser = await stranger.get("/organizations")
    assert chooser.text.count('class="choice"') == 2


async def test_people_are_found_changed_deactivated_and_let_back_in(app: FastAPI, database: Database) -> None:
    made = await world.people_in(database, "MEMBER", "VIEWER")
    browser = await sign_in(app, database, made["OWNER"])
    address = f"/o/{made['OWNER'].organization}/settings/people"
    found = await browser.get(f"{address}?q=member+person")
    assert "Member Person" in found.text
    assert "Viewer Person" not in found.text
    assert "Nobody is called that" in (await browser.get(f"{address}?q=zzz")).text
    member = made["MEMBER"].user_id
    changed = await browser.post(f"{address}/{member}", role="MANAGER", is_auditor="true", revision=1)
    assert changed.status == 303
    async with database.tx(made["OWNER"].organization_id) as tx:
        assert (await act_as(tx, member)).role == "MANAGER"
    assert (await browser.post(f"{address}/{member}", role="BOSS")).status == 400
    assert (await browser.post(f"{address}/{member}/deactivate")).status == 303
    assert (await browser.post(f"{address}/{member}/deactivate")).status == 409
    assert "deactivated" in (await browser.get(f"{address}?ended=true")).text
    assert (await browser.post(f"{address}/{member}/restore")).status == 303
    refused = await browser.post(f"{address}/invite", email="nonsense", role="MEMBER")
    assert (refused.status, "nonsense" in refused.text) == (400, True)


async def test_an_invitation_is_withdrawn(app: FastAPI, database: Database) -> None:
    made = await world.people_in(database)
    browser = await sign_in(app, database, made["OWNER"])
    path = await invitation_path(browser, database, made["OWNER"], world.address())
    from cutwater.identity.members import queries

    row = (await database.reader(made["OWNER"]).all(queries.invitations()))[0]
    answer = await browser.post(f"/o/{made['OWNER'].organization}/settings/invitations/{row.id}/revoke")
    assert answer.status == 303
    assert "withdrawn" in (await Visitor(app).get(path)).text


async def test_only_the_viewer_rows_are_shown_to_a_viewer(app: FastAPI, database: Database) -> None:
    made = await world.people_in(database, "VIEWER")
    viewer = await sign_in(app, database, made["VIEWER"])
    page = await viewer.get(f"/o/{made['OWNER'].organization}/settings")
    tabs = re.findall(rf'href="/o/{made["OWNER"].organization}/settings(/[a-z-]+)?"', page.text)
    assert "/people" not in tabs
    assert "/api-keys" not in tabs
    assert "/me" in tabs


async def test_an_admin_is_not_offered_what_only_an_owner_may(app: FastAPI, database: Database) -> None:
    made = await world.people_in(database, "ADMIN")
    admin = await sign_in(app, database, made["ADMIN"])
    page = await admin.get(f"/o/{made['OWNER'].organization}/settings/people")
    assert 'value="OWNER"' not in page.text
    async with database.tx(made["OWNER"].organization_id) as tx:
        owner = await act_as(tx, made["OWNER"].user_id)
        with pytest.raises(Exception, match="last owner"):
            await end_membership(tx, owner, owner.user_id)


async def test_people_are_found_by_name_by_those_who_may_see_people(app: FastAPI, database: Database) -> None:
    made = await world.people_in(database, "MEMBER", "VIEWER")
    for role, finds in (("MEMBER", True), ("VIEWER", False)):
        somebody = await sign_in(app, database, made[role])
        page = await somebody.get(f"/o/{made['OWNER'].organization}/search?q=olga")
        assert ("Olga Owner" in page.text.split("<main")[1]) is finds
