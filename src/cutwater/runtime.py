"""What one process runs on: PostgreSQL (embedded or given), pools, queue, hub and adapters."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from cutwater import audit, schema, wiring
from cutwater.kernel.db import Database
from cutwater.kernel.dbroles import refuse_mighty_login
from cutwater.kernel.embedded import OWNER, EmbeddedServer
from cutwater.kernel.embedded_host import EmbeddedError, FolderInUse, reachable_folder
from cutwater.kernel.limits import Limiter
from cutwater.kernel.settings import Settings

SPARE_CONNECTIONS = 36


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
    wiring.declare()
    ports, limiter = wiring.adapters(settings), Limiter(settings.redis_url)
    server = None if settings.database_url else embedded_server(settings, make=make)
    app, queue, role, supervisor = settings.database_url, settings.database_url, True, None
    if server is not None:
        started = start(server, join=join)
        app, queue, role = server.conninfo("cutwater_app"), server.conninfo("cutwater_worker"), False
        supervisor = asyncio.create_task(server.supervise()) if started else None
    else:
        await refuse_mighty_login(app)
        schema.refuse_unfit(app)
    database = Database(app, role="cutwater_app" if role else "", size=settings.database_pool)
    try:
        await database.open()
        yield Runtime(
            settings=settings,
            database=database,
            queue_conninfo=queue,
            queue_role="cutwater_worker" if role else "",
            limiter=limiter,
            hub=audit.Hub(database, wiring.live_views(), secrets=settings.secrets),
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
    schema.migrate_if_behind(server.conninfo(OWNER))
    return True
