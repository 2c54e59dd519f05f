"""The bank's migration: two rehearsed iterations, and the cutover in flight."""

import random
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import identity, runbooks
from cutwater.demo import bank
from cutwater.demo.worksheet import LIVE, Line, as_csv, lines
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.frozen import frozen

DONE_BY_NOW = 0.4
BLOCKED = "Install the certificates of the interbank gateway"
WHY_BLOCKED = (
    "The provider sent a certificate for the test gateway; the right one is promised within two hours."
)


@frozen
class Move:
    """What happened to a step, in minutes after the run's start."""

    minute: int
    code: str
    verb: str
    team: str


async def run_them(
    tx: AsyncSession, owner: Actor, people: dict[str, UUID], release_keys: dict[str, str]
) -> None:
    """RUN1 and DR1 done, CUTOVER at 40 %, with steps that put releases live still to come."""
    pilot = await identity.act_as(tx, people[bank.PILOT.name])
    sheet = runbooks.Worksheet(
        file_name="harbour-cutover.csv", media_type="text/csv", content=as_csv(), title="Harbour core cutover"
    )
    now = clock.now().replace(second=0, microsecond=0)
    with clock.frozen(now - timedelta(days=45)):
        runbook = await runbooks.import_worksheet(tx, pilot, sheet)
        await runbooks.publish_version(tx, pilot, runbook.key)
        migration = await runbooks.create_migration(tx, pilot, "Harbour moves its core", zone=bank.ZONE)
    crew = await _crew(tx, people)
    for kind, days_ago, slowness in (("RUN", 34, 1.35), ("DR", 13, 1.15)):
        moves = simulated(random.Random(days_ago), slowness)
        start = now.replace(hour=18, minute=0) - timedelta(days=days_ago)
        await _play(tx, pilot, crew, migration.key, runbook.key, kind, start, moves)
    moves = simulated(random.Random(3), 1.1)
    moves = until(moves, DONE_BY_NOW)
    start = now - timedelta(minutes=moves[-1].minute + 2)
    run_key = await _play(tx, pilot, crew, migration.key, runbook.key, "CUTOVER", start, moves, release_keys)
    blocked = next(line.code for line in lines() if line.title == BLOCKED)
    with clock.frozen(now - timedelta(minutes=25)):
        await runbooks.move_step(
            tx, crew["network"][0], run_key, blocked, "block", runbooks.Moving(reason=WHY_BLOCKED)
        )


def simulated(dice: random.Random, slowness: float) -> list[Move]:
    """When each step began and ended, had every team started at once and been this slow on average."""
    ended: dict[str, int] = {}
    moves: list[Move] = []
    for line in lines():
        began = max((ended[code] for code in line.before), default=0) + dice.randint(0, 3)
        took = max(1, round(line.minutes * dice.uniform(slowness - 0.4, slowness + 0.4)))
        ended[line.code] = began + took
        team = bank.PHASES[line.phase][2]
        moves.append(Move(minute=began, code=line.code, verb="start", team=team))
        moves.append(Move(minute=began + took, code=line.code, verb="finish", team=team))
    return sorted(moves, key=lambda move: (move.minute, move.verb))


def until(moves: list[Move], share: float) -> list[Move]:
    """The moves up to the finish that brings the run to this share."""
    wanted, finished = round(share * len(lines())), 0
    for place, move in enumerate(moves):
        finished += move.verb == "finish"
        if finished == wanted:
            return moves[: place + 1]
    return moves


async def _crew(tx: AsyncSession, people: dict[str, UUID]) -> dict[str, list[Actor]]:
    return {
        slug: [
            await identity.act_as(tx, people[person.name]) for person in bank.PEOPLE if person.team == slug
        ]
        for slug in {team for _, _, team, _, _ in bank.PHASES}
    }


async def _play(
    tx: AsyncSession,
    pilot: Actor,
    crew: dict[str, list[Actor]],
    migration: str,
    runbook: str,
    kind: str,
    start: datetime,
    moves: list[Move],
    release_keys: dict[str, str] | None = None,
) -> str:
    plan = runbooks.RunPlan(
        runbook_key=runbook, type=kind, planned_start=start, window_end=start + timedelta(hours=40)
    )
    with clock.frozen(start - timedelta(days=3)):
        run = await runbooks.create_run(tx, pilot, migration, plan)
        for line in lines() if release_keys else ():
            await _link(tx, pilot, run.key, line, release_keys or {})
    with clock.frozen(start):
        await runbooks.move_run(tx, pilot, run.key, "start")
    for number, move in enumerate(moves):
        team = crew[move.team]
        with clock.frozen(start + timedelta(minutes=move.minute)):
            await runbooks.move_step(tx, team[number // 2 % len(team)], run.key, move.code, move.verb)
    if release_keys is None:
        with clock.frozen(start + timedelta(minutes=moves[-1].minute + 10)):
            await runbooks.move_run(tx, pilot, run.key, "complete")
    return run.key


async def _link(tx: AsyncSession, pilot: Actor, run: str, line: Line, release_keys: dict[str, str]) -> None:
    title = LIVE.get(line.title)
    if title:
        await runbooks.link_release(tx, pilot, run, line.code, release_keys[title])
