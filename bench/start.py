"""Starting the demo as a new user would: the first start with its data, a later start, and memory at rest.

python -m bench.start               figures beside their aims; exit code 1 beyond them
python -m bench.start --json        one line of JSON
"""

import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from bench.weighing import first_load, free_port

FIRST_AIM_S, LATER_AIM_S, MEMORY_AIM_MB, WEIGHT_AIM_KB = 15.0, 3.0, 400, 100
LATER_STARTS, REST_S, PATIENCE_S = 3, 6, 120


@contextmanager
def started(folder: Path) -> Iterator[tuple["subprocess.Popen[bytes]", int, float]]:
    """`cutwater demo` on a folder: the process, its port, and the seconds until it said that it is ready."""
    port = free_port()
    # a normal start keeps compiled modules, whatever the machine's setting
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [str(Path(sys.executable).with_name("cutwater")), "demo", "--port", str(port)]
    with (folder.parent / "demo.log").open("ab") as log:
        began = time.perf_counter()
        process = subprocess.Popen(
            [*command, "--folder", str(folder)], stdout=log, stderr=log, env=environment
        )
        try:
            wait_until_ready(process, port)
            yield process, port, time.perf_counter() - began
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def wait_until_ready(process: "subprocess.Popen[bytes]", port: int) -> None:
    """Ask /health/ready every 20 ms until it answers 200."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the demo ended with {process.returncode}")
        with suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/health/ready")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.02)
    raise RuntimeError(f"not ready after {PATIENCE_S} s")


def family(pid: int) -> list[int]:
    """A process and everything that it started."""
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parent = int(status.read_text().rsplit(")", 1)[1].split()[1])
            children.setdefault(parent, []).append(int(status.parent.name))
    found = [pid]
    for each in found:
        found += children.get(each, [])
    return found


def memory_mb(pid: int) -> dict[str, float]:
    """Proportional set size by program, in MB: shared pages are counted once."""
    found: dict[str, float] = {}
    for each in family(pid):
        with suppress(OSError):
            lines = Path(f"/proc/{each}/smaps_rollup").read_text().splitlines()
            kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
            name = Path(f"/proc/{each}/comm").read_text().strip()
            found[name] = found.get(name, 0) + kilobytes / 1024
    return found


def measure() -> dict[str, Any]:
    """One first start, later starts on the same folder, then a rest, the memory and the home page."""
    with tempfile.TemporaryDirectory(prefix="cutwater-bench-") as name:
        Path(name).chmod(0o755)
        folder = Path(name) / "demo"
        with started(folder) as (_, _, first):
            pass
        later = []
        for _ in range(LATER_STARTS):
            with started(folder) as (process, port, took):
                later.append(took)
                if len(later) == LATER_STARTS:
                    time.sleep(REST_S)
                    memory = memory_mb(process.pid)
                    weight = first_load(f"http://127.0.0.1:{port}")
        later.sort()
        headers = weight.pop("headers")
        return {
            "first_s": round(first, 2),
            "later_s": round(later[len(later) // 2], 2),
            "memory_mb": round(sum(memory.values())),
            "memory_of": {program: round(size) for program, size in memory.items()},
            "first_load_kb": round(sum(weight.values()) / 1000, 1),
            "headers_kb": round(headers / 1000, 1),
            "first_load_of": weight,
        }


def main() -> int:
    """Measure, print, judge."""
    found = measure()
    if "--json" in sys.argv:
        print(json.dumps(found))
    else:
        size, weight = found["memory_mb"], found["first_load_kb"]
        print(f"first start with its data {found['first_s']:8.2f} s    (aim < {FIRST_AIM_S:.0f})")
        print(f"later start               {found['later_s']:8.2f} s    (aim < {LATER_AIM_S:.0f})")
        print(f"memory at rest            {size:8} MB   (aim < {MEMORY_AIM_MB}) {found['memory_of']}")
        print(f"first load of Home        {weight:8} kB   (aim < {WEIGHT_AIM_KB})")
        print(f"  {found['headers_kb']} kB of headers beside it")
        for path, size in found["first_load_of"].items():
            print(f"  {size:8,} {path}")
    good = found["first_s"] < FIRST_AIM_S and found["later_s"] < LATER_AIM_S
    good &= found["memory_mb"] < MEMORY_AIM_MB and found["first_load_kb"] < WEIGHT_AIM_KB
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
