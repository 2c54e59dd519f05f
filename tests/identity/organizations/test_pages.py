"""The chooser and the settings."""

from fastapi import FastAPI

from cutwater.identity.sessions.service.access import create_admin
from cutwater.kernel.db import Database
from tests import world
from tests.identity.visitors import sign_in
from tests.serving import Visitor
from tests.world import PASSWORD

# ---------------------------------------------------------------- inside


async def test_the_settings_are_saved_and_refused_with_reasons(app: FastAPI, database: Database) -> None:
    made = await world.people_in(database, "MEMBER")
    browser = await sign_in(app, database, made["OWNER"])
    address = f"/o/{made['OWNER'].organization}/settings"
    saved = await browser.post(address, name="Renamed", zone="Europe/Zurich", revision=1)
    assert saved.status == 303
    stale = await browser.post(address, name="Again", zone="UTC", revision=1)
    assert stale.status == 409
    assert "since you looked" in stale.text
    wrong = await browser.post(address, name="", zone="Mars/Base")
    assert wrong.status == 400
    last = await browser.post(f"{address}/leave")
    assert last.status == 409
    assert "last owner" in last.text
    mistyped = await browser.post(f"{address}/delete", typed_slug="no")
    assert mistyped.status == 400
    member = await sign_in(app, database, made["MEMBER"])
    page = await member.get(address)
    assert "Ask one of" in page.text
    assert (await member.post(address, name="Mine", zone="UTC")).status == 403
    left = await member.post(f"{address}/leave")
    assert left.headers["location"] == "/organizations"
    assert (await browser.post(f"{address}/delete", typed_slug=made["OWNER"].organization)).status == 303
    assert (await browser.get(address)).status == 404


async def test_a_superadmin_sees_every_organization_in_the_chooser(app: FastAPI, database: Database) -> None:
    organization = await world.people_in(database)
    email = world.address()
    async with database.tx(None) as tx:
        await create_admin(tx, email=email, password=PASSWORD, name="Sue")
    browser = Visitor(app)
    await browser.get("/sign-in")
    await browser.post("/sign-in", login=email, password=PASSWORD)
    assert (await browser.get("/")).headers["location"] == "/organizations"
    assert f"/o/{organization['OWNER'].organization}/" in (await browser.get("/organizations")).text
    inside = await browser.get(f"/o/{organization['OWNER'].organization}/settings")
    assert inside.status == 200
    assert "Leave " not in inside.text
