"""The pages of releases: what is in the way before the click, refusals in place, few queries."""

import re
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import httpx2
import pytest

from cutwater import sprints
from cutwater.identity.members.service.members import end_membership
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.paging import Offset
from cutwater.kernel.reader import SessionReader
from cutwater.releases.approvals.service import name_approver
from cutwater.releases.comments.service import add_comment
from cutwater.releases.core import filters
from cutwater.releases.core.facts import DependencyKind, Status
from cutwater.releases.dependencies.service import add_dependency
from cutwater.releases.desk.queries.conditions import NOBODY, resolve
from cutwater.releases.desk.queries.detail import release_detail, release_row
from cutwater.releases.desk.queries.home import counts
from cutwater.releases.desk.queries.lists import board_rows, page_of_releases
from cutwater.releases.desk.views import beside
from cutwater.releases.items.service import ItemDraft, add_item
from cutwater.releases.moves import queries
from cutwater.releases.moves.views import MOST_WATCHED, watched
from cutwater.releases.records.service import block_release, update_release
from cutwater.releases.services.service import update_service
from cutwater.sprints.service import IssueEdit
from cutwater.sprints.service.sprints import add_issues
from tests import world
from tests.releases.factories import a_release, a_service, release_at, walk
from tests.serving import Served

PART = {"hx-request": "true", "hx-request-type": "partial"}
ELEMENT = {"accept": "application/json"}


async def test_every_page_of_an_empty_organization_says_what_to_do(page: httpx2.AsyncClient) -> None:
    for path, says in (
        ("/releases", "Add a service"),
        ("/releases/list", "No release yet"),
        ("/releases/blocked", "Nothing is blocked"),
        ("/releases/mine", "You own no release"),
        ("/releases/new", "Add a service first"),
        ("/releases/summary", "Make a release"),
        ("/releases/requirements", "At least one item"),
        ("/releases/panel?issue=PAY-1", "No release carries PAY-1 yet"),
        ("/releases/panel?sprint=SPR-1", "No release belongs to SPR-1"),
        ("/releases/panel?run=MIG-1-CUT", "No release is put live"),
        ("/services", "No service yet"),
        ("/services/new", "Add a service"),
        ("/environments", "No environment yet"),
        ("/freezes", "No freeze is open or planned"),
    ):
        answer = await page.get(path)
        assert answer.status_code == 200, path
        assert says in answer.text, path


async def test_every_page_of_a_release_shows_it(
    database: Database, boss: Actor, page: httpx2.AsyncClient
) -> None:
    async with database.tx(boss) as tx:
        blocker = await release_at(tx, boss, Status.IN_REVIEW)
        release = await release_at(
            tx, boss, Status.STAGING_VERIFIED, owner_id=boss.user_id, description="**So**"
        )
        await add_dependency(tx, boss, release.key, blocker.key, DependencyKind.BLOCKS)
        await add_comment(tx, boss, release.key, "Well *done*")
        approver = await world.person(tx, boss, "MEMBER", "Dana Approver")
        await name_approver(tx, boss, release.key, approver.user_id)
    detail = (await page.get(f"/releases/{release.key}")).text
    for says in (
        f"{blocker.key} must be deployed first and is In review.",
        "Dana Approver has not approved it.",
        "Well <em>done</em>",
        "<strong>So</strong>",
        'aria-disabled="true"',
        "Succeeded",
    ):
        assert says in detail
    for path in ("", "/explain", "/activity", "/card", "/edit", "/picker?reference=PAY"):
        assert (await page.get(f"/releases/{release.key}{path}")).status_code == 200, path
        assert (await page.get(f"/releases/R-999{path}")).status_code == 404, path
    for path in ("/releases", "/releases/list?q=is:blocked", "/releases/blocked", "/releases/mine"):
        assert release.title in (await page.get(path)).text, path
    drawer = await page.get(f"/releases/{release.key}", headers={"hx-request-type": "drawer"})
    assert "drawer-page" in drawer.text
    assert "<html" not in drawer.text


async def test_a_refused_move_shows_the_page_again_with_every_reason(
    database: Database, boss: Actor, page: httpx2.AsyncClient
) -> None:
    async with database.tx(boss) as tx:
        release = await a_release(tx, boss)
        await walk(tx, boss, release, Status.IN_DEVELOPMENT)
    move = {"target": "IN_REVIEW", "revision": str(release.revision)}
    refused = await page.post(f"/releases/{release.key}/move", data=move)
    assert (refused.status_code, "It has no items." in refused.text) == (409, True)
    part = await page.post(f"/releases/{release.key}/move", data=move, headers=PART)
    assert part.status_code == 409
    assert part.text.lstrip().startswith('<div id="release-detail"')
    element = await page.post(f"/releases/{release.key}/move", data=move, headers=ELEMENT)
    assert element.json()["error"]["obstacles"][0]["code"] == "requirement.has_items"


async def test_forcing_begins_at_the_next_status(
    database: Database, boss: Actor, page: httpx2.AsyncClient
) -> None:
    async with database.tx(boss) as tx:
        release = await release_at(tx, boss, Status.IN_REVIEW)
    shown = (await page.get(f"/releases/{release.key}")).text
    assert re.search(r'<option\s+value="READY_STAGING"\s+selected\s*>\s*Ready for staging\s*</option>', shown)


async def test_a_move_redirects_patches_in_place_or_answers_the_board(
    database: Database, boss: Actor, page: httpx2.AsyncClient
) -> None:
    async with database.tx(boss) as tx:
        one, two, three = [await a_release(tx, boss) for _ in range(3)]
    move = {"target": "IN_DEVELOPMENT", "revision": "1"}
    plain = await page.post(f"/releases/{one.key}/move", data=move)
    assert (plain.status_code, plain.headers["location"].endswith(f"/releases/{one.key}")) == (303, True)
    part = await page.post(f"/releases/{two.key}/move", data=move, headers=PART)
    assert f"{two.key} is now In development." in part.text
    card = (await page.post(f"/releases/{three.key}/move", data=move, headers=ELEMENT)).json()["card"]
    assert (card["key"], card["status"], card["revision"]) == (three.key, "IN_DEVELOPMENT", 2)
    assert re.match(r"\s*<li\s+class=", card["html"])
    stale = await page.post(f"/releases/{three.key}/move", data=move, headers=ELEMENT)
    assert stale.status_code == 409


async def test_a_viewer_sees_why_not_and_posts_nothing(
    served: Served, database: Database, boss: Actor
) -> None:
    async with database.tx(boss) as tx:
        release = await a_release(tx, boss)
        viewer = await world.person(tx, boss, "VIEWER")
    async with await served.browser(viewer) as page:
        detail = await page.get(f"/releases/{release.key}")
        assert "does not allow you to move a release" in detail.text
        assert "Add dependency" not in detail.text
        refused = await page.post(f"/releases/{release.key}/move", data={"target": "IN_DEVELOPMENT"})
        assert refused.status_code == 403
        assert (await page.get("/releases/new")).status_code == 403
        assert (await page.get("/services/new")).status_code == 403


async def test_a_release_is_made_and_edited_in_forms(page: httpx2.AsyncClient) -> None:
    made = await page.post("/services/new", data={"name": "Payments", "colour": "teal"})
    assert made.headers["location"].endswith("/services/payments")
    wrong = await page.post("/releases/new", data={"service": "payments", "title": "", "description": "Kept"})
    assert (wrong.status_code, "Kept" in wrong.text) == (400, True)
    form = {"service": "payments", "title": "Instant payments", "hotfix": "true", "target_date": "2026-12-01"}
    created = await page.post("/releases/new", data=form)
    assert created.headers["location"].endswith("/releases/R-1")
    edit = await page.get("/releases/R-1/edit")
    assert 'value="Instant payments"' in edit.text
    changed = {"service": "payments", "title": "Faster payments", "priority": "CRITICAL", "revision": "1"}
    assert (await page.post("/releases/R-1/edit", data=changed)).status_code == 303
    stale = await page.post("/releases/R-1/edit", data={**changed, "title": "Mine"})
    assert (stale.status_code, 'value="Mine"' in stale.text) == (409, True)
    assert "Faster payments" in (await page.get("/services/payments")).text


async def test_the_verbs_of_the_detail_page(
    database: Database, boss: Actor, page: httpx2.AsyncClient
) -> None:
    async with database.tx(boss) as tx:
        one, two = await a_release(tx, boss), await a_release(tx, boss)
        item = await add_item(tx, boss, one.key, ItemDraft(reference="PAY-1"))
        comment = await add_comment(tx, boss, one.key, "First")
        admin = await world.person(tx, boss, "ADMIN")
    for path, form in (
        ("/items", {"reference": "acme/api#7", "title": "Retry", "status": "Open"}),
        (f"/items/{item.item_id}/change", {"status": "Done", "revision": "1"}),
        (f"/items/{item.item_id}/remove", {"revision": "2"}),
        ("/dependencies", {"blocker": two.key, "kind": "BLOCKS"}),
        ("/block", {"reason": "Vendor", "revision": "1"}),
        ("/unblock", {"revision": "2"}),
        ("/comments", {"body": "Second"}),
        (f"/comments/{comment.comment_id}/edit", {"body": "First, again", "revision": "1"}),
        (f"/comments/{comment.comment_id}/delete", {}),
        ("/approvals", {"approver_id": str(admin.user_id)}),
        ("/move", {"target": "READY_STAGING", "manner": "FORCED", "note": "Now"}),
    ):
        answer = await page.post(f"/releases/{one.key}{path}", data=form, headers=PART)
        assert answer.status_code == 200, (path, answer.text[:2000])
        assert "flash tone-good" in answer.text, path
    refused = await page.post(
        f"/releases/{two.key}/dependencies", data={"blocker": one.key, "kind": "BLOCKS"}
    )
    assert f"{one.key} blocks {two.key}, {two.key} blocks {one.key}" in refused.text
    assert (await page.post(f"/releases/{two.key}/delete", data={})).status_code == 409


async def test_an_owner_who_left_and_an_archived_service_stay_until_they_are_changed(
    database: Database, boss: Actor, page: httpx2.AsyncClient
) -> None:
    async with database.tx(boss) as tx:
        mara = await world.person(tx, boss, "MEMBER", "Mara Gone")
        of = await a_service(tx, boss)
        release = await a_release(tx, boss, service=of.slug, owner_id=mara.user_id)
        await update_service(tx, boss, of.slug, {"is_archived": True}, seen_revision=None)
        await end_membership(tx, boss, mara.user_id)
    edit = f"/releases/{release.key}/edit"
    form = (await page.get(edit)).text
    assert re.search(rf'<option\s+value="{mara.user_id}"\s+selected\s*>\s*Mara Gone \(not active\)', form)
    sent = {"title": "A better title", "service": of.slug, "owner_id": str(mara.user_id), "revision": "1"}
    assert (await page.post(edit, data=sent)).status_code == 303
    async with database.tx(boss) as tx:
        row = await release_row(SessionReader(tx), release.key)
        assert (row.title, row.owner_id) == ("A better title", mara.user_id)
    again = {**sent, "revision": "2", "owner_id": "", "target_date": "0202-12-01"}
    refused = await page.post(edit, data=again)
    assert (refused.status_code, "Use a year between 2000 and 2200." in refused.text) == (400, True)
    assert (await page.post(edit, data={**again, "target_date": "2026-12-01"})).status_code == 303
    anew = await page.post(edit, data={**sent, "revision": "3", "target_date": "2026-12-01"})
    assert (anew.status_code, "Choose a member of the organization." in anew.text) == (409, True)


async def test_a_sprint_shows_the_releases_that_belong_to_it_and_those_that_carry_its_issues(
    database: Database, boss: Actor, page: httpx2.AsyncClient
) -> None:
    async with database.tx(boss) as tx:
        sprint = await sprints.create_sprint(tx, boss, "Sprint 1")
        issue = await sprints.create_issue(tx, boss, IssueEdit(title="Instant payments", status="To do"))
        await add_issues(tx, boss, sprint.key, [issue.key])
        of = (await a_service(tx, boss)).slug
        own, carrier, other = [await a_release(tx, boss, service=of, title=t) for t in ("A", "B", "C")]
        await update_release(tx, boss, own.key, {"sprint": sprint.key}, seen_revision=None)
        await add_item(tx, boss, carrier.key, ItemDraft(reference=issue.key))
    panel = (await page.get(f"/releases/panel?sprint={sprint.key}")).text
    shown = [each.key for each in (own, carrier, other) if f"/releases/{each.key}" in panel]
    assert shown == [own.key, carrier.key]
    assert carrier.key in (await page.get(f"/releases/panel?issue={issue.key}")).text


def card_of(html: str, key: str) -> str:
    """A card's text and attributes, as the board draws them."""
    start = html.index(f'id="card-{key}"')
    return html[start : html.index("</li>", start)]


async def test_a_card_says_what_blocks_it_and_apart_from_that_what_it_waits_for(
    database: Database, boss: Actor, page: httpx2.AsyncClient
) -> None:
    async with database.tx(boss) as tx:
        ready = await release_at(tx, boss, Status.READY_PRODUCTION)
        behind = await release_at(tx, boss, Status.IN_REVIEW)
        held = await release_at(tx, boss, Status.IN_REVIEW)
        await add_dependency(tx, boss, ready.key, behind.key, DependencyKind.REQUIRES_SYNC)
        await add_dependency(tx, boss, held.key, ready.key, DependencyKind.BLOCKS)
        await block_release(tx, boss, behind.key, "The vendor is silent", seen_revision=None)
    board = (await page.get("/releases")).text
    cards = {each.key: card_of(board, each.key) for each in (ready, behind, held)}
    assert f"Waits for {behind.key}" in cards[ready.key]
    assert "Blocked" not in cards[ready.key]
    assert "Blocked by hand" in cards[behind.key]
    assert "The vendor is silent" in cards[behind.key]
    assert f"Blocked by {ready.key}" in cards[held.key]
    assert f'data-beside="{behind.key}"' in cards[ready.key]
    alone = (await page.get(f"/releases/{ready.key}/card")).text
    assert f"Waits for {behind.key}" in alone
    assert f"Waits for {behind.key}" in (await page.get("/releases/list")).text


async def test_a_narrowed_board_takes_in_only_the_cards_it_asked_for(
    database: Database, boss: Actor, page: httpx2.AsyncClient
) -> None:
    async with database.tx(boss) as tx:
        of, other = await a_service(tx, boss), await a_service(tx, boss)
        release = await a_release(tx, boss, service=of.slug)
    board = (await page.get(f"/releases?service={of.slug}&q=is:active")).text
    assert f"/releases/{{key}}/card?q=is%3Aactive&amp;service={of.slug}" in board
    card = f"/releases/{release.key}/card"
    assert (await page.get(f"{card}?q=is%3Aactive&service={of.slug}")).status_code == 200
    assert (await page.get(f"{card}?service={other.slug}")).status_code == 404
    assert "No card matches" in (await page.get(f"/releases?service={other.slug}")).text


async def test_a_list_watches_all_releases_and_not_each_of_its_rows(
    database: Database, boss: Actor, page: httpx2.AsyncClient
) -> None:
    await many_releases(database, boss, 3)
    rows = (await page.get("/releases/list?per_page=200")).text.split('id="rows"')[1].split("</table>")[0]
    assert 'data-refresh-on="releases"' in rows
    assert "data-topic" not in rows


async def test_the_query_box_keeps_the_chips_and_the_order_and_begins_at_page_one(
    page: httpx2.AsyncClient,
) -> None:
    shown = (await page.get("/releases/list?service=cards&status=PLANNING&sort=-title&page=2&q=load")).text
    box = shown.split('role="search"')[1].split("</form>")[0]
    kept = re.findall(r'type="hidden" name="([a-z]+)" value="([^"]*)"', box)
    assert kept == [("service", "cards"), ("status", "PLANNING"), ("sort", "-title")]


async def test_a_page_past_the_end_says_so(database: Database, boss: Actor, page: httpx2.AsyncClient) -> None:
    async with database.tx(boss) as tx:
        await a_release(tx, boss)
    answer = await page.get("/releases/list?page=9&sort=title")
    assert "The list ends before this page" in answer.text
    assert "/releases/list?sort=title&amp;page=1" in answer.text


async def test_the_menu_of_a_card_offers_the_moves_meant_for_it_and_says_which_ask_why(
    database: Database, boss: Actor, page: httpx2.AsyncClient
) -> None:
    async with database.tx(boss) as tx:
        plain = await release_at(tx, boss, Status.IN_REVIEW)
        urgent = await release_at(tx, boss, Status.IN_REVIEW, hotfix=True)
    board = (await page.get("/releases")).text
    assert 'data-moves="READY_STAGING IN_DEVELOPMENT CANCELLED"' in card_of(board, plain.key)
    assert 'data-asks="IN_DEVELOPMENT CANCELLED"' in card_of(board, plain.key)
    assert 'value="READY_PRODUCTION"' not in card_of(board, plain.key)
    assert 'value="READY_PRODUCTION"' in card_of(board, urgent.key)


async def many_releases(database: Database, boss: Actor, count: int) -> None:
    async with database.tx(boss) as tx:
        of = (await a_service(tx, boss)).slug
        for number in range(count):
            release = await a_release(tx, boss, service=of, owner_id=boss.user_id)
            if number % 3 == 0:
                await add_item(tx, boss, release.key, ItemDraft(reference=f"PAY-{number + 1}"))


@pytest.mark.parametrize("count", [3, 30])
async def test_lists_and_boards_ask_the_same_few_queries_however_long_they_are(
    database: Database, boss: Actor, count: int
) -> None:
    await many_releases(database, boss, count)
    wanted = filters.parse("is:active owner:me")
    reader = database.reader(boss)
    resolved = await resolve(reader, boss, wanted)
    assert reader.trips == 0
    page = await page_of_releases(reader, wanted, resolved, Offset(per_page=200))
    assert (page.total, reader.trips) == (count, 1)
    rows = await reader.all(board_rows(wanted, resolved, page.rows[0].moved_at))
    assert (len(rows), reader.trips) == (count, 2)
    shown = await beside(reader, boss, rows)
    assert (len(shown.waiting.waits), reader.trips) == (count, 4)


async def test_a_page_watches_what_can_change_it_and_never_more_than_a_stream_takes(
    database: Database, boss: Actor
) -> None:
    async with database.tx(boss) as tx:
        of = (await a_service(tx, boss)).slug
        chain = [await a_release(tx, boss, service=of) for _ in range(MOST_WATCHED + 1)]
        for first, second in pairwise(chain):
            await add_dependency(tx, boss, second.key, first.key, DependencyKind.BLOCKS)
    reader = database.reader(boss)
    near = watched(await queries.neighbourhood_of(reader, chain[1].key))
    assert set(near.split()) == {f"release:{each.id}" for each in chain[:2]} | {"freezes", "requirements"}
    far = watched(await queries.neighbourhood_of(reader, chain[-1].key))
    assert far.split() == ["releases", "freezes", "requirements"]


async def test_a_detail_costs_the_same_trips_with_or_without_dependencies(
    database: Database, boss: Actor
) -> None:
    async with database.tx(boss) as tx:
        chain = [await release_at(tx, boss, Status.IN_REVIEW, owner_id=boss.user_id) for _ in range(4)]
        for first, second in pairwise(chain):
            await add_dependency(tx, boss, second.key, first.key, DependencyKind.BLOCKS)
    for release in (chain[0], chain[-1]):
        reader = database.reader(boss)
        await release_detail(reader, release.key)
        await queries.neighbourhood_of(reader, release.key)
        assert reader.trips == 4


async def test_home_says_which_of_my_releases_are_blocked_first_and_what_is_due_next(
    database: Database, boss: Actor, page: httpx2.AsyncClient
) -> None:
    soon = clock.today("UTC") + timedelta(days=3)
    async with database.tx(boss) as tx:
        calm = await a_release(tx, boss, title="Calm", owner_id=boss.user_id, target_date=soon)
        stuck = await a_release(tx, boss, title="Stuck", owner_id=boss.user_id)
        await block_release(tx, boss, stuck.key, "The vendor is silent", seen_revision=None)
        await a_release(tx, boss, title="Somebody else's")
    text = (await page.get("/releases/summary")).text
    mine, due = text.split("Yours, on their way")[1].split("Due next")
    assert mine.index(stuck.key) < mine.index(calm.key)
    assert "Somebody else" not in mine
    assert (calm.key in due, stuck.key in due) == (True, False)


async def test_who_owns_nothing_sees_what_is_blocked_instead(
    database: Database, boss: Actor, page: httpx2.AsyncClient
) -> None:
    async with database.tx(boss) as tx:
        stuck = await a_release(tx, boss)
        await block_release(tx, boss, stuck.key, "The vendor is silent", seen_revision=None)
    text = (await page.get("/releases/summary")).text
    assert "No release waits for you" in text
    assert stuck.key in text.split("Blocked, the longest first")[1]


async def test_who_is_no_person_has_no_releases_of_their_own(database: Database, boss: Actor) -> None:
    async with database.tx(boss) as tx:
        await a_release(tx, boss)
    key, reader = replace(boss, kind="api_key", user_id=None), database.reader(boss)
    mine = filters.parse("is:mine")
    page = await page_of_releases(reader, mine, await resolve(reader, key, mine), Offset())
    assert page.total == 0
    (counted,) = await reader.all(counts(clock.today(), clock.now(), NOBODY))
    assert (counted.known, counted.mine) == (1, 0)
