"""The pages of getting in and out."""

import re
from time import monotonic

import structlog
from fastapi import FastAPI
from sqlalchemy import select

from cutwater import identity
from cutwater.identity.accounts.models import AccountLink
from cutwater.kernel.db import Database
from cutwater.kernel.limits import Limiter
from tests import world
from tests.identity.visitors import sign_in
from tests.serving import Visitor
from tests.world import PASSWORD

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
