"""The pages, as a browser without JavaScript uses them."""

import re
from time import monotonic

import pytest
import structlog
from fastapi import FastAPI
from sqlalchemy import select

from cutwater import identity
from cutwater.identity import service
from cutwater.identity.models import AccountLink
from cutwater.identity.pages.common import safe_next
from cutwater.identity.service import people, sessions
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.limits import Limiter
from tests import world
from tests.serving import SETTINGS, Visitor
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


# ---------------------------------------------------------------- outside


async def test_the_first_page_says_what_this_is_and_offers_both_ways_in(browser: Visitor) -> None:
    answer = await browser.get("/")
    assert answer.status == 200
    assert "Run the cutover." in answer.text
    assert 'href="/sign-in"' in answer.text
    assert 'href="/sign-up"' in answer.text


async def test_one_signs_up_founds_an_organization_and_is_its_owner(browser: Visitor) -> None:
    await browser.get("/sign-up")
    email = world.address()
    answer = await browser.post("/sign-up", name="Ada Lane", email=email, password=PASSWORD)
    assert (answer.status, answer.headers["location"]) == (303, "/organizations")
    cookie = next(each for each in answer.cookies if each.startswith("cutwater="))
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    page = await browser.get("/organizations")
    assert "You are in no organization yet" in page.text
    assert email in page.text
    made = await browser.post("/organizations", name="Lane & Sons", slug="")
    assert re.fullmatch(r"/o/lane-and-sons(-\d+)?/", made.headers["location"])
    home = await browser.get("/")
    assert home.headers["location"] == made.headers["location"]
    account = await browser.get("/account")
    assert account.headers["location"] == made.headers["location"] + "settings/me"
    settings = await browser.get(made.headers["location"] + "settings")
    assert "Lane &amp; Sons" in settings.text


async def test_a_wrong_form_comes_back_with_what_was_typed_but_the_password(browser: Visitor) -> None:
    await browser.get("/sign-up")
    answer = await browser.post("/sign-up", name="Ada Lane", email="nonsense", password="short")
    assert answer.status == 400
    assert 'value="Ada Lane"' in answer.text
    assert "e-mail address such as" in answer.text
    assert "short" not in answer.text


async def test_a_wrong_password_comes_back_as_a_sentence(browser: Visitor) -> None:
    await browser.get("/sign-in")
    answer = await browser.post("/sign-in", login="nobody@bank.example", password="wrong")
    assert answer.status == 401
    assert "The name or the password is wrong." in answer.text


async def test_a_form_without_its_token_is_refused(app: FastAPI, database: Database) -> None:
    made = await world.people_in(database)
    browser = await sign_in(app, database, made["OWNER"])
    answer = await browser.post(f"/o/{made['OWNER'].organization}/settings", _csrf="x", name="N", zone="UTC")
    assert answer.status == 403


@pytest.mark.parametrize(
    ("path", "safe"),
    [
        ("/o/bank/runs?x=1", "/o/bank/runs?x=1"),
        ("", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_signing_in_leads_to_our_own_pages_only(path: str, safe: str) -> None:
    assert safe_next(path) == safe


async def test_one_comes_back_to_where_one_was_asked_to_sign_in(app: FastAPI, database: Database) -> None:
    made = await world.people_in(database)
    browser = Visitor(app)
    path = f"/o/{made['OWNER'].organization}/settings/people"
    away = await browser.get(path)
    assert (away.status, away.headers["location"]) == (303, f"/sign-in?next={path}")
    form = await browser.get(away.headers["location"])
    assert f'value="{path}"' in form.text
    email = await world.email_of(database, made["OWNER"])
    answer = await browser.post("/sign-in", login=email, password=PASSWORD, next=path)
    assert answer.headers["location"] == path
    assert (await browser.get(path)).status == 200


async def test_signing_out_ends_the_session_on_the_server(app: FastAPI, database: Database) -> None:
    made = await world.people_in(database)
    browser = await sign_in(app, database, made["OWNER"])
    kept = dict(browser.cookies)
    answer = await browser.post("/sign-out")
    assert answer.headers["location"] == "/sign-in"
    assert "cutwater" not in browser.cookies
    browser.cookies = kept
    assert (await browser.get(f"/o/{made['OWNER'].organization}/settings")).status == 303


async def test_a_foreign_organization_is_not_there(app: FastAPI, database: Database) -> None:
    made = await world.people_in(database)
    other = await world.people_in(database)
    browser = await sign_in(app, database, made["OWNER"])
    foreign = await browser.get(f"/o/{other['OWNER'].organization}/settings")
    missing = await browser.get("/o/no-such-organization/settings")
    assert (foreign.status, missing.status) == (404, 404)
    assert other["OWNER"].organization_name in foreign.text or "Harbour" not in foreign.text


async def test_too_many_attempts_from_one_address_are_slowed_down(app: FastAPI) -> None:
    before, app.state.limiter = app.state.limiter, Limiter()
    try:
        browser = Visitor(app)
        await browser.get("/forgot")
        answers = [await browser.post("/forgot", email="nobody@bank.example") for _ in range(7)]
    finally:
        app.state.limiter = before
    assert [each.status for each in answers] == [303] * 6 + [429]
    assert "Retry-After".lower() in answers[-1].headers


async def test_a_stolen_session_cannot_try_passwords_for_long(app: FastAPI, database: Database) -> None:
    made = await world.people_in(database)
    thief = await sign_in(app, database, made["OWNER"])
    address = f"/o/{made['OWNER'].organization}/settings/me/password"
    before, app.state.limiter = app.state.limiter, Limiter()
    tries = {"current_password": "wrong", "new_password": "nine quiet seas"}
    try:
        answers = [await thief.post(address, **tries) for _ in range(7)]
    finally:
        app.state.limiter = before
    assert [each.status for each in answers] == [400] * 6 + [429]


# ---------------------------------------------------------------- mailed links


async def test_a_forgotten_password_is_set_anew_by_the_mailed_link(app: FastAPI, database: Database) -> None:
    made = await world.people_in(database)
    owner, browser = made["OWNER"], Visitor(app)
    await browser.get("/forgot")
    email = await world.email_of(database, owner)
    began = monotonic()
    known = await browser.post("/forgot", email=email)
    unknown = await browser.post("/forgot", email="nobody@bank.example")
    assert monotonic() - began >= 0.5, "the time told whether there was anything to do"
    assert (known.status, known.headers["location"]) == (unknown.status, unknown.headers["location"])
    links = select(AccountLink.id).where(AccountLink.purpose == "reset")
    link = await database.reader(owner).scalar(links)
    mail = await identity.mailed_link(database.reader(None), app.state.settings, "reset", link)
    path = mail.url.removeprefix(app.state.settings.base_url)
    assert email in (await browser.get(path)).text
    weak = await browser.post(path, password="short")
    assert (weak.status, "At least 12" in weak.text or "at least 12" in weak.text) == (400, True)
    done = await browser.post(path, password="nine quiet estuaries")
    assert (done.status, done.headers["location"]) == (303, "/")
    assert (await browser.get(path)).status == 409


async def test_the_secret_of_a_mailed_link_is_in_no_line_of_the_log(
    app: FastAPI,
) -> None:
    with structlog.testing.capture_logs() as lines:
        await Visitor(app).get("/reset/the-secret-of-the-link")
        await Visitor(app).get("/sign-in")
    assert [line["path"] for line in lines if line["event"] == "request"] == ["/reset/{token}", "/sign-in"]


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


async def invitation_path(browser: Visitor, database: Database, owner: Actor, email: str) -> str:
    answer = await browser.post(f"/o/{owner.organization}/settings/people/invite", email=email, role="MEMBER")
    assert answer.status == 303, answer.text[:600]
    from cutwater.identity import queries

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
        assert (await service.act_as(tx, member)).role == "MANAGER"
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
    from cutwater.identity import queries

    row = (await database.reader(made["OWNER"]).all(queries.invitations()))[0]
    answer = await browser.post(f"/o/{made['OWNER'].organization}/settings/invitations/{row.id}/revoke")
    assert answer.status == 303
    assert "withdrawn" in (await Visitor(app).get(path)).text


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


async def test_one_changes_oneself_and_ends_sessions(app: FastAPI, database: Database) -> None:
    made = await world.people_in(database, "MEMBER")
    here = await sign_in(app, database, made["MEMBER"])
    there = await sign_in(app, database, made["MEMBER"])
    address = f"/o/{made['OWNER'].organization}/settings/me"
    page = await here.get(address)
    assert "Firefox on Linux" in page.text
    assert page.text.count("this one") == 1
    username = world.address().split("@")[0]
    saved = await here.post(address, name="Mia Moor", username=username, zone="Europe/Zurich", revision=1)
    assert saved.status == 303
    assert f'value="{username}"' in (await here.get(address)).text
    taken = await here.post(address, name="Mia", username="A B", zone="Europe/Zurich")
    assert taken.status == 400
    wrong = await here.post(f"{address}/password", current_password="wrong", new_password="nine quiet seas")
    assert (wrong.status, "not your password" in wrong.text) == (400, True)
    other = re.search(r"sessions/([0-9a-f-]{36})/end", page.text)
    assert other
    assert (await here.post(f"{address}/sessions/{other[1]}/end")).status == 303
    assert (await there.get(address)).status == 303
    assert (await here.post(f"{address}/sessions/{other[1]}/end")).status == 404
    third = await sign_in(app, database, made["MEMBER"])
    assert (await here.post(f"{address}/sessions/end-others")).status == 303
    assert (await third.get(address)).status == 303
    done = await here.post(f"{address}/password", current_password=PASSWORD, new_password="nine quiet seas")
    assert done.status == 303
    assert (await here.get(address)).status == 200


async def test_a_superadmin_sees_every_organization_in_the_chooser(app: FastAPI, database: Database) -> None:
    organization = await world.people_in(database)
    email = world.address()
    async with database.tx(None) as tx:
        await service.create_admin(tx, email=email, password=PASSWORD, name="Sue")
    browser = Visitor(app)
    await browser.get("/sign-in")
    await browser.post("/sign-in", login=email, password=PASSWORD)
    assert (await browser.get("/")).headers["location"] == "/organizations"
    assert f"/o/{organization['OWNER'].organization}/" in (await browser.get("/organizations")).text
    inside = await browser.get(f"/o/{organization['OWNER'].organization}/settings")
    assert inside.status == 200
    assert "Leave " not in inside.text


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
        owner = await service.act_as(tx, made["OWNER"].user_id)
        with pytest.raises(Exception, match="last owner"):
            await people.end_membership(tx, owner, owner.user_id)


async def test_people_are_found_by_name_by_those_who_may_see_people(app: FastAPI, database: Database) -> None:
    made = await world.people_in(database, "MEMBER", "VIEWER")
    for role, finds in (("MEMBER", True), ("VIEWER", False)):
        somebody = await sign_in(app, database, made[role])
        page = await somebody.get(f"/o/{made['OWNER'].organization}/search?q=olga")
        assert ("Olga Owner" in page.text.split("<main")[1]) is finds
