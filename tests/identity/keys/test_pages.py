"""The page of keys."""

import re

from fastapi import FastAPI

from cutwater.kernel.db import Database
from tests import world
from tests.identity.visitors import sign_in


async def test_a_key_is_shown_once_and_revoked(app: FastAPI, database: Database) -> None:
    made = await world.people_in(database, "MEMBER")
    member = await sign_in(app, database, made["MEMBER"])
    address = f"/o/{made['OWNER'].organization}/settings/api-keys"
    page = await member.get(address)
    assert "No keys yet" in page.text
    assert "Pilot runs" not in page.text
    assert "Belongs to" not in page.text
    made_key = await member.post(address, name="Pipeline", scopes=["runs:read", "releases:write"], days=30)
    secret = re.search(r"cw_[\w-]{43}", made_key.text)
    assert secret
    listed = await member.get(address)
    assert secret[0] not in listed.text
    assert secret[0][:8] in listed.text
    assert (await member.post(address, name="None", days=30)).status == 400
    assert (await member.post(address, name="Pilot", scopes=["runs:pilot"], days=30)).status == 403
    owner = await sign_in(app, database, made["OWNER"])
    assert (await member.get(f"{address}?all=true")).status == 403
    everybody = await owner.get(f"{address}?all=true")
    assert "Pipeline" in everybody.text
    key = re.search(r"api-keys/([0-9a-f-]{36})/revoke", everybody.text)
    assert key
    assert (await owner.post(f"{address}/{key[1]}/revoke")).status == 303
    assert "No keys yet" in (await member.get(address)).text
    service_key = await owner.post(address, name="CI", scopes="runs:read", days=0, service_role="VIEWER")
    assert service_key.status == 200
    assert "service, viewer" in (await owner.get(f"{address}?all=true")).text
