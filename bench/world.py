"""The organization that reads are measured on: 200 releases, a sprint of 160 issues, a run of 1,200 steps."""

import csv
import io
import random
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import identity, runbooks
from cutwater.demo import bank, issues, people, releases
from cutwater.identity.core.roles import KEY_SCOPES
from cutwater.identity.keys.service import create_api_key
from cutwater.integrations.jira.files import JiraFiles
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.frozen import frozen
from cutwater.releases.records.service import ReleaseDraft, create_release
from cutwater.sprints.models import Sprint
from cutwater.sprints.records import SourceFile
from cutwater.sprints.service import import_files

RELEASES, STEPS = 200, 1200


@frozen
class World:
    """Keys of what was made, and an API key that reads it."""

    secret: str
    release: str
    sprint: str
    run: str


async def build(database: Database) -> World:
    """Make it through the services, in one transaction."""
    async with database.tx(None) as tx:
        owner = await people.found(tx)
        await people.settle(tx, owner)
        files = issues.export(clock.today())
        await import_files(
            tx,
            owner,
            [SourceFile(name=name, content=content) for name, content in files.items()],
            JiraFiles(),
        )
        await releases.catalogue(tx, owner)
        services = [slug for slug, *_ in bank.SERVICES]
        for number in range(RELEASES):
            draft = ReleaseDraft(service=services[number % len(services)], title=f"Measured release {number}")
            release = await create_release(tx, owner, draft)
        _, secret = await create_api_key(tx, owner, "bench", [scope.value for scope in KEY_SCOPES])
        sprint = str(await tx.scalar(select(Sprint.key).where(Sprint.state == "ACTIVE")))
        return World(secret=secret, release=release.key, sprint=sprint, run=await _run(tx, owner))


async def _run(tx: AsyncSession, owner: Actor) -> str:
    actor = await identity.act_as(tx, owner.user_id or owner.organization_id)  # type: ignore[arg-type]
    sheet = runbooks.Worksheet(
        file_name="bench.csv", media_type="text/csv", content=worksheet(STEPS), title="Bench"
    )
    runbook = await runbooks.import_worksheet(tx, actor, sheet)
    await runbooks.publish_version(tx, actor, runbook.key)
    migration = await runbooks.create_migration(tx, actor, "Bench")
    plan = runbooks.RunPlan(
        runbook_key=runbook.key, type="CUTOVER", planned_start=clock.now() - timedelta(hours=1)
    )
    run = await runbooks.create_run(tx, actor, migration.key, plan)
    await runbooks.move_run(tx, actor, run.key, "start")
    return str(run.key)


def worksheet(steps: int) -> bytes:
    """A plan of so many steps in phases of 40, each after one or two earlier ones."""
    dice = random.Random(steps)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["Code", "Title", "Phase", "Type", "Team", "Duration", "Predecessors", "Instructions"])
    for number in range(steps):
        earlier = {f"S-{dice.randrange(max(0, number - 40), number)}" for _ in range(2)} if number else set()
        team = bank.TEAMS[number % len(bank.TEAMS)][1]
        row = (f"S-{number}", f"Measured step {number}", f"Phase {number // 40 + 1}", "TRT", team)
        told = "! check the figures\ntell operations"
        writer.writerow((*row, f"{dice.randint(5, 40)}m", ", ".join(sorted(earlier)), told))
    return out.getvalue().encode()
