"""A page, a block, a drawer, a redirect, JSON: one route, and what each asker gets."""

import re

from cutwater.web.templating import STATIC
from tests.web.app import browser, token_of

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
DRAWER = {"HX-Request": "true", "HX-Request-Type": "drawer"}
JSON = {"Accept": "application/json"}


async def test_a_browser_gets_the_whole_page_with_rail_title_and_aside() -> None:
    async with browser() as client:
        page = await client.get("/o/bank/boats")
    assert page.status_code == 200
    assert page.text.lstrip().startswith("<!doctype html>")
    assert "<title>Boats · Northern Bank · Cutwater</title>" in page.text
    assert page.text.count("<h1") == 1
    assert '<aside class="aside"><p>Beside</p></aside>' in page.text
    assert "HX-Request-Type" in page.headers["vary"]


async def test_the_rail_lights_the_section_and_hides_what_the_actor_may_not_see() -> None:
    async with browser() as client:
        page = await client.get("/o/bank/boats")
    assert re.search(r'href="/o/bank/boats"\s+aria-current="page"\s+data-key="g b"', page.text)
    assert "/o/bank/audit" not in page.text


async def test_htmx_gets_the_block_alone_with_the_templates_own_sets_and_imports() -> None:
    async with browser() as client:
        part = await client.get("/o/bank/boats", headers=PARTIAL)
    assert part.text.strip().startswith('<section id="list">Ahoy Albatross')
    assert "The whole page" not in part.text
    assert "icon-rocket" in part.text


async def test_a_drawer_gets_the_content_without_the_shell() -> None:
    async with browser() as client:
        drawer = await client.get("/o/bank/boats", headers=DRAWER)
    assert 'data-title="Boats"' in drawer.text
    assert "The whole page" in drawer.text
    assert "Beside" in drawer.text
    assert "<html" not in drawer.text


async def test_a_boosted_link_is_a_full_page() -> None:
    async with browser() as client:
        page = await client.get("/o/bank/boats", headers={"HX-Request": "true", "HX-Request-Type": "full"})
    assert "<!doctype html>" in page.text


async def test_a_form_that_succeeds_redirects_and_the_sentence_is_shown_once() -> None:
    async with browser() as client:
        token = await token_of(client)
        answer = await client.post("/o/bank/boats", data={"name": "Gull", "_csrf": token})
        assert (answer.status_code, answer.headers["location"]) == (303, "/o/bank/boats")
        assert "Gull was built" in (await client.get("/o/bank/boats")).text
        assert "Gull was built" not in (await client.get("/o/bank/boats")).text


async def test_a_sentence_that_somebody_forged_is_not_shown() -> None:
    async with browser(cutwater_flash="WyJnb29kIiwiUGF5IG1lIl0.forged") as client:
        assert "Pay me" not in (await client.get("/o/bank/boats")).text


async def test_htmx_is_redirected_by_its_own_header() -> None:
    async with browser() as client:
        token = await token_of(client)
        answer = await client.post("/o/bank/boats", data={"name": "Gull", "_csrf": token}, headers=PARTIAL)
    assert (answer.status_code, answer.headers["hx-redirect"]) == (200, "/o/bank/boats")


async def test_an_element_gets_json() -> None:
    async with browser() as client:
        token = await token_of(client)
        answer = await client.post(
            "/o/bank/boats", data={"name": "Gull"}, headers=JSON | {"X-CSRF-Token": token}
        )
    assert answer.json() == {"name": "Gull"}


async def test_a_refused_form_comes_back_with_its_reasons_and_what_was_typed() -> None:
    async with browser() as client:
        token = await token_of(client)
        answer = await client.post("/o/bank/boats", data={"name": "", "masts": "many", "_csrf": token})
    assert answer.status_code == 400
    assert "Fill this in." in answer.text
    assert "Must be a whole number." in answer.text
    assert 'value="many"' in answer.text
    assert 'aria-invalid="true"' in answer.text


async def test_obstacles_come_back_with_409_in_the_block_htmx_asked_for() -> None:
    async with browser() as client:
        token = await token_of(client)
        answer = await client.post(
            "/o/bank/boats", data={"name": "Gull", "masts": "4", "_csrf": token}, headers=PARTIAL
        )
    assert answer.status_code == 409
    assert "The hull is open." in answer.text
    assert "Close it." in answer.text
    assert "the shipwright" in answer.text
    assert "<html" not in answer.text


async def test_an_element_gets_the_refusal_as_the_api_would_say_it() -> None:
    async with browser() as client:
        token = await token_of(client)
        answer = await client.post(
            "/o/bank/boats", data={"name": "G", "masts": "4"}, headers=JSON | {"X-CSRF-Token": token}
        )
    assert answer.status_code == 409
    assert answer.json()["error"]["obstacles"][0]["code"] == "hull.open"


async def test_errors_are_pages_that_say_what_to_do() -> None:
    async with browser() as client:
        missing = await client.get("/o/bank/boats/missing")
        busy = await client.get("/o/bank/boats/busy")
        nowhere = await client.get("/nowhere")
    assert (missing.status_code, busy.status_code, nowhere.status_code) == (404, 429, 404)
    assert "The boat does not exist, or you cannot see it." in missing.text
    assert "There is nothing here" in nowhere.text
    assert busy.headers["retry-after"] == "7"
    assert 'class="rail"' in missing.text


async def test_who_mistypes_an_address_keeps_the_rail_and_the_way_home() -> None:
    async with browser() as client:
        lost = await client.get("/o/bank/boots")
        other = await client.get("/nowhere")
    assert (lost.status_code, other.status_code) == (404, 404)
    assert 'class="rail"' in lost.text
    assert 'href="/o/bank/"' in lost.text.split("There is nothing here")[1]
    assert "Sign in" not in other.text


async def test_a_strangers_mistyped_address_tells_nothing_of_the_organization() -> None:
    async with browser(None) as client:
        lost = await client.get("/o/bank/boots")
    assert (lost.status_code, "Northern Bank" in lost.text, 'class="rail"' in lost.text) == (
        404,
        False,
        False,
    )


async def test_a_crash_tells_no_secret() -> None:
    async with browser() as client:
        answer = await client.get("/o/bank/boats/broken")
        told = await client.get("/o/bank/boats/broken", headers=JSON)
    assert answer.status_code == told.status_code == 500
    assert "a plank" not in answer.text + told.text
    assert told.json()["error"]["code"] == "INTERNAL"


async def test_a_stranger_is_sent_to_sign_in_and_back_to_the_page() -> None:
    async with browser(None) as client:
        page = await client.get("/o/bank/boats?sort=name")
        told = await client.get("/o/bank/boats", headers=JSON)
    assert page.headers["location"] == "/sign-in?next=/o/bank/boats%3Fsort%3Dname"
    assert told.status_code == 401


async def test_an_upload_is_bounded_and_named() -> None:
    async with browser() as client:
        headers = JSON | {"X-CSRF-Token": await token_of(client)}
        fine = await client.post(
            "/o/bank/boats/photo", files={"photo": ("a.png", b"1" * 1000)}, headers=headers
        )
        large = await client.post(
            "/o/bank/boats/photo", files={"photo": ("a.png", b"1" * 1001)}, headers=headers
        )
        none = await client.post("/o/bank/boats/photo", data={"x": "y"}, headers=headers)
    assert fine.json() == {"name": "a.png", "size": 1000}
    assert (large.status_code, none.status_code) == (413, 400)
    assert none.json()["error"]["details"] == [{"field": "photo", "message": "Choose a file."}]


async def test_a_page_of_somebody_is_never_stored_by_proxies() -> None:
    async with browser() as client:
        assert (await client.get("/o/bank/boats")).headers["cache-control"] == "no-store"


async def test_preferences_are_kept_and_lead_back_into_our_own_pages_only() -> None:
    async with browser() as client:
        token = await token_of(client)
        for back in ("/o/bank/boats?q=1", "//evil.example/x", "/\\evil.example", "https://evil.example/"):
            answer = await client.post("/preferences", data={"theme": "dark", "back": back, "_csrf": token})
            assert answer.status_code == 303
            assert not answer.headers["location"].startswith(("//", "/\\", "http"))
        assert 'data-theme="dark"' in (await client.get("/o/bank/boats")).text


async def test_a_public_page_has_no_rail_and_no_organization() -> None:
    async with browser(None) as client:
        page = await client.get("/hello")
    assert 'class="rail"' not in page.text
    assert '<a href="/sign-in">/x</a>' in page.text


async def test_the_design_page_shows_every_component_without_inline_style_or_script() -> None:
    async with browser() as client:
        page = await client.get("/design")
    assert page.status_code == 200
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=", page.text)
    for word in ("obstacles", "pager", "feed", "chart", "cw-board", "cw-runsheet", "mode-rehearsal", "empty"):
        assert word in page.text


def test_no_component_is_left_out_of_the_design_page() -> None:
    """`panel` shows another module's part of a page, of which the design page has none."""
    templates = STATIC.parent / "templates"
    files = [templates / "components" / f"{name}.html" for name in ("ui", "lists", "fields", "icon")]
    offered = [name for file in files for name in re.findall(r"macro ([a-z]\w*)\(", file.read_text())]
    shown = set(re.findall(r"ui\.(\w+)\(", (templates / "design.html").read_text()))
    assert set(offered) - shown == {"panel"}


async def test_static_files_are_kept_for_ever_under_this_build_only() -> None:
    async with browser() as client:
        page = await client.get("/hello")
        address = re.search(r'href="(/static/[0-9a-f]{12}/web/static/css/tokens\.css)"', page.text)
        assert address
        kept = await client.get(address[1])
        stale = await client.get("/static/000000000000/web/static/css/tokens.css")
        code = [
            (await client.get(f"/static/x/{path}")).status_code
            for path in (
                "../../view.py",
                "web/view.py",
                "web/static/../view.py",
                "web/static/%2e%2e/view.py",
                "cli.py",
            )
        ]
    assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert stale.headers["cache-control"] == "no-cache"
    assert code == [404] * 5
