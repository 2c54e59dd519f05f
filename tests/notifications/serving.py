"""The whole app in the test's process, without its lifespan, and browsers and programs that use it."""

from dataclasses import dataclass

import httpx2
from fastapi import FastAPI
from pydantic import SecretStr

from cutwater.identity.service import sessions
from cutwater.kernel import crypto
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.limits import Limiter
from cutwater.kernel.settings import Settings
from cutwater.main import create_app
from tests.identity import world

SECRET = "a secret that is long enough for the tests"


@dataclass(frozen=True, kw_only=True)
class Site:
    """One organization on one app."""

    app: FastAPI
    database: Database
    settings: Settings
    slug: str
    people: dict[str, Actor]

    def anybody(self) -> httpx2.AsyncClient:
        """A browser nobody has signed in with."""
        transport = httpx2.ASGITransport(app=self.app)
        return httpx2.AsyncClient(transport=transport, base_url="http://localhost")

    async def browser(self, role: str) -> httpx2.AsyncClient:
        """A browser signed in as the person of this role, which sends the CSRF token with everything."""
        actor = self.people[role]
        assert actor.user_id
        async with self.database.tx(Actor(kind="user", id=None, name="", user_id=actor.user_id)) as tx:
            signed_in = await sessions.start_session(tx, actor.user_id)
        client = self.anybody()
        client.cookies.set("cutwater", signed_in.token)
        bound = f"cutwater={signed_in.token}"
        client.headers["X-CSRF-Token"] = crypto.sign(self.settings.secrets, "csrf", bound)
        client.base_url = httpx2.URL(f"http://localhost/o/{self.slug}")
        return client

    async def program(self, role: str) -> httpx2.AsyncClient:
        """A client of the API with the person's access token."""
        email = await world.email_of(self.database, self.people[role])
        pair = await sessions.issue_tokens(self.database, self.settings.secrets, email, world.PASSWORD)
        client = self.anybody()
        client.headers["Authorization"] = f"Bearer {pair.access_token}"
        client.base_url = httpx2.URL("http://localhost/api/v1")
        return client


async def site(database: Database, *roles: str, demo: bool = False) -> Site:
    """An organization with an owner and one person of each role, served."""
    organization, people = await world.committed(database, *roles)
    settings = Settings(
        secret_key=SecretStr(SECRET),
        demo=demo,
        worker=False,
        public_url="http://localhost",
        log_level="ERROR",
    )
    app = create_app(settings)
    for each in (app, app.state.api):
        each.state.database, each.state.limiter, each.state.hub = database, Limiter(), None
    return Site(app=app, database=database, settings=settings, slug=organization.slug, people=people)
