"""Believable values for the design page. Nothing here is anybody's data."""

from dataclasses import field
from datetime import datetime, timedelta

from cutwater.kernel import clock
from cutwater.kernel.frozen import frozen
from cutwater.kernel.obstacle import Obstacle
from cutwater.web.declared import TONES
from cutwater.web.templating import shell
from cutwater.web.view import Refusal

OBSTACLES = [
    Obstacle(
        code="items.open",
        text="2 of 5 items are not merged: LEDGER-14, LEDGER-19.",
        hint="Merge or remove them.",
        cleared_by="Mara Vogel",
    ),
    Obstacle(
        code="dependency.open",
        text="R-38 Payments gateway blocks this release and is in staging.",
        hint="R-38 must be deployed first.",
        cleared_by="the owner of R-38, Jonas Brandt",
    ),
]


@frozen
class ExamplePage:
    """A page of a list, as `ui.pager` takes it."""

    page: int = 2
    per_page: int = 25
    total: int = 1234
    next_cursor: str = ""


@frozen
class ExampleEntry:
    """A feed entry, as `ui.feed` takes it."""

    at: datetime
    actor_name: str
    actor_kind: str = "user"
    key: str = ""
    headline: str = ""
    note: str = ""
    changes: dict[str, object] = field(default_factory=dict)


def examples() -> dict[str, object]:
    """The context of the design page."""
    now = clock.now()
    return {
        "looks": shell().declared.looks,
        "tones": TONES,
        "obstacles": OBSTACLES,
        "example_page": ExamplePage(),
        "example_conflict": Refusal(
            code="CONFLICT", message="Not now.", status=409, obstacles=tuple(OBSTACLES)
        ),
        "example_refusal": Refusal(
            code="VALIDATION_ERROR",
            message="Some fields need a correction.",
            fields={"title": "Fill this in.", "points": "Write a whole number, such as 3."},
            values={"title": "", "points": "three"},
        ),
        "entries": [
            ExampleEntry(
                at=now - timedelta(minutes=4),
                actor_name="Mara Vogel",
                key="R-42",
                headline="moved to Ready for staging",
                changes={"status": ("In review", "Ready for staging")},
            ),
            ExampleEntry(
                at=now - timedelta(hours=3),
                actor_name="Jonas Brandt",
                key="R-42",
                headline="commented",
                note="The migration of the ledger tables takes 40 minutes on the rehearsal data.",
            ),
            ExampleEntry(at=now - timedelta(days=2), actor_name="", actor_kind="job", headline="synced"),
        ],
        "hours": [now + timedelta(minutes=each) for each in (-75, -30, 12, 55, 140, 200)],
        "chart_spec": CHART,
    }


CHART: dict[str, object] = {
    "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
    "width": 460,
    "height": 180,
    "data": {
        "values": [
            {"sprint": f"SPR-{number}", "kind": kind, "points": points}
            for number, pair in enumerate(((58, 51), (62, 60), (55, 58), (64, 49)), start=9)
            for kind, points in zip(("committed", "delivered"), pair, strict=True)
        ]
    },
    "mark": {"type": "bar", "cornerRadiusEnd": 2},
    "encoding": {
        "x": {"field": "sprint", "title": None, "sort": None, "axis": {"labelAngle": 0}},
        "xOffset": {"field": "kind"},
        "y": {"field": "points", "type": "quantitative", "title": "points"},
        "color": {"field": "kind", "title": None},
        "tooltip": [{"field": "sprint"}, {"field": "kind"}, {"field": "points"}],
    },
}
