"""The drawing process does not outlive the web process."""

import os
import signal
import subprocess
import sys
import time

import pytest

DRAW = """
import asyncio
from cutwater.web import charts

async def draw():
    await charts.chart({"mark": "point", "data": {"values": []}})
    print(next(iter(charts._pool[0]._processes)), flush=True)
    await asyncio.sleep(60)

if __name__ == "__main__":
    asyncio.run(draw())
"""


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that nobody waited for counts as ended."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_it_ends_with_the_web_process_however_that_ends(how: signal.Signals, tmp_path: object) -> None:
    script = f"{tmp_path}/draw.py"
    with open(script, "w") as file:
        file.write(DRAW)
    web = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True)
    assert web.stdout is not None
    with web.stdout as said:
        child = int(said.readline())
    assert is_alive(child)
    os.kill(web.pid, how)
    web.wait(10)
    until = time.monotonic() + 10
    while is_alive(child) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_alive(child)
