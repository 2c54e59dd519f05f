"""Builds the demo in one transaction: all of it is there, or nothing is."""

from collections.abc import Callable
from datetime import date, timedelta

from rich.console import Console
from rich.panel import Panel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.demo import bank, cutover, issues, people, releases
from cutwater.identity.accounts import queries
from cutwater.integrations.jira.files import JiraFiles
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.reader import SessionReader
from cutwater.kernel.settings import Settings
from cutwater.releases.records.models import Release
from cutwater.sprints.models import Issue, Sprint
from cutwater.sprints.records import SourceFile
from cutwater.sprints.service import import_files

say = Console(stderr=True)


async def build_once(database: Database) -> bool:
    """Make the bank unless it is there; gives whether it was made now."""
    async with database.tx(None) as tx:
        if await SessionReader(tx).first(queries.account_by_email(bank.OWNER.email)) is not None:
            return False
        with say.status("Building the demo bank…") as status:
            await build(tx, clock.now().date(), lambda part: status.update(f"Building the demo: {part}…"))
    return True


async def build(tx: AsyncSession, today: date, tell: Callable[[str], None]) -> None:
    """Harbour Bank, the same for the same day: people, sprints, releases, and a cutover in flight."""
    tell("people and teams")
    with clock.frozen(clock.now() - timedelta(days=60)):
        owner = await people.found(tx)
        ids = await people.settle(tx, owner)
    tell("four sprints with 160 issues")
    await _sprints(tx, owner, today)
    tell("nine services and sixteen releases")
    await releases.catalogue(tx, owner)
    done, open_ = await _issue_keys(tx)
    keys = await releases.all_of_them(tx, owner, ids, done, open_, await _active_sprint(tx))
    tell("a rehearsed migration with a cutover in flight")
    await cutover.run_them(tx, owner, ids, await _release_keys(tx, keys))


async def _sprints(tx: AsyncSession, owner: Actor, today: date) -> None:
    files = [SourceFile(name=name, content=content) for name, content in issues.export(today).items()]
    await import_files(tx, owner, files, JiraFiles())


async def _issue_keys(tx: AsyncSession) -> tuple[list[str], list[str]]:
    rows = (await tx.execute(select(Issue.key, Issue.status_category).order_by(Issue.key))).all()
    return (
        [key for key, category in rows if category == "DONE"],
        [key for key, category in rows if category != "DONE"],
    )


async def _active_sprint(tx: AsyncSession) -> str:
    return str(await tx.scalar(select(Sprint.key).where(Sprint.state == "ACTIVE")))


async def _release_keys(tx: AsyncSession, keys: list[str]) -> dict[str, str]:
    rows = (await tx.execute(select(Release.title, Release.key).where(Release.key.in_(keys)))).all()
    return {row.title: row.key for row in rows}


# who can be tried out: a role, who signs in, and with what
ACCOUNTS = tuple(
    (role, login, bank.PASSWORD)
    for role, login in (
        ("Owner", bank.OWNER.email),
        ("Pilot", bank.PILOT.email),
        ("Member", f"jonas.weber@{bank.DOMAIN}"),
        ("Viewer", f"vera.auditor@{bank.DOMAIN}"),
    )
)


def announce(settings: Settings, *, was_made: bool) -> None:
    """Say where it is served, and how to sign in."""
    lines = [
        f"[bold]{settings.base_url}/o/{bank.SLUG}/[/bold]",
        "",
        *(f"{role.lower():8} {login}" for role, login, _ in ACCOUNTS),
        f"password [bold]{bank.PASSWORD}[/bold]",
        "",
        "Ctrl-C ends it; the data stays" + (" (made just now)." if was_made else "."),
    ]
    say.print(Panel("\n".join(lines), title="Cutwater demo", expand=False, padding=(1, 2)))
