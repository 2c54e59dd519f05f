"""One function from a Vega-Lite spec to SVG. V8 costs 100 MB and blocks: it has a process of its own."""

import asyncio
import hashlib
import json
import os
import threading
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process

import orjson

# Vega writes colours into the SVG. These marks are replaced by CSS variables, so one SVG serves both themes.
_INK, _FAINT, _LINE = "#010203", "#040506", "#070809"
_SERIES = ("#0a0b01", "#0a0b02", "#0a0b03", "#0a0b04", "#0a0b05", "#0a0b06", "#0a0b07", "#0a0b08")
_VARIABLES = {_INK: "var(--text)", _FAINT: "var(--muted)", _LINE: "var(--line)"} | {
    mark: f"var(--series-{number})" for number, mark in enumerate(_SERIES, start=1)
}
THEME: Mapping[str, object] = {
    "background": None,
    "font": "Inter, system-ui, sans-serif",
    "axis": {
        "labelColor": _FAINT,
        "titleColor": _FAINT,
        "gridColor": _LINE,
        "domainColor": _LINE,
        "tickColor": _LINE,
        "labelFontSize": 11,
        "titleFontSize": 11,
        "titleFontWeight": 500,
    },
    "legend": {"labelColor": _INK, "titleColor": _FAINT, "labelFontSize": 11, "titleFontSize": 11},
    "title": {"color": _INK, "fontSize": 13, "fontWeight": 600, "anchor": "start"},
    "header": {"labelColor": _INK, "titleColor": _FAINT},
    "text": {"color": _INK},
    "rule": {"color": _FAINT},
    "mark": {"color": _SERIES[0]},
    "range": {"category": list(_SERIES)},
    "view": {"stroke": None},
}
_kept: OrderedDict[str, str] = OrderedDict()
_KEEP = 256
_pool: list[ProcessPoolExecutor] = []


async def chart(spec: Mapping[str, object]) -> str:
    """The spec as SVG in the theme's colours; the same spec is drawn once."""
    text = orjson.dumps(spec, option=orjson.OPT_SORT_KEYS).decode()
    name = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    if name in _kept:
        _kept.move_to_end(name)
        return _kept[name]
    drawn = await _drawn(text)
    _kept[name] = drawn
    while len(_kept) > _KEEP:
        _kept.popitem(last=False)
    return drawn


def draw(text: str) -> str:
    """Draw a spec given as JSON; runs in the drawing process."""
    import vl_convert

    spec = json.loads(text)
    config = THEME | spec.pop("config", {})
    svg: str = vl_convert.vegalite_to_svg({**spec, "config": config})
    return themed(svg)


def themed(svg: str) -> str:
    """The SVG with our marks turned into the theme's CSS variables."""
    for mark, variable in _VARIABLES.items():
        svg = svg.replace(mark, variable)
    return svg.replace('fill="transparent"', 'fill="none"')


def close() -> None:
    """End the drawing process; the next chart starts another."""
    while _pool:
        _pool.pop().shutdown(wait=False, cancel_futures=True)


def end_with_parent() -> None:
    """In the drawing process: leave when the web process is gone, however it went."""
    parent = parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


async def _drawn(text: str) -> str:
    for attempt in (1, 2):
        if not _pool:
            _pool.append(ProcessPoolExecutor(1, get_context("spawn"), initializer=end_with_parent))
        try:
            return await asyncio.get_running_loop().run_in_executor(_pool[0], draw, text)
        except BrokenProcessPool:
            close()
            if attempt == 2:
                raise
    raise AssertionError("the second attempt returns or raises")
