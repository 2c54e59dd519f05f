"""Critical path: 10,000 steps and 20,000 links, whole and per tick, and the published PSPLIB answers.

python bench/critical_path.py            medians in milliseconds; exit code 1 beyond the aims
python bench/critical_path.py --json     the same as one line of JSON
"""

import json
import random
import re
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cutwater.runbooks.critical_path import Link, LinkKind, Prepared, Progress, Step, critical_path

STEPS, LINKS, REPEATS = 10_000, 20_000, 15
WHOLE_AIM_MS, TICK_AIM_MS = 100, 20
PSPLIB = Path(__file__).resolve().parents[2] / "shared" / "data" / "psplib"


def plan(seed: int = 7) -> tuple[list[Step[int]], list[Link[int]]]:
    """A run at 40 %: all four kinds of links with lag, each to one of the next 60 steps."""
    dice = random.Random(seed)
    links = []
    for _ in range(LINKS):
        before = dice.randrange(STEPS - 1)
        after = dice.randrange(before + 1, min(STEPS, before + 60))
        links.append(
            Link(before=before, after=after, kind=dice.choice(list(LinkKind)), lag=dice.randint(0, 1800))
        )
    steps = []
    for each in range(STEPS):
        duration = dice.randint(1, 90) * 60
        if each < STEPS * 0.4:
            began = each * 5
            done = began + duration
            facts: dict[str, Any] = {"progress": Progress.DONE, "started": began, "finished": done}
        else:
            facts = {}
        steps.append(Step(id=each, duration=duration, planned_start=0, planned_finish=duration, **facts))
    return steps, links


def median_ms(work: Callable[[], object]) -> float:
    """The median of repeated runs."""
    found = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()
        found.append((time.perf_counter() - began) * 1000)
    return round(statistics.median(found), 1)


def psplib() -> tuple[int, int]:
    """How many of the published ends were met, of how many; (0, 0) where the files are absent."""
    met, total = 0, 0
    for path in sorted(PSPLIB.glob("*.sm")):
        text = path.read_text()
        published = int(text.split("MPM-Time")[1].splitlines()[1].split()[5])
        jobs = text.split("PRECEDENCE RELATIONS:")[1].split("****")[0].splitlines()[2:]
        rows = [[int(word) for word in line.split()] for line in jobs]
        links = [Link(before=row[0], after=after) for row in rows for after in row[3:]]
        requests = text.split("REQUESTS/DURATIONS:")[1].split("****")[0]
        durations = [re.findall(r"\d+", line)[:3] for line in requests.splitlines()[3:]]
        steps = [Step(id=int(job), duration=int(duration)) for job, _mode, duration in durations]
        met += critical_path(steps, links, 0).end == published
        total += 1
    return met, total


def main() -> int:
    """Measure, print, and judge against its aims."""
    steps, links = plan()
    ids = [each.id for each in steps]
    whole = median_ms(lambda: critical_path(steps, links, 20_000))
    prepared = Prepared(ids, links)
    tick = median_ms(lambda: prepared.schedule(steps, 20_000))
    met, total = psplib()
    found = {
        "steps": STEPS,
        "links": LINKS,
        "whole_ms": whole,
        "tick_ms": tick,
        "psplib_met": met,
        "psplib": total,
    }
    if "--json" in sys.argv:
        print(json.dumps(found))
    else:
        print(f"critical path, {STEPS:,} steps, {LINKS:,} links, median of {REPEATS}")
        print(f"  whole recompute {whole:6.1f} ms   (aim < {WHOLE_AIM_MS})")
        print(f"  one tick        {tick:6.1f} ms   (aim < {TICK_AIM_MS})")
        print(
            f"  PSPLIB          {met} of {total} equal MPM-Time"
            if total
            else "  PSPLIB          files absent: not checked"
        )
    return 0 if whole < WHOLE_AIM_MS and met == total else 1


if __name__ == "__main__":
    raise SystemExit(main())
