"""Will we make it: one health model, each of its terms shown with the figure it comes from."""

from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from cutwater.kernel.frozen import frozen
from cutwater.sprints.core.analysis import Tally, percent


class Level(StrEnum):
    """How a term, and the sprint as its worst term, stands."""

    GOOD = "good"
    WATCH = "watch"
    BAD = "bad"
    UNKNOWN = "unknown"


@frozen
class Term:
    """One reason of the verdict: what was measured, how it reads, and where the limits lie."""

    name: str
    level: Level
    text: str
    limits: str
    query: str = ""


@frozen
class Health:
    """The verdict and its terms: the worst that was measured, and "on track" only when progress was."""

    level: Level
    word: str
    terms: tuple[Term, ...]


_WORDS = {Level.GOOD: "On track", Level.WATCH: "At risk", Level.BAD: "Off track", Level.UNKNOWN: "Not known"}


def judge(
    total: Tally, *, state: str, starts_on: date | None, ends_on: date | None, unassigned: int, today: date
) -> Health:
    """The health of a sprint on a day."""
    terms = (
        _progress(total, state, starts_on, ends_on, today),
        _share(
            "Blocked work", total.blocked, total.open_issues, "open issues are blocked", (5, 15), "is:blocked"
        ),
        _share(
            "Estimates",
            total.issues - total.estimated,
            total.issues,
            "issues have no estimate",
            (10, 30),
            "-is:estimated",
        ),
        _share(
            "Owners",
            unassigned,
            total.open_issues,
            "open issues have no assignee",
            (10, 30),
            "is:open assignee:none",
        ),
    )
    # what could still go wrong no longer matters once a sprint is over
    counted = terms[:1] if state == "COMPLETED" else terms
    measured = [term.level for term in counted if term.level is not Level.UNKNOWN]
    order = [Level.GOOD, Level.WATCH, Level.BAD]
    level = max(measured, key=order.index) if measured else Level.UNKNOWN
    if level is Level.GOOD and terms[0].level is Level.UNKNOWN:
        # without progress nobody can say that it is on track; a risk can be named all the same
        level = Level.UNKNOWN
    return Health(level=level, word=_WORDS[level], terms=terms)


def _progress(total: Tally, state: str, starts_on: date | None, ends_on: date | None, today: date) -> Term:
    limits = "good while done keeps up with time within 10 points, off track from 25 behind"
    name = "Progress"
    if state == "COMPLETED":
        done = _done_share(total)
        level = (
            Level.UNKNOWN
            if done is None
            else Level.GOOD
            if done >= 90
            else Level.WATCH
            if done >= 70
            else Level.BAD
        )
        return Term(
            name=name,
            level=level,
            text=f"{_pct(done)} was done at the close",
            limits="good from 90 %, off track below 70 %",
        )
    if not starts_on or not ends_on or ends_on < starts_on:
        return Term(
            name=name, level=Level.UNKNOWN, text="the sprint has no start and end date", limits=limits
        )
    if state != "ACTIVE":
        return Term(name=name, level=Level.UNKNOWN, text="the sprint has not started", limits=limits)
    done, gone = _done_share(total), elapsed(starts_on, ends_on, today)
    if done is None or gone is None:
        return Term(name=name, level=Level.UNKNOWN, text="there is nothing to measure", limits=limits)
    behind = gone - done
    level = Level.GOOD if behind <= 10 else Level.WATCH if behind < 25 else Level.BAD
    measure = "points" if total.points else "issues"
    return Term(
        name=name,
        level=level,
        text=f"{_pct(done)} of the {measure} done, {_pct(gone)} of the working days gone",
        limits=limits,
    )


def _done_share(total: Tally) -> Decimal | None:
    return (
        percent(total.done_points, total.points) if total.points else percent(total.done_issues, total.issues)
    )


def elapsed(starts_on: date, ends_on: date, today: date) -> Decimal | None:
    """How much of a sprint's working days (Monday to Friday) has gone, in percent, today counted as half."""
    whole = working_days(starts_on, ends_on)
    if not whole:
        return None
    if today > ends_on:
        return Decimal(100)
    gone = Decimal(working_days(starts_on, today - timedelta(days=1)))
    if starts_on <= today and today.weekday() < 5:
        gone += Decimal("0.5")
    return round(gone * 100 / whole, 1)


def working_days(first: date, last: date) -> int:
    """Mondays to Fridays from one day to another, both counted."""
    days = (last - first).days + 1
    return sum(1 for number in range(max(days, 0)) if (first + timedelta(days=number)).weekday() < 5)


def _share(name: str, part: int, whole: int, what: str, bounds: tuple[int, int], query: str) -> Term:
    limits = f"good up to {bounds[0]} %, off track above {bounds[1]} %"
    share = percent(part, whole)
    if share is None:
        return Term(name=name, level=Level.UNKNOWN, text="there are no open issues", limits=limits)
    level = Level.GOOD if share <= bounds[0] else Level.WATCH if share <= bounds[1] else Level.BAD
    return Term(
        name=name,
        level=level,
        text=f"{part:,} of {whole:,} {what} ({_pct(share)})",
        limits=limits,
        query=query,
    )


def _pct(value: Decimal | None) -> str:
    return "nothing" if value is None else f"{value.normalize():f} %"
