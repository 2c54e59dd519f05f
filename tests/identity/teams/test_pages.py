"""The pages of teams."""

from fastapi import FastAPI

from cutwater.kernel.db import Database
from tests import world
from tests.identity.visitors import sign_in


async def test_a_team_lives_from_its_first_to_its_last_day(app: FastAPI, database: Database) -> None:
    made = await world.people_in(database, "MEMBER")
    browser = await sign_in(app, database, made["OWNER"])
    address = f"/o/{made['OWNER'].organization}/settings/teams"
    assert "No teams yet" in (await browser.get(address)).text
    created = await browser.post(address, name="Database ops", kind="operations", description="Dumps")
    team = f"{address}/database-ops"
    assert created.headers["location"] == team
    page = await browser.get(team)
    assert "Nobody is in this team yet" in page.text
    user_id = made["MEMBER"].user_id
    assert (await browser.post(f"{team}/members", user_id=user_id)).status == 303
    again = await browser.post(f"{team}/members", user_id=user_id)
    assert (again.status, "in the team already" in again.text) == (409, True)
    assert (await browser.post(f"{team}/members/{user_id}/lead", is_lead="true")).status == 303
    assert "Lead" in (await browser.get(team)).text
    renamed = await browser.post(team, name="DBA", kind="delivery", description="", revision=1)
    assert renamed.status == 303
    assert (await browser.post(team, name="DBA2", kind="delivery", revision=1)).status == 409
    assert (await browser.post(team, name="", kind="delivery")).status == 400
    assert (await browser.post(f"{team}/members/{user_id}/remove")).status == 303
    assert (await browser.post(f"{team}/delete")).status == 303
    assert (await browser.get(team)).status == 404
    anew = await browser.post(address, name="Database ops")
    assert anew.headers["location"] == team


async def test_a_teams_page_is_found_by_its_slug_in_any_case(app: FastAPI, database: Database) -> None:
    made = await world.people_in(database)
    browser = await sign_in(app, database, made["OWNER"])
    address = f"/o/{made['OWNER'].organization}/settings/teams"
    await browser.post(address, name="DBA", kind="operations")
    page = await browser.get(f"{address}/DBA")
    assert (page.status, "Nobody is in this team yet" in page.text) == (200, True)
