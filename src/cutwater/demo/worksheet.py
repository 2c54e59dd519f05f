"""The bank's cutover plan as the spreadsheet it used to be: 180 rows, brought in by the real import."""

import csv
import io
import random
from dataclasses import dataclass

from cutwater.demo import bank

LANES = 3
MINUTES = {
    "PRE": (10, 30),
    "TRT": (10, 35),
    "DUM": (20, 60),
    "CHK": (5, 20),
    "SYS": (10, 25),
    "BUS": (10, 30),
    "GON": (10, 20),
}
VERBS = {
    "PRE": ("Announce", "Freeze", "Confirm the standby for", "Open the bridge for"),
    "TRT": (
        "Run the last batch of",
        "Close the books of",
        "Stop the inbound queue of",
        "Archive the journal of",
    ),
    "DUM": ("Export", "Transfer the dump of", "Load", "Rebuild the indexes of"),
    "CHK": ("Compare the totals of", "Sample the records of", "Check the service of", "Count the rows of"),
    "SYS": ("Switch the route of", "Start the nodes of", "Rotate the certificates of", "Warm the cache of"),
    "BUS": ("Post a test to", "Accept", "Review the reports of", "Call the branch about"),
    "GON": ("Decide on", "Confirm the decision on"),
}
LIVE = {"Put Payments core 4.0 live": "Payments core 4.0", "Throw the ledger switch": "Ledger cutover switch"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One row: its code, the minutes planned, and the codes that must be done before."""

    code: str
    title: str
    phase: int
    minutes: int
    before: tuple[str, ...]


def lines() -> list[Line]:
    """The 180 steps, the same every time: three lanes in a phase, which begins when the last one ended."""
    dice = random.Random(180)
    found: list[Line] = []
    last: tuple[str, ...] = ()
    for number, (_, _, _, kind, count) in enumerate(bank.PHASES):
        lanes: list[str] = [""] * min(LANES, count)
        for place in range(count):
            lane = place % len(lanes)
            code = f"{kind}-{number + 1:02d}{place + 1:02d}"
            before = (lanes[lane],) if lanes[lane] else last
            title = _title(number, kind, place)
            found.append(
                Line(
                    code=code, title=title, phase=number, minutes=dice.randint(*MINUTES[kind]), before=before
                )
            )
            lanes[lane] = code
        last = tuple(lanes)
    return found


def _title(phase: int, kind: str, place: int) -> str:
    if bank.PHASES[phase][1] == "Start the new core" and place >= 18:
        return list(LIVE)[place - 18]
    verbs = VERBS[kind]
    return f"{verbs[place % len(verbs)]} {bank.OBJECTS[(place * 3 + phase) % len(bank.OBJECTS)]}"


def as_csv() -> bytes:
    """The worksheet as people keep it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        ["Code", "Title", "Sequence", "Phase", "Type", "Team", "Duration", "Predecessors", "Instructions"]
    )
    for line in lines():
        sequence, phase, team, kind, _ = bank.PHASES[line.phase]
        name = next(name for slug, name, _ in bank.TEAMS if slug == team)
        planned, before = f"{line.minutes}m", ", ".join(line.before)
        row = (line.code, line.title, sequence, phase, kind, name, planned, before, _instructions(line))
        writer.writerow(row)
    return out.getvalue().encode()


def _instructions(line: Line) -> str:
    if line.minutes % 3:
        return ""
    return (
        "Tell the bridge that it begins\nFollow the run sheet of the service\nNote the figures in the ticket"
    )
