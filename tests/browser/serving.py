"""A real `cutwater` in a process of its own: an empty one, or the demo."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cutwater.kernel.frozen import frozen

COMMAND = (sys.executable, "-m", "cutwater.cli")


@frozen
class Served:
    """Where it answers, and where its data is."""

    url: str
    folder: Path

    def at(self, path: str) -> str:
        """An address of it."""
        return self.url + path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A `cutwater` command beside it, on the same data folder."""
        return subprocess.run(
            [*COMMAND, *arguments],
            env=_environment(self.folder, _port(self.url)),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@contextmanager
def serving(*command: str) -> Iterator[Served]:
    """Run `cutwater serve` or `cutwater demo` on a new data folder until the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="cutwater-browser-"))
    port = _free_port()
    log = folder.with_suffix(".log")
    with log.open("wb") as said:
        process = subprocess.Popen(
            [*COMMAND, *command, *(("--folder", str(folder)) if command == ("demo",) else ())],
            env=_environment(folder, port),
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        try:
            served = Served(url=f"http://127.0.0.1:{port}", folder=folder)
            _wait_until_ready(served, process, log)
            yield served
        finally:
            process.terminate()
            process.wait(30)
            shutil.rmtree(folder, ignore_errors=True)
            told = log.read_text()
            log.unlink()
    if "Traceback" in told:
        crash = told.index("Traceback")
        raise RuntimeError(f"cutwater failed inside:\n{told[max(0, crash - 1500) : crash + 6000]}")


def _wait_until_ready(served: Served, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 110
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(served.at("/health/ready"), timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"cutwater was not ready in time; it said:\n{log.read_text()[-3000:]}")


def _environment(folder: Path, port: str | int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CUTWATER_")}
    kept.pop("DATABASE_URL", None)
    return kept | {
        "CUTWATER_DATA_FOLDER": str(folder),
        "CUTWATER_PORT": str(port),
        "CUTWATER_LOG_FORMAT": "console",
        "CUTWATER_LOG_LEVEL": "WARNING",
    }


def _port(url: str) -> str:
    return url.rsplit(":", 1)[1]


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
