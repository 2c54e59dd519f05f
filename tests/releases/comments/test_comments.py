"""Comments: their author changes them, an admin may delete them, and what is shown is safe."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.errors import Forbidden, Invalid, Stale
from cutwater.kernel.reader import SessionReader
from cutwater.releases.comments import views
from cutwater.releases.comments.service import add_comment, delete_comment, update_comment
from tests import world
from tests.releases.factories import a_release, codes
from tests.serving import Served


async def test_only_the_author_edits_a_comment(served: Served, database: Database, boss: Actor) -> None:
    async with database.tx(boss) as tx:
        release = await a_release(tx, boss)
        comment = await add_comment(tx, boss, release.key, "Mine")
        member = await world.person(tx, boss, "MEMBER")
    address = f"/releases/{release.key}/comments/{comment.comment_id}"
    async with await served.program(member) as theirs, await served.program(boss) as mine:
        refused = await theirs.patch(address, json={"body": "Theirs"})
        assert (refused.status_code, codes(refused)) == (403, ["permission.author"])
        assert (await theirs.delete(address)).status_code == 403
        edited = (await mine.patch(address, json={"body": "Still mine"})).json()["data"]
        assert (edited["body"], edited["edited_at"] is not None) == ("Still mine", True)
        assert (await mine.delete(address)).status_code == 204
        assert (await mine.get(address)).status_code == 404


async def test_a_comment_is_shown_as_typed_and_as_safe_html(tx: AsyncSession, owner: Actor) -> None:
    release = await a_release(tx, owner)
    added = await add_comment(tx, owner, release.key, "  **So** <script>alert(1)</script>  ")
    comment = await views.comment(SessionReader(tx), release.key.lower(), added.comment_id)
    assert comment.body == "**So** <script>alert(1)</script>"
    assert "<strong>So</strong>" in comment.html
    assert "<script" not in comment.html


async def test_an_author_who_saw_an_older_text_is_told_so_and_nobody_else_is(
    tx: AsyncSession, owner: Actor
) -> None:
    release, other = await a_release(tx, owner), await world.person(tx, owner, "MEMBER")
    added = await add_comment(tx, owner, release.key, "First")
    change = (release.key, added.comment_id, "Second")
    with pytest.raises(Forbidden):
        await update_comment(tx, other, *change, seen_revision=7)
    with pytest.raises(Stale):
        await update_comment(tx, owner, *change, seen_revision=7)
    with pytest.raises(Invalid):
        await update_comment(tx, owner, release.key, added.comment_id, " ", seen_revision=1)
    await update_comment(tx, owner, *change, seen_revision=1)
    with pytest.raises(Forbidden):
        await delete_comment(tx, other, release.key, added.comment_id)
