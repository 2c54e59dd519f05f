"""`make bench`: every measure in a process of its own, a table with the aims, and bench/RESULTS.md.

python -m bench                     all of it; exit code 1 when an aim is missed
python -m bench --quick             ratios only, beside those of the last whole run: for CI, on any machine
"""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import bulk, critical_path, live, overhead, start
from bench.weighing import free_port
from cutwater.kernel.frozen import frozen

RESULTS = Path(__file__).with_name("RESULTS.md")
BASELINE = Path(__file__).with_name("baseline.json")
QUICK = ("overhead", "critical_path")
Found = dict[str, Any]


@frozen
class Line:
    """One figure beside its aim."""

    what: str
    figure: str
    aim: str
    is_met: bool


def of_overhead(found: Found) -> list[Line]:
    """Ratios of the lists; milliseconds of the item."""
    lines = []
    for name, each in found.items():
        beside = f"{each['ms']} ms, bare {each['bare_ms']} ms"
        is_item = name == "one release"
        figure = f"{each['ms']} ms ({each['ratio']} × bare)" if is_item else f"{each['ratio']} × ({beside})"
        aim = f"≤ {overhead.ITEM_AIM_MS:.0f} ms" if is_item else f"≤ {overhead.RATIO_AIM:.0f} ×"
        lines.append(Line(what=f"read: {name}", figure=figure, aim=aim, is_met=each["met"]))
    return lines


def below(what: str, value: float, aim: float, unit: str, more: str = "") -> Line:
    """A figure that must stay below its aim."""
    return Line(what=what, figure=f"{value:g} {unit}{more}", aim=f"< {aim:g} {unit}", is_met=value < aim)


def of_critical_path(found: Found) -> list[Line]:
    """Whole, tick, and the published answers."""
    size = f"{found['steps']:,} steps, {found['links']:,} links"
    met, total = found["psplib_met"], found["psplib"]
    answers = f"{met} of {total} files" if total else "files absent: not checked"
    return [
        below(f"critical path, {size}", found["whole_ms"], critical_path.WHOLE_AIM_MS, "ms"),
        below("critical path, one tick", found["tick_ms"], critical_path.TICK_AIM_MS, "ms"),
        Line(what="critical path = MPM-Time of PSPLIB", figure=answers, aim="all", is_met=met == total),
    ]


def of_live(found: Found) -> list[Line]:
    """The delay, and nothing lost or doubled."""
    name = f"commit → received, {found['streams']} streams, {found['events']} events"
    more = f" (p50 {found['p50_ms']} ms)"
    lost = f"{found['missing']} and {found['doubled']}"
    return [
        below(f"{name}: p95", found["p95_ms"], live.AIM_P95_MS, "ms", more),
        Line(what="events missing and doubled", figure=lost, aim="0 and 0", is_met=lost == "0 and 0"),
    ]


def of_start(found: Found) -> list[Line]:
    """Starts, memory and the first page."""
    memory = ", ".join(f"{program} {size}" for program, size in found["memory_of"].items())
    headers = f" (and {found['headers_kb']} kB of headers)"
    return [
        below("first `cutwater demo`, with its data", found["first_s"], start.FIRST_AIM_S, "s"),
        below("later `cutwater demo`", found["later_s"], start.LATER_AIM_S, "s"),
        below("memory at rest (PSS)", found["memory_mb"], start.MEMORY_AIM_MB, "MB", f" ({memory})"),
        below("first load of Home, compressed", found["first_load_kb"], start.WEIGHT_AIM_KB, "kB", headers),
    ]


def of_bulk(found: Found) -> list[Line]:
    """The worksheet and the run."""
    rows, steps = f"{found['rows']:,}", f"{found['steps']:,}"
    return [
        below(f"dry run of a {rows}-row XLSX", found["dry_run_s"], bulk.DRY_RUN_AIM_S, "s"),
        below("its peak memory", found["peak_mb"], bulk.MEMORY_AIM_MB, "MB"),
        below(f"instantiate {steps} steps", found["instantiate_s"], bulk.INSTANTIATE_AIM_S, "s"),
    ]


MEASURES: dict[str, Callable[[Found], list[Line]]] = {
    "overhead": of_overhead,
    "critical_path": of_critical_path,
    "bulk": of_bulk,
    "live": of_live,
    "start": of_start,
}
WORSE = 1.2


def measured(name: str) -> Found:
    """What a measure found, run alone; a crash ends the bench with its words."""
    more = ["--port", str(free_port())] if name == "live" else []
    command = [sys.executable, "-m", f"bench.{name}", "--json", *more]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise SystemExit(f"bench.{name} failed:\n{done.stdout}{done.stderr}")
    found: Found = json.loads(lines[-1])
    return found


def table(lines: list[Line]) -> str:
    """Markdown."""
    rows = [f"| {each.what} | {each.figure} | {each.aim} | {verdict(each)} |" for each in lines]
    return "\n".join(["| what | figure | aim | met |", "|---|---|---|---|", *rows])


def verdict(line: Line) -> str:
    """Met or not."""
    return "yes" if line.is_met else "**no**"


def machine() -> str:
    """What it ran on, and how busy that was before."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = " ".join(f"{each:.1f}" for each in os.getloadavg())
    made = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GB"
    return f"{made}, Python {platform.python_version()}; load before (1, 5, 15 minutes): {load}"


def report(lines: list[Line], where: str) -> str:
    """The committed page."""
    today = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"""# Speed and size

`make bench` wrote this on {today}. {where}.

Ratios come first: they hold on any machine, absolute figures only on one like this that does nothing else.
Client and server share the machine. Figures are medians of repeated runs unless a percentile is named; the
first start is one run. `bare` is an ASGI route without framework that does the same sign-in and fetches the
same rows in one pipelined trip of psycopg, out by orjson; both are asked in turns.

{table(lines)}

Each measure alone: `python -m bench.overhead`, `.critical_path`, `.bulk`, `.live`, `.start`.
"""


def ratios(found: dict[str, Found]) -> dict[str, Any]:
    """What can be compared between machines: name → median of the pairs' ratios, and its 95 % interval."""
    reads = {f"read: {name}": each["pairs"] for name, each in found["overhead"].items()}
    ticks = {f"critical path: {name}": found["critical_path"][f"{name}_pairs"] for name in ("whole", "tick")}
    return reads | ticks


def quick() -> int:
    """Measure what has a ratio; 1 when the whole 95 % interval of one lies above 1.2 × the kept one."""
    kept = json.loads(BASELINE.read_text())
    slower = 0
    for name, (middle, low, high) in ratios({name: measured(name) for name in QUICK}).items():
        is_worse = low > WORSE * kept[name]
        slower += is_worse
        mark = "SLOWER" if is_worse else "ok"
        print(
            f"{mark:6} {name:30} {middle:7.2f} × ({low:.2f} to {high:.2f}), kept {kept[name]:.2f} ×",
            flush=True,
        )
    return 1 if slower else 0


def whole() -> int:
    """Run the measures one after another, and write down what they found."""
    where, lines, found = machine(), [], {}
    for name, lines_of in MEASURES.items():
        found[name] = measured(name)
        for line in lines_of(found[name]):
            lines.append(line)
            mark = "ok  " if line.is_met else "MISS"
            print(f"{mark} {line.what:52} {line.figure:44} {line.aim}", flush=True)
    RESULTS.write_text(report(lines, where))
    BASELINE.write_text(json.dumps({name: each[0] for name, each in ratios(found).items()}, indent=2) + "\n")
    print(f"written: {RESULTS.name}, {BASELINE.name}")
    return 0 if all(line.is_met for line in lines) else 1


if __name__ == "__main__":
    raise SystemExit(quick() if "--quick" in sys.argv else whole())
