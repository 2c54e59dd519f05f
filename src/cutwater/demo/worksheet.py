"""The bank's cutover plan as the spreadsheet it used to be: 180 rows, brought in by the real import."""

import csv
import io
import random

from cutwater.demo import bank
from cutwater.demo.stages import INSTRUCTIONS, STAGES
from cutwater.kernel.frozen import frozen

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
DEADLINES = {"Decide with the business": "T+34h"}
LIVE = {"Put Payments core 4.0 live": "Payments core 4.0", "Throw the ledger switch": "Ledger cutover switch"}


@frozen
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
            title = _title(number, place)
            found.append(
                Line(
                    code=code, title=title, phase=number, minutes=dice.randint(*MINUTES[kind]), before=before
                )
            )
            lanes[lane] = code
        last = tuple(lanes)
    return found


def _title(phase: int, place: int) -> str:
    """The next stage of the lane's stream; the two steps that put releases live end the start of the core."""
    title = bank.PHASES[phase][1]
    stages, streams = STAGES[title]
    at, lane = divmod(place, LANES)
    if at == len(stages):
        return list(LIVE)[lane]
    return stages[at].format(streams[lane])


def as_csv() -> bytes:
    """The worksheet as people keep it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        [
            "Code",
            "Title",
            "Sequence",
            "Phase",
            "Type",
            "Team",
            "Duration",
            "Predecessors",
            "Deadline",
            "Instructions",
        ]
    )
    for line in lines():
        sequence, phase, team, kind, _ = bank.PHASES[line.phase]
        name = next(name for slug, name, _ in bank.TEAMS if slug == team)
        planned, before = f"{line.minutes}m", ", ".join(line.before)
        deadline = DEADLINES.get(line.title, "")
        row = (
            line.code,
            line.title,
            sequence,
            phase,
            kind,
            name,
            planned,
            before,
            deadline,
            _instructions(line),
        )
        writer.writerow(row)
    return out.getvalue().encode()


def is_instructed(line: Line) -> bool:
    """Whether a step says how it is done; about every second one does, of those under way one."""
    return line.minutes % 2 == 0


def _instructions(line: Line) -> str:
    return "\n".join(INSTRUCTIONS[bank.PHASES[line.phase][3]]) if is_instructed(line) else ""
