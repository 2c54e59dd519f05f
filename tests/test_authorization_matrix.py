"""Every route × every role and key, own and foreign organization. The routes come from the app; what each
needs is typed by hand from the product's permission table, in the `matrix.py` of each module's tests. A route
without a row fails.

A row is a word of the table, or one of these. PUBLIC: anybody. PERSON: signed in, in no organization yet.
MEMBER: whoever is in the organization. NAMED: members get in, and the thing itself decides (named approvers
and validators, a step's team, one's own row).
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import wiring
from cutwater.audit import Hub
from cutwater.identity.core.tokens import SESSION_LIFETIME, Access, access_token
from cutwater.identity.keys.service import create_api_key
from cutwater.identity.members.service.invitations import invite
from cutwater.identity.sessions.service import sessions
from cutwater.identity.sessions.service.access import create_admin
from cutwater.identity.sessions.service.tokens import _next_token
from cutwater.identity.teams.service import create_team
from cutwater.kernel import clock, crypto
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.embedded import EmbeddedServer
from tests import serving, world
from tests.conftest import copy
from tests.serving import Answer, call

EXPECTED: dict[str, str] = {
    row: needed
    for module in wiring.MODULES
    for row, needed in import_module(f"tests.{module}.matrix").ROUTES.items()
}
"""What each route needs, as the module's `matrix.py` says; a module without one fails here."""
ALL = {"VIEWER", "AUDITOR", "MEMBER", "MANAGER", "ADMIN", "OWNER", "SUPERADMIN"}
MEMBERS = {"MEMBER", "MANAGER", "ADMIN", "OWNER", "SUPERADMIN"}
MANAGERS = {"MANAGER", "ADMIN", "OWNER", "SUPERADMIN"}
ADMINS = {"ADMIN", "OWNER", "SUPERADMIN"}
# which roles hold which word, typed from the product's table and not from the code
HOLDERS: dict[str, set[str]] = {
    "releases:read": ALL,
    "releases:write": MEMBERS,
    "releases:force": MANAGERS,
    "releases:configure": MANAGERS,
    "services:write": MANAGERS,
    "environments:write": MANAGERS,
    "freezes:write": MANAGERS,
    "groups:write": MANAGERS,
    "issues:write": MEMBERS,
    "sprints:read": ALL,
    "sprints:write": MANAGERS,
    "planning:read": ALL,
    "planning:write": MANAGERS,
    "planning:own": MEMBERS,
    "runbooks:read": ALL,
    "runbooks:write": MANAGERS,
    "runbooks:publish": MANAGERS,
    "runs:read": ALL,
    "runs:execute": MEMBERS,
    "runs:pilot": MANAGERS,
    "runs:plan": MANAGERS,
    "reports:read": ALL,
    "reports:share": MANAGERS,
    "people:read": MEMBERS,
    "people:manage": ADMINS,
    "teams:manage": MANAGERS,
    "sites:manage": ADMINS,
    "notifications:configure": ADMINS,
    "organization:configure": ADMINS,
    "organization:own": {"OWNER", "SUPERADMIN"},
    "audit:read": MANAGERS | {"AUDITOR"},
    "platform:manage": {"SUPERADMIN"},
}
# who else may is decided by the thing itself (named approvers, a step's team, one's own row)
MAY = HOLDERS | {"NAMED": set(), "MEMBER": ALL, "PERSON": ALL, "PUBLIC": ALL}
OUTSIDE = {"PUBLIC", "PERSON"}
SCOPES = set(HOLDERS) - {"organization:own", "platform:manage"}
NOBODY = "01a1f8ce-0000-7000-8000-000000000000"
PARAMETERS = {
    "key": "NONE-1",
    "slug": "nothing",
    "token": "nothing",
    "kind": "csv",
    "code": "A-1",
    "verb": "start",
}


class Unkept(Database):
    """A database whose transactions leave nothing behind, so that every request meets the same world."""

    @asynccontextmanager
    async def tx(self, who: Actor | UUID | None) -> AsyncIterator[AsyncSession]:
        async with super().tx(who) as session:
            yield session
            await session.rollback()


@dataclass
class World:
    """The app, an organization, and how each actor presents themselves."""

    app: Any
    hub: Hub
    slug: str
    cookies: dict[str, str]
    bearers: dict[str, str]
    ids: dict[str, str]

    async def ask(self, actor: str, method: str, path: str) -> Answer:
        address = re.sub(r"\{(\w+)(:\w+)?\}", lambda found: self._fill(path, found[1]), path)
        headers = {"host": "127.0.0.1:8000", "sec-fetch-site": "same-origin"}
        body = b""
        if path.startswith("/api/v1/"):
            headers["content-type"] = "application/json"
            body = json.dumps({}).encode() if method in ("POST", "PUT", "PATCH") else b""
            if actor in self.bearers:
                headers["authorization"] = f"Bearer {self.bearers[actor]}"
        else:
            bound = (
                f"cutwater={self.cookies[actor]}" if actor in self.cookies else "cutwater_pre_matrix=matrix"
            )
            headers["cookie"] = bound
            headers["x-csrf-token"] = crypto.sign(serving.SETTINGS.secrets, "csrf", bound)
            headers["content-type"] = "application/x-www-form-urlencoded"
        return await call(self.app, method, address, headers=headers, body=body)

    def _fill(self, path: str, name: str) -> str:
        known = {"organization": self.slug} | PARAMETERS
        for start, values in (
            ("/api/v1/teams", {"slug": self.ids["team"], "user_id": self.ids["member"]}),
            ("/api/v1/members", {"id": self.ids["member"]}),
            ("/api/v1/invitations", {"id": self.ids["invitation"]}),
        ):
            if path.startswith(start):
                known |= values
        return known.get(name, NOBODY)


@pytest.fixture(scope="session")
async def kept(cluster: EmbeddedServer) -> AsyncIterator[World]:
    copy(cluster, "matrix")
    database = Unkept(cluster.conninfo("cutwater_app", "matrix"))
    await database.open()
    writing = Database(cluster.conninfo("cutwater_app", "matrix"))
    hub = Hub(database, secrets=serving.SETTINGS.secrets)
    following = asyncio.create_task(hub.run())
    yield await build(writing, hub)
    hub.close()
    await following
    await database.close()
    await writing.engine.dispose()


@pytest.fixture
def matrix(kept: World) -> World:
    """The world, with the app on its database again: other tests serve theirs with the same app."""
    kept.app = serving.app_on(kept.hub.database, hub=kept.hub)
    return kept


async def build(database: Database, hub: Hub) -> World:
    """An organization with one person of each role, a superadmin outside it, and a foreign owner."""
    cookies, bearers, ids = {}, {}, {}
    async with database.tx(None) as tx:
        owner = await world.organization(tx)
        actors = {"OWNER": owner}
        for role in ("VIEWER", "AUDITOR", "MEMBER", "MANAGER", "ADMIN"):
            actors[role] = await world.person(tx, owner, role)
        ids["member"] = str(actors["MEMBER"].user_id)
        ids["team"] = (await create_team(tx, owner, "Inner circle")).slug
        for word in SCOPES:
            bearers[f"ONLY {word}"] = (await create_api_key(tx, owner, word, [word]))[1]
            others = SCOPES - {word}
            bearers[f"ALL BUT {word}"] = (await create_api_key(tx, owner, word, others))[1]
        ids["invitation"] = str((await invite(tx, owner, world.address(), "MEMBER")).invitation_id)
    async with database.tx(None) as tx:
        actors["FOREIGN"] = await world.organization(tx, "Foreign Bank")
    async with database.tx(None) as tx:
        admin = await create_admin(tx, email=world.address(), password=world.PASSWORD, name="Sue")
    people_ids = {name: actor.user_id for name, actor in actors.items()} | {"SUPERADMIN": admin}
    for name, user_id in people_ids.items():
        here = actors["FOREIGN" if name == "FOREIGN" else "OWNER"].organization_id
        async with database.tx(None) as tx:
            cookies[name], bearers[name] = await enter(tx, user_id, here)
    return World(app=None, hub=hub, slug=owner.organization, cookies=cookies, bearers=bearers, ids=ids)


async def enter(tx: AsyncSession, user_id: Any, organization_id: Any) -> tuple[str, str]:
    """A session's cookie and an access token."""
    from cutwater.identity.accounts.service import scope
    from cutwater.kernel.ids import new_id

    await scope.enter(tx, user_id=user_id, organization_id=organization_id)
    session = await sessions.start_session(tx, user_id)
    family = new_id()
    _next_token(tx, user_id, family, clock.now() + SESSION_LIFETIME)
    access = Access(user_id=user_id, organization_id=organization_id, family_id=family)
    return session.token, access_token(serving.SETTINGS.secrets, access, clock.now())


def routes_of(app: Any) -> set[str]:
    """Every "METHOD path" of the two apps."""
    found = set()
    for prefix, part in (("", app), ("/api/v1", app.state.api)):
        for route in iter_route_contexts(part.routes):
            if getattr(route, "dependant", None) is not None and route.methods:
                found |= {f"{method} {prefix}{route.path}" for method in route.methods - {"HEAD"}}
    return found


async def test_every_route_has_a_row_and_every_row_a_route(matrix: World) -> None:
    routes = routes_of(matrix.app)
    assert routes - set(EXPECTED) == set(), "routes without a row: type what the product says they need"
    assert set(EXPECTED) - routes == set(), "rows without a route"


def is_shut_out(answer: Answer) -> bool:
    """Whether nobody is let in: 401, or off to sign in."""
    to_sign_in = answer.status in (302, 303) and answer.headers["location"].startswith("/sign-in")
    return answer.status == 401 or to_sign_in


@pytest.mark.parametrize("row", sorted(EXPECTED))
async def test_who_may_call(matrix: World, row: str) -> None:
    method, path = row.split(" ")
    needed = EXPECTED[row]
    wrong = []
    anonymous = await matrix.ask("ANONYMOUS", method, path)
    if needed != "PUBLIC" and not is_shut_out(anonymous):
        wrong.append(f"ANONYMOUS got {anonymous.status}")
    if needed == "PUBLIC" and anonymous.status in (401, 403, 500):
        wrong.append(f"ANONYMOUS got {anonymous.status}")
    for role in sorted(ALL):
        answer = await matrix.ask(role, method, path)
        if needed == "NAMED":
            # nothing is there that a viewer could have been named for
            fine = answer.status != 401 and answer.status < 500
            fine = fine and (role not in ("VIEWER", "AUDITOR") or answer.status >= 300)
        elif role in MAY[needed]:
            fine = answer.status not in (401, 403) and answer.status < 500
        else:
            fine = answer.status == 403
        if not fine:
            wrong.append(f"{role} got {answer.status}")
    if path.startswith("/api/") and needed in SCOPES:
        answer = await matrix.ask(f"ONLY {needed}", method, path)
        if answer.status in (401, 403):
            wrong.append(f"the owner's key with that scope alone got {answer.status}")
    if path.startswith("/api/") and needed in HOLDERS:
        answer = await matrix.ask(f"ALL BUT {needed if needed in SCOPES else 'audit:read'}", method, path)
        if answer.status != 403:
            wrong.append(f"the owner's key with every other scope got {answer.status}")
    if needed not in OUTSIDE and "{" in path:
        foreign = await matrix.ask("FOREIGN", method, path)
        if foreign.status != 404 and (not path.startswith("/api/") or foreign.status < 300):
            wrong.append(f"a foreign OWNER got {foreign.status}")
    assert wrong == [], f"{row} needs {needed}: {'; '.join(wrong)}"
