"""Approvals: the named approver answers, an admin says who is asked."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.errors import Conflict, Forbidden, Stale
from cutwater.releases.approvals.service import decide_approval, name_approver
from cutwater.releases.core.facts import Status, Verdict
from tests import world
from tests.releases.factories import a_release, codes, release_at, walk
from tests.serving import Served


async def test_only_the_named_approver_approves(served: Served, database: Database, boss: Actor) -> None:
    async with database.tx(boss) as tx:
        release = await a_release(tx, boss)
        dana, member = await world.person(tx, boss, "VIEWER", "Dana"), await world.person(tx, boss, "MEMBER")
        approval = await name_approver(tx, boss, release.key, dana.user_id)
    address = f"/releases/{release.key}/approvals/{approval}"
    async with await served.program(dana) as hers, await served.program(boss) as mine:
        refused = await mine.patch(address, json={"verdict": "APPROVED"})
        assert (refused.status_code, codes(refused)) == (403, ["permission.approver"])
        assert (await hers.patch(address, json={"verdict": "REFUSED"})).status_code == 400
        given = await hers.patch(address, json={"verdict": "APPROVED", "note": "Fine"})
        assert given.json()["data"]["verdict"] == Verdict.APPROVED
        myself = {"approver_id": str(boss.user_id)}
        assert (await mine.post(f"/releases/{release.key}/approvals", json=myself)).status_code == 409
        reasoned = {**myself, "reason": "Dana is ill"}
        assert (await mine.post(f"/releases/{release.key}/approvals", json=reasoned)).status_code == 201
        assert (await mine.delete(address)).status_code == 409
        assert (await mine.delete(f"{address}?reason=Left")).status_code == 204
    async with await served.program(member) as theirs:
        assert (
            await theirs.post(f"/releases/{release.key}/approvals", json={"approver_id": str(member.user_id)})
        ).status_code == 403


async def test_who_may_not_answer_is_told_that_before_what_changed_and_that_before_the_rules(
    tx: AsyncSession, owner: Actor
) -> None:
    release = await release_at(tx, owner, Status.READY_PRODUCTION)
    dana = await world.person(tx, owner, "VIEWER", "Dana")
    assert dana.user_id
    approval_id = await name_approver(tx, owner, release.key, dana.user_id)
    await walk(tx, owner, release, Status.DEPLOYED)
    answer = (release.key, approval_id, Verdict.APPROVED)
    with pytest.raises(Forbidden):
        await decide_approval(tx, owner, *answer, seen_revision=7)
    with pytest.raises(Stale):
        await decide_approval(tx, dana, *answer, seen_revision=7)
    with pytest.raises(Conflict, match="nothing left to approve"):
        await decide_approval(tx, dana, *answer, seen_revision=1)


async def test_nobody_is_named_twice_and_no_stranger_at_all(tx: AsyncSession, owner: Actor) -> None:
    release, dana = await a_release(tx, owner), await world.person(tx, owner, "VIEWER", "Dana Approver")
    assert dana.user_id
    await name_approver(tx, owner, release.key, dana.user_id)
    with pytest.raises(Conflict, match="Dana Approver is named already"):
        await name_approver(tx, owner, release.key, dana.user_id)
    with pytest.raises(Conflict, match="Choose a member"):
        await name_approver(tx, owner, release.key, release.id)
