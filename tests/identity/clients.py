"""Programs that use the API of identity."""

from fastapi import FastAPI

from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from tests import world
from tests.serving import Client
from tests.world import PASSWORD


async def client(app: FastAPI, database: Database, actor: Actor) -> Client:
    """Signed in as an actor, by password."""
    body = {
        "login": await world.email_of(database, actor),
        "password": PASSWORD,
        "organization": actor.organization,
    }
    answer = await Client(app).ask("POST", "/auth/token", body)
    assert answer.status == 200, answer.text
    return Client(app, answer.json["data"]["access_token"])


Bank = tuple[dict[str, Actor], dict[str, Client]]
