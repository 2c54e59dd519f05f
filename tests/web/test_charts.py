"""Specs to SVG: themed, cached, in a process of its own that may die."""

import os
import signal
from typing import Any

from cutwater.web import charts

SPEC: dict[str, Any] = {
    "data": {"values": [{"a": "x", "b": 3}, {"a": "y", "b": 5}]},
    "mark": "bar",
    "encoding": {"x": {"field": "a"}, "y": {"field": "b", "type": "quantitative"}},
}


async def test_a_chart_takes_its_colours_from_the_theme() -> None:
    svg = await charts.chart(SPEC)
    assert svg.startswith("<svg")
    assert "var(--series-1)" in svg
    assert "var(--muted)" in svg
    assert "<script" not in svg


async def test_the_same_spec_is_drawn_once() -> None:
    first = await charts.chart(SPEC)
    assert await charts.chart(dict(reversed(SPEC.items()))) is first


async def test_a_drawing_process_that_died_is_replaced() -> None:
    await charts.chart(SPEC)
    charts._kept.clear()
    for process in list(charts._pool[0]._processes.values()) if charts._pool else []:
        os.kill(process.pid, signal.SIGKILL)
    assert (await charts.chart(SPEC)).startswith("<svg")
    charts.close()
