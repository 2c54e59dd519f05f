"""Nobody posts in somebody's name: the token, what it is bound to, and where a request came from."""

import pytest

from tests.web.app import browser, token_of

BOAT = {"name": "Gull"}


async def test_a_form_without_a_token_is_refused() -> None:
    async with browser() as client:
        await token_of(client)
        answer = await client.post("/o/bank/boats", data=BOAT)
    assert answer.status_code == 403
    assert "Reload the page and send it again." in answer.text


async def test_the_token_of_one_session_does_not_serve_another() -> None:
    async with browser(cutwater="one") as client:
        token = await token_of(client)
        client.cookies.set("cutwater", "two")
        assert (await client.post("/o/bank/boats", data=BOAT | {"_csrf": token})).status_code == 403


async def test_a_visitor_without_a_session_is_bound_by_a_cookie_of_its_own() -> None:
    async with browser() as client:
        page = await client.get("/hello")
        cookie = page.headers["set-cookie"]
        assert cookie.startswith("cutwater_pre_")
        assert "HttpOnly" in cookie
        token = page.text.split('name="_csrf" value="')[1].split('"')[0]
        assert (await client.post("/o/bank/boats", data=BOAT | {"_csrf": token})).status_code == 303
        client.cookies.clear()
        assert (await client.post("/o/bank/boats", data=BOAT | {"_csrf": token})).status_code == 403


async def test_two_first_pages_at_once_do_not_spoil_each_others_forms() -> None:
    async with browser() as first, browser() as second:
        tokens = [await token_of(first, "/hello"), await token_of(second, "/hello")]
        # one browser: both pages were asked for before it had a cookie, and both answers brought one
        first.cookies.update(second.cookies)
        for token in tokens:
            assert (await first.post("/o/bank/boats", data=BOAT | {"_csrf": token})).status_code == 303


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "http://test"}, 303),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 303),
    ],
)
async def test_requests_from_other_sites_are_refused_whatever_they_carry(
    headers: dict[str, str], status: int
) -> None:
    async with browser() as client:
        token = await token_of(client)
        answer = await client.post("/o/bank/boats", data=BOAT | {"_csrf": token}, headers=headers)
    assert answer.status_code == status


async def test_reading_needs_no_token() -> None:
    async with browser() as client:
        assert (await client.get("/hello", headers={"Sec-Fetch-Site": "cross-site"})).status_code == 200


async def test_the_header_of_our_elements_serves_as_well() -> None:
    async with browser() as client:
        token = await token_of(client)
        answer = await client.post("/o/bank/boats", data=BOAT, headers={"X-CSRF-Token": token})
    assert answer.status_code == 303
