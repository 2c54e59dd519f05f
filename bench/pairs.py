"""Ratios that survive a busy machine: both ways are timed in turns, and each pair gives one ratio."""

import math
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import NamedTuple


class Ratio(NamedTuple):
    """The median of the pairs' ratios, and the ends of its 95 % interval."""

    median: float
    low: float
    high: float


def ratio(ours: Sequence[float], bare: Sequence[float]) -> Ratio:
    """What ours costs in terms of bare, pair by pair.

    The interval knows no distribution: the order statistics that hold the median with 95 % (Conover 1999).
    """
    pairs = sorted(one / other for one, other in zip(ours, bare, strict=True))
    spread = 0.98 * math.sqrt(len(pairs))
    low = max(0, math.floor(len(pairs) / 2 - spread))
    high = min(len(pairs) - 1, math.ceil(len(pairs) / 2 + spread))
    return Ratio(*(round(each, 3) for each in (median(pairs), pairs[low], pairs[high])))


def timed(ways: Sequence[Callable[[], object]], repeats: int, warm_up: int = 0) -> list[list[float]]:
    """The milliseconds of each way, all of them in turns."""
    took: list[list[float]] = [[] for _ in ways]
    for repeat in range(warm_up + repeats):
        for each, way in zip(took, ways, strict=True):
            began = time.perf_counter()
            way()
            if repeat >= warm_up:
                each.append((time.perf_counter() - began) * 1000)
    return took
