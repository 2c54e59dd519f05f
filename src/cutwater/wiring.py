"""The only file that knows everyone: routers, subscribers, adapters, template folders, the actor's source."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from urllib.parse import quote

from fastapi import APIRouter, FastAPI

from cutwater import audit, identity, migrations, runbooks, web
from cutwater.audit.ports import TopicView
from cutwater.identity import shell as identity_shell
from cutwater.integrations import smtp
from cutwater.integrations.jira.files import JiraFiles
from cutwater.kernel import events
from cutwater.kernel.db import Database
from cutwater.kernel.dbroles import refuse_mighty_login
from cutwater.kernel.embedded import OWNER, EmbeddedServer
from cutwater.kernel.embedded_host import EmbeddedError, FolderInUse, reachable_folder
from cutwater.kernel.grants import Grant
from cutwater.kernel.limits import Limiter
from cutwater.kernel.reader import Reader
from cutwater.kernel.settings import Settings, SettingsError
from cutwater.notifications import Mailer
from cutwater.sprints.ports import IssueFiles
from cutwater.web import Command, Hit, HomePanel, NavItem, SearchSource

MODULES = ("web", "audit", "identity", "notifications", "sprints", "releases", "runbooks")
HERE = Path(__file__).parent
SPARE_CONNECTIONS = 36


def part(module: str, name: str) -> ModuleType | None:
    """A module's file, where the module has one of that name."""
    wanted = f"cutwater.{module}.{name}"
    return import_module(wanted) if find_spec(f"cutwater.{module}") and find_spec(wanted) else None


def routers(name: str, attribute: str) -> list[APIRouter]:
    """Every module's router of a kind: `pages` or `api`, `router` or `platform_router`."""
    files = [part(module, name) for module in MODULES]
    if name == "pages":
        files += [part("web", "home"), part("web", "api_docs")]
    return [getattr(file, attribute) for file in files if file is not None and hasattr(file, attribute)]


def topics() -> dict[str, Grant]:
    """What reads the events about each kind of thing, as the modules' shells declare it."""
    found: dict[str, Grant] = {}
    for module in MODULES:
        found |= getattr(part(module, "shell"), "TOPICS", {})
    return found


def declare() -> None:
    """What must be known before anything runs: jobs, subscribers, templates."""
    subscribers: dict[str, tuple[str, ...]] = {}
    for module in MODULES:
        jobs = part(module, "jobs")
        for name, followers in getattr(jobs, "SUBSCRIBERS", {}).items():
            subscribers[name] = (*subscribers.get(name, ()), *followers)
    events.subscribe(subscribers)
    audit.use_names(identity.names)
    audit.use_topics(topics(), identity_shell.ACCESS)


NAV = (
    NavItem(section="home", label="Home", path="/", icon="house", key="h"),
    NavItem(section="runs", label="Runs", path="/runs", icon="list-checks", key="r", grant=Grant.RUNS_READ),
    NavItem(
        section="releases",
        label="Releases",
        path="/releases",
        icon="rocket",
        key="l",
        grant=Grant.RELEASES_READ,
    ),
    NavItem(
        section="sprints",
        label="Sprints",
        path="/sprints",
        icon="iteration-cw",
        key="s",
        grant=Grant.SPRINTS_READ,
    ),
    NavItem(
        section="audit", label="Audit", path="/audit", icon="shield-check", key="a", grant=Grant.AUDIT_READ
    ),
    NavItem(section="settings", label="Settings", path="/settings", icon="settings", key="e"),
)
COMMANDS = (
    Command(title="New release", path="/releases/new", grant=Grant.RELEASES_WRITE),
    Command(title="Import issues from Jira or CSV", path="/sprints/import", grant=Grant.SPRINTS_WRITE),
    Command(title="Import a runbook worksheet", path="/runbooks/import", grant=Grant.RUNBOOKS_WRITE),
    Command(title="New issue", path="/issues/new", grant=Grant.ISSUES_WRITE),
    Command(title="New sprint", path="/sprints/new", grant=Grant.SPRINTS_WRITE),
    Command(title="New migration", path="/migrations/new", grant=Grant.RUNS_PLAN),
    Command(title="Add a service", path="/services/new", grant=Grant.SERVICES_WRITE),
    Command(title="Go to issues", path="/issues", icon="list-checks", grant=Grant.SPRINTS_READ),
    Command(title="Go to runbooks", path="/runbooks", icon="list-checks", grant=Grant.RUNBOOKS_READ),
    Command(title="Go to services", path="/services", icon="server", grant=Grant.RELEASES_READ),
    Command(title="Go to freezes", path="/freezes", icon="lock", grant=Grant.RELEASES_READ),
)


async def people_called(reader: Reader, text: str) -> list[Hit]:
    """People by their names, which live with their accounts and not in an organization's index."""
    found = await identity.people(reader, called=text, most=5) if text.strip() else []
    return [Hit("person", p.username, p.name, f"/settings/people?q={quote(p.username)}") for p in found]


SEARCH_GRANTS = topics()
SEARCH_SOURCES = (SearchSource(grant=Grant.PEOPLE_READ, find=people_called),)
HOME_PANELS = (
    HomePanel(path="/runs/summary", title="Runs and your steps", grant=Grant.RUNS_READ),
    HomePanel(path="/releases/summary", title="Releases and what waits for you", grant=Grant.RELEASES_READ),
    HomePanel(path="/sprints/summary", title="Sprints", grant=Grant.SPRINTS_READ, is_half=True),
    HomePanel(path="/activity", title="What changed", is_half=True),
)
ACTIVITY = (
    "release.", "service.", "environment.", "freeze.", "requirement.", "sprint.", "issue.", "import.",
    "runbook.", "migration.", "run.", "step.moved", "step.assigned", "step.release_deployed",
    "step.release_refused",
)  # fmt: skip
"""The work everybody may hear of; who signs in, joins and gets keys is the audit log's."""


def configure_shell(settings: Settings) -> None:
    """Set the shell up with every module's templates and the navigation."""
    folders = {module: HERE / module / "templates" for module in MODULES if module != "web"}
    web.configure(
        folders,
        secrets=settings.secrets,
        secure=settings.base_url.startswith("https://"),
        nav=NAV,
        commands=COMMANDS,
        development=settings.reload,
    )


def live_views() -> dict[str, TopicView]:
    """What is drawn once per process for everybody who watches a topic of a kind."""
    return {"run": runbooks.live_frame}


def adapters(settings: Settings) -> dict[type, object]:
    """Which adapter serves which port."""
    found: dict[type, object] = {IssueFiles: JiraFiles()}
    try:
        mailer = smtp.mailer(settings)
    except ValueError as failure:
        raise SettingsError(f"CUTWATER_SMTP_URL: {failure}") from None
    if mailer is not None:
        found[Mailer] = mailer
    return found


@dataclass(kw_only=True)
class Runtime:
    """What one process runs on. `role` is what its connections become (empty: they log in as it)."""

    settings: Settings
    database: Database
    queue_conninfo: str
    queue_role: str
    limiter: Limiter
    hub: audit.Hub
    ports: dict[type, object] = field(default_factory=dict)
    server: EmbeddedServer | None = None


@asynccontextmanager
async def running(settings: Settings, *, join: bool = False, make: bool = True) -> AsyncIterator[Runtime]:
    """PostgreSQL (embedded when no address is given), migrated where it is ours, and the ways to it.

    `join` lets an operator's command use the embedded server of a Cutwater that is running already; without
    `make` a data folder that nobody used yet is refused.
    """
    declare()
    ports, limiter = adapters(settings), Limiter(settings.redis_url)
    server = None if settings.database_url else embedded_server(settings, make=make)
    app, queue, role, supervisor = settings.database_url, settings.database_url, True, None
    if server is not None:
        started = start(server, join=join)
        app, queue, role = server.conninfo("cutwater_app"), server.conninfo("cutwater_worker"), False
        supervisor = asyncio.create_task(server.supervise()) if started else None
    else:
        await refuse_mighty_login(app)
        migrations.refuse_unfit(app)
    database = Database(app, role="cutwater_app" if role else "", size=settings.database_pool)
    try:
        await database.open()
        yield Runtime(
            settings=settings,
            database=database,
            queue_conninfo=queue,
            queue_role="cutwater_worker" if role else "",
            limiter=limiter,
            hub=audit.Hub(database, live_views(), secrets=settings.secrets),
            ports=ports,
            server=server,
        )
    finally:
        await database.close()
        if supervisor is not None:
            supervisor.cancel()
        if server is not None:
            server.stop()


def embedded_server(settings: Settings, *, make: bool = True) -> EmbeddedServer:
    """The embedded server of the data folder, with connections enough for us and who joins."""
    folder = reachable_folder(settings.data_folder / "postgres")
    if not make and not (folder / "data").exists():
        raise EmbeddedError(
            f"There is no database in {folder}. Set CUTWATER_DATA_FOLDER to Cutwater's, or give DATABASE_URL."
        )
    connections = 2 * settings.database_pool + settings.worker_concurrency + SPARE_CONNECTIONS
    return EmbeddedServer(folder, settings={"max_connections": str(connections)})


def start(server: EmbeddedServer, *, join: bool) -> bool:
    """Start and migrate the embedded server; False when it runs already and `join` allows that."""
    try:
        server.start()
    except FolderInUse:
        if not join:
            raise
        return False
    migrations.migrate_if_behind(server.conninfo(OWNER))
    return True


def include(pages: FastAPI, api: FastAPI) -> None:
    """Put every module's routes into the two apps."""
    for router in routers("pages", "platform_router"):
        pages.include_router(router)
    for router in routers("pages", "router"):
        pages.include_router(router, prefix="/o/{organization}")
    for attribute in ("platform_router", "router"):
        for router in routers("api", attribute):
            api.include_router(router)
