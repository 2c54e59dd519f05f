"""Moving releases on the database: row, event, deployment and what follows, in one transaction."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.errors import Conflict, Forbidden, NotFound, Stale
from cutwater.kernel.reader import SessionReader
from cutwater.releases.approvals.service import decide_approval, name_approver
from cutwater.releases.comments.service import add_comment
from cutwater.releases.core.facts import PATH, DependencyKind, EnvironmentKind, Requirement, Status, Verdict
from cutwater.releases.core.lifecycle import Manner
from cutwater.releases.dependencies.service import add_dependency
from cutwater.releases.deployments.queries import deployments_of
from cutwater.releases.desk.queries.detail import release_detail, release_row
from cutwater.releases.freezes.service import FreezeDraft, create_freeze
from cutwater.releases.items.service import ItemDraft, add_item
from cutwater.releases.moves.queries import neighbourhood_of
from cutwater.releases.moves.service import delete_release, deploy_from_step, move_release
from cutwater.releases.records.models import Release
from cutwater.releases.records.service import block_release, update_release
from cutwater.releases.requirements.service import switch_requirement
from tests import world
from tests.releases.factories import a_release, release_at, walk

S = Status


def codes(failure: pytest.ExceptionInfo[Conflict]) -> list[str]:
    return [each.code for each in failure.value.obstacles]


async def headlines(tx: AsyncSession, owner: Actor, release: Release) -> list[str]:
    entries = await audit.feed(SessionReader(tx), owner, "release", release.id, 50)
    return [entry.headline for entry in entries]


@pytest.mark.parametrize("status", list(Status))
async def test_a_release_walks_to_every_status_by_the_verbs(
    tx: AsyncSession, owner: Actor, status: Status
) -> None:
    release = await release_at(tx, owner, status)
    assert release.status == status
    assert (release.staging_at is not None) is (
        S.IN_STAGING in PATH[: PATH.index(status) + 1] if status in PATH else status is S.ROLLED_BACK
    )
    assert (release.production_at is not None) is (status in (S.DEPLOYED, S.ROLLED_BACK))


async def test_a_move_is_in_the_log_with_before_and_after(tx: AsyncSession, owner: Actor) -> None:
    release = await release_at(tx, owner, S.IN_REVIEW)
    latest = (await audit.feed(SessionReader(tx), owner, "release", release.id, 1))[0]
    assert (latest.name, latest.headline) == ("release.moved", "moved to In review")
    assert latest.changes == {"status": ("IN_DEVELOPMENT", "IN_REVIEW")}


async def test_a_refused_move_names_every_obstacle_and_changes_nothing(
    tx: AsyncSession, owner: Actor
) -> None:
    release = await a_release(tx, owner)
    for reference in ("PAY-1", "PAY-2"):
        await add_item(tx, owner, release.key, ItemDraft(reference=reference))
    await walk(tx, owner, release, S.IN_REVIEW)
    await block_release(tx, owner, release.key, "Vendor is late", seen_revision=None)
    before = release.revision
    with pytest.raises(Conflict) as refused:
        await move_release(tx, owner, release.key, S.READY_STAGING, seen_revision=None)
    assert [each.text for each in refused.value.obstacles] == [
        "PAY-1 is Open.",
        "PAY-2 is Open.",
        "It is blocked by hand: Vendor is late.",
    ]
    assert (release.status, release.revision) == (S.IN_REVIEW, before)


async def test_whoever_comes_second_is_told_who_did_what(tx: AsyncSession, owner: Actor) -> None:
    release = await a_release(tx, owner)
    jonas = await world.person(tx, owner, "MEMBER", "Jonas Weber")
    await walk(tx, jonas, release, S.IN_DEVELOPMENT)
    await add_comment(tx, owner, release.key, "A comment changes no release.")
    said = (
        "Jonas Weber changed it since you looked: moved to In development (you saw revision 1, it is now 2)."
    )
    for late in (
        move_release(tx, owner, release.key, S.PLANNING, seen_revision=1, note="Back"),
        update_release(tx, owner, release.key, {"title": "Mine"}, seen_revision=1),
        block_release(tx, owner, release.key, "Mine", seen_revision=1),
        delete_release(tx, owner, release.key, seen_revision=1),
    ):
        with pytest.raises(Stale) as refused:
            await late
        assert refused.value.message == said


async def test_a_viewer_moves_nothing_and_a_member_forces_nothing(tx: AsyncSession, owner: Actor) -> None:
    release = await a_release(tx, owner)
    viewer, member = await world.person(tx, owner, "VIEWER"), await world.person(tx, owner, "MEMBER")
    with pytest.raises(Forbidden):
        await move_release(tx, viewer, release.key, S.IN_DEVELOPMENT, seen_revision=None)
    with pytest.raises(Forbidden):
        await move_release(
            tx, member, release.key, S.IN_STAGING, seen_revision=None, note="Now", manner=Manner.FORCED
        )
    moved = await move_release(tx, member, release.key, S.IN_DEVELOPMENT, seen_revision=None)
    assert (moved.was, moved.now) == (S.PLANNING, S.IN_DEVELOPMENT)


async def test_a_manager_forces_a_move_with_a_reason_and_the_log_says_past_what(
    tx: AsyncSession, owner: Actor
) -> None:
    manager = await world.person(tx, owner, "MANAGER")
    release = await a_release(tx, owner)
    with pytest.raises(Conflict) as refused:
        await move_release(
            tx, manager, release.key, S.READY_PRODUCTION, seen_revision=None, manner=Manner.FORCED
        )
    assert codes(refused) == ["move.reason_needed"]
    await move_release(
        tx,
        manager,
        release.key,
        S.READY_PRODUCTION,
        seen_revision=None,
        note="The regulator asks for it today",
        manner=Manner.FORCED,
    )
    latest = (await audit.feed(SessionReader(tx), owner, "release", release.id, 1))[0]
    assert latest.headline == "forced to Ready for production"
    assert latest.note == "The regulator asks for it today"
    logged = await audit.event_by_id(SessionReader(tx), latest.event_id)
    assert logged.data["waived"] == ["move.not_next", "requirement.staging_verified"]


async def test_one_step_back_needs_a_note_and_two_steps_are_refused(tx: AsyncSession, owner: Actor) -> None:
    release = await release_at(tx, owner, S.IN_REVIEW)
    with pytest.raises(Conflict) as refused:
        await move_release(tx, owner, release.key, S.IN_DEVELOPMENT, seen_revision=None)
    assert codes(refused) == ["move.note_needed"]
    with pytest.raises(Conflict) as refused:
        await move_release(tx, owner, release.key, S.PLANNING, seen_revision=None, note="Why")
    assert codes(refused) == ["move.not_next"]
    await move_release(tx, owner, release.key, S.IN_DEVELOPMENT, seen_revision=None, note="Bug")
    assert release.status == S.IN_DEVELOPMENT


async def test_a_hotfix_goes_past_staging_with_an_approval(tx: AsyncSession, owner: Actor) -> None:
    release = await release_at(tx, owner, S.IN_REVIEW, hotfix=True)
    with pytest.raises(Conflict) as refused:
        await move_release(tx, owner, release.key, S.READY_PRODUCTION, seen_revision=None)
    assert codes(refused) == ["requirement.approvals"]
    approver = await world.person(tx, owner, "VIEWER", "Dana Approver")
    approval_id = await name_approver(tx, owner, release.key, approver.user_id)
    await decide_approval(tx, approver, release.key, approval_id, Verdict.APPROVED)
    await move_release(tx, owner, release.key, S.READY_PRODUCTION, seen_revision=None)
    await move_release(tx, owner, release.key, S.DEPLOYED, seen_revision=None)
    assert (release.status, release.staging_at) == (S.DEPLOYED, None)


async def test_deployments_are_written_down_in_standard_environments(tx: AsyncSession, owner: Actor) -> None:
    release = await release_at(tx, owner, S.ROLLED_BACK, version="2.4.0")
    rows = await SessionReader(tx).all(deployments_of(release.key))
    found = {(row.environment_name, row.outcome, row.version) for row in rows}
    assert found == {
        ("Staging", "SUCCEEDED", "2.4.0"),
        ("Production", "SUCCEEDED", "2.4.0"),
        ("Production", "ROLLED_BACK", "2.4.0"),
    }


async def test_an_open_freeze_stops_production_until_a_manager_overrides_it(
    tx: AsyncSession, owner: Actor
) -> None:
    deployed = await release_at(tx, owner, S.DEPLOYED)
    release = await release_at(tx, owner, S.READY_PRODUCTION)
    await create_freeze(
        tx,
        owner,
        FreezeDraft(
            environment="production",
            title="Quarter end",
            starts_at=deployed.moved_at,
            ends_at=deployed.moved_at.replace(year=deployed.moved_at.year + 1),
        ),
    )
    with pytest.raises(Conflict) as refused:
        await move_release(tx, owner, release.key, S.DEPLOYED, seen_revision=None)
    assert codes(refused) == ["requirement.no_freeze"]
    await move_release(
        tx,
        owner,
        release.key,
        S.DEPLOYED,
        seen_revision=None,
        note="Board decision",
        manner=Manner.FREEZE_OVERRIDDEN,
    )
    assert (await headlines(tx, owner, release))[0] == "moved to Deployed, overriding a freeze"


async def test_a_requirement_that_is_switched_off_is_not_asked_for(tx: AsyncSession, owner: Actor) -> None:
    release = await a_release(tx, owner)
    await walk(tx, owner, release, S.IN_DEVELOPMENT)
    with pytest.raises(Conflict):
        await move_release(tx, owner, release.key, S.IN_REVIEW, seen_revision=None)
    await switch_requirement(tx, owner, S.IN_REVIEW, Requirement.HAS_ITEMS, is_on=False)
    await switch_requirement(tx, owner, S.IN_REVIEW, Requirement.HAS_ITEMS, is_on=False)
    await move_release(tx, owner, release.key, S.IN_REVIEW, seen_revision=None)
    assert release.status == S.IN_REVIEW


async def test_partners_enter_production_together(tx: AsyncSession, owner: Actor) -> None:
    first, second, third = [await release_at(tx, owner, S.STAGING_VERIFIED) for _ in range(3)]
    await add_dependency(tx, owner, first.key, second.key, DependencyKind.REQUIRES_SYNC)
    await add_dependency(tx, owner, second.key, third.key, DependencyKind.REQUIRES_SYNC)
    await walk(tx, owner, first, S.READY_PRODUCTION)
    with pytest.raises(Conflict) as refused:
        await move_release(tx, owner, first.key, S.DEPLOYED, seen_revision=None)
    assert codes(refused) == ["requirement.partners_ready"] * 2
    await walk(tx, owner, second, S.READY_PRODUCTION)
    await walk(tx, owner, third, S.READY_PRODUCTION)
    await move_release(tx, owner, first.key, S.DEPLOYED, seen_revision=None)
    assert {first.status, second.status, third.status} == {S.DEPLOYED}
    assert first.production_at == first.moved_at
    expected = f"moved to Deployed, together with {second.key}, {third.key}"
    assert (await headlines(tx, owner, first))[0] == expected


async def test_what_is_in_the_way_of_a_partner_is_in_the_way_of_both(tx: AsyncSession, owner: Actor) -> None:
    first, second = [await release_at(tx, owner, S.READY_PRODUCTION) for _ in range(2)]
    blocker = await release_at(tx, owner, S.IN_REVIEW)
    await add_dependency(tx, owner, first.key, second.key, DependencyKind.REQUIRES_SYNC)
    await add_dependency(tx, owner, second.key, blocker.key, DependencyKind.BLOCKS)
    with pytest.raises(Conflict) as refused:
        await move_release(tx, owner, first.key, S.DEPLOYED, seen_revision=None)
    (found,) = refused.value.obstacles
    assert found.text == (
        f"{second.key}, which goes together with it: {blocker.key} must be deployed first and is In review."
    )
    assert {first.status, second.status} == {S.READY_PRODUCTION}


async def test_a_blocker_frees_its_dependents_and_holds_them_up_again_when_it_falls_back(
    tx: AsyncSession, owner: Actor
) -> None:
    blocker = await release_at(tx, owner, S.READY_PRODUCTION)
    release = await release_at(tx, owner, S.STAGING_VERIFIED)
    await add_dependency(tx, owner, release.key, blocker.key, DependencyKind.BLOCKS)
    reader = SessionReader(tx)
    assert (await release_row(reader, release.key)).is_blocked
    await walk(tx, owner, blocker, S.DEPLOYED)
    assert not (await release_row(reader, release.key)).is_blocked
    assert (await headlines(tx, owner, release))[0] == f"{blocker.key} is deployed and no longer in the way"
    await move_release(tx, owner, blocker.key, S.ROLLED_BACK, seen_revision=None, note="Errors")
    assert (await release_row(reader, release.key)).is_blocked
    assert (await headlines(tx, owner, release))[
        0
    ] == f"{blocker.key} was rolled back and is in the way again"


async def test_a_step_deploys_once_or_says_what_is_in_the_way(tx: AsyncSession, owner: Actor) -> None:
    release = await release_at(tx, owner, S.STAGING_VERIFIED)
    with pytest.raises(Conflict) as refused:
        await deploy_from_step(tx, owner, release.id, "MIG-1-CUT/TRT-7")
    assert "move.not_next" in codes(refused)
    await walk(tx, owner, release, S.READY_PRODUCTION)
    await deploy_from_step(tx, owner, release.id, "MIG-1-CUT/TRT-7")
    revision = release.revision
    assert await deploy_from_step(tx, owner, release.id, "MIG-1-CUT/TRT-7") is None
    assert (release.status, release.revision) == (S.DEPLOYED, revision)
    rows = await SessionReader(tx).all(deployments_of(release.key))
    assert rows[0].step_key == "MIG-1-CUT/TRT-7"
    assert (await headlines(tx, owner, release))[0] == "moved to Deployed, by step MIG-1-CUT/TRT-7"


async def test_a_release_of_another_organization_does_not_exist(database: Database) -> None:
    ours, theirs = await world.organization_in(database), await world.organization_in(database)
    async with database.tx(theirs) as tx:
        foreign = await a_release(tx, theirs)
    async with database.tx(ours) as tx:
        for key in (str(foreign.id), foreign.key):
            with pytest.raises(NotFound):
                await move_release(tx, ours, key, S.IN_DEVELOPMENT, seen_revision=None)
            with pytest.raises(NotFound):
                await release_detail(SessionReader(tx), key)
            with pytest.raises(NotFound):
                await neighbourhood_of(SessionReader(tx), key)
        mine = await a_release(tx, ours)
        with pytest.raises(NotFound):
            await deploy_from_step(tx, ours, foreign.id, "X/1")
        assert mine.key == foreign.key


async def test_of_two_people_moving_one_release_one_succeeds(database: Database) -> None:
    owner = await world.organization_in(database)
    async with database.tx(owner) as tx:
        release = await release_at(tx, owner, S.IN_REVIEW)
    seen = release.revision

    async def move(target: Status) -> str:
        try:
            async with database.tx(owner) as tx:
                await move_release(tx, owner, release.key, target, seen_revision=seen, note="Mine")
        except Stale:
            return "stale"
        return "moved"

    outcomes = await asyncio.gather(move(S.READY_STAGING), move(S.IN_DEVELOPMENT))
    assert sorted(outcomes) == ["moved", "stale"]
    async with database.tx(owner) as tx:
        assert (await release_row(SessionReader(tx), release.key)).revision == seen + 1


async def test_two_partners_deployed_at_once_do_not_deadlock(database: Database) -> None:
    owner = await world.organization_in(database)
    async with database.tx(owner) as tx:
        first, second = [await release_at(tx, owner, S.READY_PRODUCTION) for _ in range(2)]
        await add_dependency(tx, owner, first.key, second.key, DependencyKind.REQUIRES_SYNC)

    async def deploy(key: str) -> str:
        try:
            async with database.tx(owner) as tx:
                await move_release(tx, owner, key, S.DEPLOYED, seen_revision=None)
        except Conflict as refused:
            return refused.obstacles[0].code
        return "deployed"

    outcomes = await asyncio.gather(deploy(first.key), deploy(second.key))
    assert sorted(outcomes) == ["deployed", "move.already_there"]
    async with database.tx(owner) as tx:
        rows = await SessionReader(tx).all(deployments_of(first.key))
        assert sum(row.environment_kind == EnvironmentKind.PRODUCTION for row in rows) == 1


WAITING = text(
    "select exists (select 1 from pg_locks join pg_stat_activity using (pid)"
    " where not granted and datname = current_database())"
)


async def somebody_waits_for_a_lock(database: Database) -> bool:
    async with database.engine.connect() as connection:
        return bool(await connection.scalar(WAITING))


async def test_a_partner_named_while_a_release_goes_live_goes_live_with_it(database: Database) -> None:
    owner = await world.organization_in(database)
    async with database.tx(owner) as tx:
        first, second = [await release_at(tx, owner, S.READY_PRODUCTION) for _ in range(2)]

    async def deploy() -> None:
        async with database.tx(owner) as tx:
            await move_release(tx, owner, first.key, S.DEPLOYED, seen_revision=None)

    async with database.tx(owner) as tx:
        await add_dependency(tx, owner, first.key, second.key, DependencyKind.REQUIRES_SYNC)
        going = asyncio.create_task(deploy())
        while not going.done() and not await somebody_waits_for_a_lock(database):
            pass
    await going
    async with database.tx(owner) as tx:
        row = await release_row(SessionReader(tx), second.key)
        assert row.status == S.DEPLOYED
