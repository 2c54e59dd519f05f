"""Critical path: 10,000 steps and 20,000 links, whole and per tick, and the published PSPLIB answers.

python -m bench.critical_path            medians in milliseconds; exit code 1 beyond the aims
python -m bench.critical_path --json     the same as one line of JSON
"""

import json
import random
import re
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import pairs
from cutwater.runbooks.core.critical_path import Link, LinkKind, Prepared, Progress, Step, critical_path

STEPS, LINKS, HOT, PAIRS = 10_000, 20_000, 15, 41
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


def bare(links: list[tuple[int, int, int]]) -> list[int]:
    """The least that a pass over the links can cost in Python: one look at each."""
    early = [0] * STEPS
    for before, after, lag in links:
        moment = early[before] + lag
        if moment > early[after]:
            early[after] = moment
    return early


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


def run() -> dict[str, Any]:
    """Whole and per tick in milliseconds, both also in terms of the bare pass, and the published answers."""
    steps, links = plan()
    prepared = Prepared([each.id for each in steps], links)
    triples = [(link.before, link.after, link.lag) for link in links]
    ways: list[Callable[[], object]] = [
        lambda: critical_path(steps, links, 20_000),
        lambda: prepared.schedule(steps, 20_000),
        lambda: bare(triples),
    ]
    whole, tick = (statistics.median(*pairs.timed([way], HOT)) for way in ways[:2])
    paired_whole, paired_tick, least = pairs.timed(ways, PAIRS, 3)
    met, total = psplib()
    return {
        "steps": STEPS, "links": LINKS,
        "whole_ms": round(whole, 1), "tick_ms": round(tick, 1),
        "whole_pairs": pairs.ratio(paired_whole, least), "tick_pairs": pairs.ratio(paired_tick, least),
        "psplib_met": met, "psplib": total,
    }  # fmt: skip


def main() -> int:
    """Measure, print, and judge against its aims."""
    found = run()
    if "--json" in sys.argv:
        print(json.dumps(found))
    else:
        met, total = found["psplib_met"], found["psplib"]
        print(f"critical path, {STEPS:,} steps, {LINKS:,} links, median of {HOT}")
        print(f"  whole recompute {found['whole_ms']:6.1f} ms   (aim < {WHOLE_AIM_MS})")
        print(f"  one tick        {found['tick_ms']:6.1f} ms   (aim < {TICK_AIM_MS})")
        answers = f"{met} of {total} equal MPM-Time" if total else "files absent: not checked"
        print(f"  PSPLIB          {answers}")
    fast = found["whole_ms"] < WHOLE_AIM_MS and found["tick_ms"] < TICK_AIM_MS
    return 0 if fast and found["psplib_met"] == found["psplib"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
