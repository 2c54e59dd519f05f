"""The page that confirms an address."""

from sqlalchemy import select

from cutwater import identity
from cutwater.identity.accounts.models import AccountLink
from cutwater.identity.sessions.service import sessions
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from tests import world
from tests.serving import SETTINGS, Visitor
from tests.world import PASSWORD


async def test_an_address_is_confirmed_by_a_button_not_by_looking(
    browser: Visitor, database: Database
) -> None:
    await browser.get("/sign-up")
    email = world.address()
    await browser.post("/sign-up", name="Ada", email=email, password=PASSWORD)
    user_id = await sessions.check_password(database, SETTINGS.secrets, email, PASSWORD)
    actor = Actor(kind="user", id=user_id, name="", user_id=user_id)
    link = await database.reader(actor).scalar(select(AccountLink.id))
    mail = await identity.mailed_link(database.reader(None), browser.app.state.settings, "confirm", link)
    path = mail.url.removeprefix(browser.app.state.settings.base_url)
    assert (await browser.get(path)).status == 200
    assert "Confirm your address" in (await browser.get("/organizations")).text
    assert (await browser.post(path)).status == 303
    assert "Confirm your address" not in (await browser.get("/organizations")).text
    await browser.post("/confirm")
    assert len(await database.reader(actor).all(select(AccountLink.id))) == 2
