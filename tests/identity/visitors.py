"""Browsers of identity's pages."""

from fastapi import FastAPI

from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from tests import world
from tests.serving import Visitor
from tests.world import PASSWORD


async def sign_in(app: FastAPI, database: Database, actor: Actor) -> Visitor:
    browser = Visitor(app)
    await browser.get("/sign-in")
    answer = await browser.post("/sign-in", login=await world.email_of(database, actor), password=PASSWORD)
    assert answer.status == 303, answer.text[:500]
    await browser.get(f"/o/{actor.organization}/settings/me")
    return browser


def flash_of(browser: Visitor) -> str:
    return " ".join(browser.cookies)
