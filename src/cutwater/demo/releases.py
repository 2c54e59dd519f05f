"""The bank's releases, each walked through its real lifecycle to where it stands today."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.demo import bank
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.releases.catalogue.service import EnvironmentDraft
from cutwater.releases.core.facts import DependencyKind, EnvironmentKind, Priority, Status
from cutwater.releases.dependencies.service import add_dependency
from cutwater.releases.environments.service import create_environment
from cutwater.releases.items.service import ItemDraft, add_item
from cutwater.releases.moves.service import move_release
from cutwater.releases.records.service import ReleaseDraft, create_release
from cutwater.releases.services.service import ServiceDraft, create_service

PATH = (
    Status.IN_DEVELOPMENT,
    Status.IN_REVIEW,
    Status.READY_STAGING,
    Status.IN_STAGING,
    Status.STAGING_VERIFIED,
    Status.READY_PRODUCTION,
    Status.DEPLOYED,
)
ENDS = {Status.ROLLED_BACK: Status.DEPLOYED, Status.CANCELLED: Status.IN_DEVELOPMENT}
COLOURS = ("blue", "teal", "violet", "amber", "green", "red", "red", "grey", "teal")


async def catalogue(tx: AsyncSession, actor: Actor) -> None:
    """Services and environments."""
    for (slug, name, _team, repository), colour in zip(bank.SERVICES, COLOURS, strict=True):
        draft = ServiceDraft(name=name, slug=slug, repository=repository, jira_project="HB", colour=colour)
        await create_service(tx, actor, draft)
    for position, kind in enumerate(EnvironmentKind):
        place = EnvironmentDraft(name=kind.value.capitalize(), kind=kind, position=position)
        await create_environment(tx, actor, place)


async def all_of_them(
    tx: AsyncSession, actor: Actor, people: dict[str, UUID], done: list[str], open_: list[str], sprint: str
) -> list[str]:
    """Make the sixteen releases with items, dependencies and their moves; gives their keys in order."""
    keys: list[str] = []
    with clock.frozen(clock.now() - timedelta(days=20)):
        for number, (title, service, priority, hotfix, _status) in enumerate(bank.RELEASES):
            keys.append(await _one(tx, actor, people, number, (title, service, priority, hotfix), sprint))
        for number, key in enumerate(keys):
            status = Status(bank.RELEASES[number][4])
            for reference in _references(number, status, done, open_):
                await add_item(tx, actor, key, ItemDraft(reference=reference))
        for blocker, blocked in bank.BLOCKS:
            await add_dependency(tx, actor, keys[blocked], keys[blocker], DependencyKind.BLOCKS)
    for number, key in enumerate(keys):
        await _walk(tx, actor, key, Status(bank.RELEASES[number][4]))
    return keys


async def _one(
    tx: AsyncSession,
    actor: Actor,
    people: dict[str, UUID],
    number: int,
    facts: tuple[str, str, str, bool],
    sprint: str,
) -> str:
    title, service, priority, hotfix = facts
    team = next(team for slug, _, team, _ in bank.SERVICES if slug == service)
    lead = next(person.name for person in bank.PEOPLE if person.team == team and person.lead)
    draft = ReleaseDraft(
        service=service,
        title=title,
        version=f"{4 + number // 8}.{number % 8}.0",
        priority=Priority(priority),
        hotfix=hotfix,
        owner_id=people[lead],
        sprint=sprint,
        target_date=clock.today() + timedelta(days=20 + number * 2),
    )
    return (await create_release(tx, actor, draft)).key


def _references(number: int, status: Status, done: list[str], open_: list[str]) -> list[str]:
    """Three finished issues each; a release still being built has unfinished ones too."""
    found = done[number * 3 : number * 3 + 3]
    return found + (open_[number : number + 2] if status in (Status.PLANNING, *PATH[:2]) else [])


async def _walk(tx: AsyncSession, actor: Actor, key: str, goal: Status) -> None:
    last = ENDS.get(goal, goal)
    path = PATH[: PATH.index(last) + 1] if last is not Status.PLANNING else ()
    moments = _moments(int(key.split("-")[1]), len(path))
    for status, moment in zip(path, moments, strict=True):
        with clock.frozen(moment):
            await move_release(tx, actor, key, status, seen_revision=None)
    if goal is not last:
        note = "Reports doubled after an hour" if goal is Status.ROLLED_BACK else "No longer needed"
        with clock.frozen(moments[-1] + timedelta(hours=1)):
            await move_release(tx, actor, key, goal, seen_revision=None, note=note)


def _moments(number: int, moves: int) -> list[datetime]:
    """When a release moved: every other day or so, the last time some hours ago."""
    last = clock.now() - timedelta(hours=3 + number * 5)
    return [last - timedelta(hours=31 * back) for back in reversed(range(moves))]
