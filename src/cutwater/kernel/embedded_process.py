"""The processes of the embedded PostgreSQL: tying them to ours, finding those left over, ending them."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from cutwater.kernel.embedded_host import EmbeddedError, SpawnOptions

PATIENCE_SECONDS = 30
PR_SET_PDEATHSIG = 1
LINUX: bool = sys.platform == "linux"
_libc = ctypes.CDLL(None) if LINUX else None


def tied_to_us() -> SpawnOptions:
    """For `subprocess`: signals to our group do not reach the child, on Linux it gets SIGINT, a fast stop,
    when the thread that started it ends. So only the main thread ties: a helping one would take it along."""
    apart: SpawnOptions = {"start_new_session": True}
    parent, libc = os.getpid(), _libc
    if libc is None or threading.current_thread() is not threading.main_thread():
        return apart

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != parent:
            os._exit(1)

    return apart | {"preexec_fn": ask}


def pid_file(data: Path) -> list[str]:
    """The lines of `postmaster.pid`: process id, folder, start, port, socket folder, address, key, state."""
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def stop_orphans(data: Path) -> None:
    """End a server that outlived its app: nobody must connect to it by mistake. Call with the lock held."""
    first = (pid_file(data) or [""])[0]
    postmaster = int(first) if first.isdigit() else 0
    for asked in (signal.SIGINT, signal.SIGQUIT):
        for pid in _servers(data, postmaster):
            if pid == postmaster or asked == signal.SIGQUIT:
                _send(pid, asked)
        until = time.monotonic() + PATIENCE_SECONDS
        while _servers(data, postmaster) and time.monotonic() < until:
            time.sleep(0.02)
    if left := _servers(data, postmaster):
        raise EmbeddedError(f"A left-over PostgreSQL does not stop. End it yourself: kill -QUIT {left[0]}")
    if postmaster and LINUX:
        # The id may be another program's by now, for whose sake PostgreSQL would refuse to start.
        (data / "postmaster.pid").unlink(missing_ok=True)


def end(process: subprocess.Popen[str]) -> None:
    """Ask for a fast stop, then for an immediate one, then kill."""
    for asked in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if process.poll() is None:
            process.send_signal(asked)
        try:
            process.wait(timeout=PATIENCE_SECONDS)
            return
        except subprocess.TimeoutExpired:
            continue


def _send(pid: int, asked: signal.Signals) -> None:
    try:
        os.kill(pid, asked)
    except ProcessLookupError:
        return


def _servers(data: Path, postmaster: int) -> list[int]:
    """The processes that serve this folder: they work in it. A program with a reused id does not."""
    if LINUX:
        return [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if _serves(entry, data)]
    asked = ["/bin/ps", "-o", "command=", "-p", str(postmaster)]
    shown = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603
    return [postmaster] if "postgres" in shown.stdout and str(data) in shown.stdout else []


def _serves(entry: Path, data: Path) -> bool:
    try:
        named = (entry / "comm").read_text().startswith("postgres")
        return named and (entry / "cwd").readlink() == data.resolve()
    except OSError:
        return False
