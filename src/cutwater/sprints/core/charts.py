"""The Vega-Lite specifications of the sprint pages: one for page, print and mail."""

from cutwater.sprints.core.analysis import Analysis, Dimension, Line

STAGES = (("DONE", "Done"), ("IN_PROGRESS", "In progress"), ("TODO", "To do"), ("UNKNOWN", "Not known"))
# the theme gives its colours in this order: blue, green, orange, violet
COLOURED = ["In progress", "Done", "Not known", "To do"]
_SHOWN = 20


def by_stage(analysis: Analysis, dimension: Dimension, *, empty: str = "Not set") -> dict[str, object]:
    """Issues of each value of a dimension as bars, split by stage; beyond 20 values the rest is one bar."""
    rows = [
        {"name": name, "stage": word, "issues": stages.get(stage, 0), "order": order}
        for name, stages in _bars(analysis.lines[dimension], empty)
        for order, (stage, word) in enumerate(STAGES)
        if stages.get(stage, 0)
    ]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": f"Issues by {dimension.value} and stage",
        "data": {"values": rows},
        "width": 560,
        "mark": {"type": "bar", "tooltip": True},
        "encoding": {
            "y": {
                "field": "name",
                "type": "nominal",
                "sort": "-x",
                "title": None,
                "axis": {"labelLimit": 220},
            },
            "x": {"field": "issues", "type": "quantitative", "aggregate": "sum", "title": "Issues"},
            "color": {
                "field": "stage",
                "type": "nominal",
                "title": None,
                "scale": {"domain": COLOURED},
                "legend": {"orient": "top", "values": _present(rows)},
            },
            "order": {"field": "order", "type": "quantitative"},
        },
    }


def _present(rows: list[dict[str, object]]) -> list[str]:
    seen = {row["stage"] for row in rows}
    return [word for _, word in STAGES if word in seen]


def _bars(lines: list[Line], empty: str) -> list[tuple[str, dict[str, int]]]:
    shown = [(line.label or empty, line.tally.stages) for line in lines[:_SHOWN]]
    rest: dict[str, int] = {}
    for line in lines[_SHOWN:]:
        for stage, count in line.tally.stages.items():
            rest[stage] = rest.get(stage, 0) + count
    return shown + ([(f"{len(lines) - _SHOWN} others", rest)] if rest else [])
