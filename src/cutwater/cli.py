"""The command line: `cutwater --help`."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cutwater import __version__
from cutwater import doctor as examination
from cutwater.kernel.settings import Settings, SettingsError, settings

if TYPE_CHECKING:
    from cutwater.runtime import Runtime

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help="Plan, coordinate, cut over.")
audit_commands = typer.Typer(no_args_is_help=True, help="The log nobody can alter.")
job_commands = typer.Typer(no_args_is_help=True, help="Background jobs.")
app.add_typer(audit_commands, name="audit")
app.add_typer(job_commands, name="jobs")
say = Console(stderr=True)
Host = Annotated[str, typer.Option(help="The address to listen on; else CUTWATER_HOST.")]
Port = Annotated[
    int | None,
    typer.Option(min=0, max=65_535, help="The port to listen on, 0 for a free one; else CUTWATER_PORT."),
]
Folder = Annotated[
    Path | None, typer.Option(help="Where the demo lives; else the folder `demo` in CUTWATER_DATA_FOLDER.")
]
Slug = Annotated[str, typer.Option(help="Only this organization's chain, by its short name or id.")]
Heads = Annotated[Path | None, typer.Option(help="A file of published heads, or a folder of them.")]
Revision = Annotated[str, typer.Option(help="`head`, `base`, or a revision's name to go down to.")]
Status = Annotated[str, typer.Option(help="failed, todo or doing.")]
Numbers = Annotated[list[int] | None, typer.Argument(help="The numbers that `jobs list` shows.")]
AllFailed = Annotated[bool, typer.Option(help="Every dead job.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


def answer(as_json: bool, data: object, lines: Callable[[], None]) -> None:
    """Print for a script or for a person."""
    if as_json:
        typer.echo(json.dumps(data, default=str))
    else:
        lines()


def with_runtime(
    work: Callable[["Runtime"], Awaitable[int]], *, makes: bool = False, failed: int = 1
) -> None:
    """Run a command on the database; exit with its code, or with one line on what failed and `failed`.

    Only a command that `makes` something may be the first to use a data folder: others would look into an
    empty one, made for the looking, and say that all is well.
    """
    from cutwater.runtime import running

    async def run() -> int:
        async with running(settings(), join=True, make=makes) as runtime:
            return await work(runtime)

    raise typer.Exit(guarded(lambda: asyncio.run(run()), failed=failed))


def guarded(work: Callable[[], int], *, failed: int = 1) -> int:
    """The exit code; an expected failure becomes one line, a wrong setting gives 2 and any other `failed`."""
    import psycopg
    from alembic.util import CommandError

    from cutwater.kernel.embedded_host import EmbeddedError
    from cutwater.kernel.errors import Refused

    told = (psycopg.OperationalError, psycopg.errors.InsufficientPrivilege, CommandError)
    try:
        return work()
    except (EmbeddedError, Refused, RuntimeError, *told) as failure:
        say.print(f"[red]cutwater:[/red] {escape(str(failure))}", highlight=False, soft_wrap=True)
        return 2 if isinstance(failure, SettingsError) else failed


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Say what is missing on this machine, and what mends it."""
    checks = examination.report()
    answer(
        as_json,
        [asdict(check) for check in checks],
        lambda: examination.show(checks),
    )
    raise typer.Exit(0 if all(check.ok or not check.needed for check in checks) else 1)


@app.command()
def serve(host: Host = "", port: Port = None) -> None:
    """Serve the platform: pages, API, and (unless CUTWATER_WORKER=false) the background jobs."""
    from cutwater.server import serve as start

    raise typer.Exit(guarded(lambda: start(overridden(host, port))))


def overridden(host: str, port: int | None, **more: object) -> Settings:
    """The settings with what was given on the command line."""
    given = {"host": host} if host else {}
    return settings().model_copy(update=given | ({} if port is None else {"port": port}) | more)


@app.command()
def demo(host: Host = "", port: Port = None, folder: Folder = None) -> None:
    """Serve a demo: an embedded PostgreSQL with a fictional bank in it. The first start builds it."""
    from cutwater.server import serve as start

    raise typer.Exit(guarded(lambda: start(of_the_demo(overridden(host, port), folder))))


def of_the_demo(config: Settings, folder: Path | None) -> Settings:
    """The settings of a demo, which never gets into a real database, and is quiet unless asked to speak."""
    quiet = {} if "log_level" in config.model_fields_set else {"log_level": "WARNING"}
    own = {"demo": True, "database_url": "", "database_owner_url": ""}
    return config.model_copy(update={"data_folder": folder or config.data_folder / "demo"} | own | quiet)


@app.command()
def dev(port: Port = None) -> None:
    """Serve the demo, and reload Python, templates, CSS and JavaScript when they change."""
    from cutwater.server import develop

    raise typer.Exit(guarded(lambda: develop(of_the_demo(overridden("", port), None))))


@app.command()
def worker() -> None:
    """Run background jobs, on as many machines as it takes. Needs DATABASE_URL."""
    from cutwater import worker as work
    from cutwater.kernel import log

    def run() -> int:
        config = settings()
        if not config.database_url:
            raise SettingsError("a worker of its own needs DATABASE_URL; `cutwater serve` has one inside")
        log.configure(level=config.log_level, style=config.log_format)
        return asyncio.run(work.serve(config))

    raise typer.Exit(guarded(run))


@app.command()
def migrate(revision: Revision = "head") -> None:
    """Make the roles and bring the schema to a revision."""
    from cutwater import schema
    from cutwater.kernel.embedded import OWNER
    from cutwater.runtime import embedded_server

    def run() -> int:
        config = settings()
        if config.database_url:
            schema.migrate(
                config.database_owner_url or config.database_url,
                app_user=schema.user_of(config.database_url),
                revision=revision,
            )
        else:
            server = embedded_server(config)
            server.start()
            try:
                schema.migrate(server.conninfo(OWNER), revision=revision)
            finally:
                server.stop()
        say.print(f"The schema is at {revision}.")
        return 0

    raise typer.Exit(guarded(run))


@app.command("create-admin")
def create_admin(
    email: Annotated[str, typer.Option(prompt=True)],
    name: Annotated[str, typer.Option(prompt=True)],
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
) -> None:
    """Make a platform superadmin."""
    from cutwater.identity.sessions.service.access import create_admin as create

    async def work(runtime: "Runtime") -> int:
        async with runtime.database.tx(None) as tx:
            await create(tx, email=email, password=password, name=name)
        say.print(f"{email.strip().lower()} may now administer the platform.")
        return 0

    with_runtime(work, makes=True)


@app.command("shut-account")
def shut_account(
    email: Annotated[str, typer.Option(prompt=True)],
    reopen: Annotated[bool, typer.Option("--reopen", help="Let the person sign in again.")] = False,
) -> None:
    """Shut a person out of every organization: sessions, tokens and keys end at once."""
    from cutwater.identity.sessions.service.access import set_active_by_email

    async def work(runtime: "Runtime") -> int:
        async with runtime.database.tx(None) as tx:
            name = await set_active_by_email(tx, email, is_active=reopen)
        say.print(f"{name} may sign in again." if reopen else f"{name} is shut out everywhere.")
        return 0

    with_runtime(work)


@audit_commands.command("verify")
def audit_verify(organization: Slug = "", heads: Heads = None, as_json: AsJson = False) -> None:
    """Recompute the log's chains: names altered, missing and inserted rows. Exit code 1 when any is found, 2
    when the log could not be read.

    With --heads (a file of published heads, or a folder of them) a cut tail is found too.
    """
    from cutwater.audit.chain import views

    async def work(runtime: "Runtime") -> int:
        known = views.read_heads(heads) if heads else None
        report = await views.verify(runtime.database, organization or None, heads=known)
        answer(as_json, report.as_json(), lambda: typer.echo(report.as_text()))
        return 0 if report.intact else 1

    with_runtime(work, failed=2)


@job_commands.command("list")
def jobs_list(status: Status = "failed", as_json: AsJson = False) -> None:
    """List jobs: failed (dead), todo or doing."""
    from cutwater import operations

    async def work(runtime: "Runtime") -> int:
        rows = await operations.jobs(runtime, status)
        answer(as_json, rows, lambda: Console().print(table(rows, f"{len(rows)} jobs {status}")))
        return 0

    with_runtime(work)


@job_commands.command("retry")
def jobs_retry(ids: Numbers = None, all_failed: AllFailed = False) -> None:
    """Queue dead jobs again, by number or with --all-failed. Exit code 1 when a number is no dead job."""
    from cutwater import operations

    if bool(ids) == all_failed:
        raise typer.BadParameter("name the jobs by their numbers, or ask for --all-failed")

    async def work(runtime: "Runtime") -> int:
        queued = await operations.retry(runtime, ids or [], all_failed=all_failed)
        say.print(f"{len(queued)} {'job is' if len(queued) == 1 else 'jobs are'} queued again.")
        unknown = sorted(set(ids or []) - set(queued))
        if unknown:
            say.print(f"No dead job has the number {', '.join(map(str, unknown))}.", highlight=False)
        return 1 if unknown else 0

    with_runtime(work)


def table(rows: list[dict[str, object]], title: str) -> Table:
    """Rows for a person."""
    found = Table(title=title)
    for name in rows[0] if rows else ():
        found.add_column(name)
    for row in rows:
        found.add_row(*(spoken(value) for value in row.values()))
    return found


def spoken(value: object) -> str:
    """A cell: times to the second, in UTC; nothing as nothing."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    return "" if value is None else str(value)


if __name__ == "__main__":
    sys.exit(app())
