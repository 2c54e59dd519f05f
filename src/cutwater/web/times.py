"""How times, spans and figures are written on a page. Pure: the zone is an argument."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def moment(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """`20 Nov 03:15`, with the year only when it is not this one."""
    local = at.astimezone(zone)
    year = "" if local.year == now.astimezone(zone).year else f" {local.year}"
    return f"{local.day} {_MONTHS[local.month - 1]}{year} {local:%H:%M}"


def full(at: datetime, zone: ZoneInfo) -> str:
    """The whole of it, for a tooltip: `Fri 20 November 2026, 03:15:07 (Europe/Zurich)`."""
    local = at.astimezone(zone)
    return (
        f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local:%Y, %H:%M:%S} ({zone.key})"
    )


def clock(at: datetime, zone: ZoneInfo, day: date | None = None) -> str:
    """`03:15` on `day`, `Sat 03:15` on another day near it, `2 Dec 03:15` further away."""
    local = at.astimezone(zone)
    return f"{other_day(local.date(), day)}{local:%H:%M}" if day else f"{local:%H:%M}"


def other_day(of: date, day: date) -> str:
    """The name of a day that is not `day`: a weekday for as long as that names one day only; else nothing."""
    away = (of - day).days
    if abs(away) < 7:
        return f"{_DAYS[of.weekday()]} " if away else ""
    return f"{of.day} {_MONTHS[of.month - 1]} "


def day(of: date | datetime, zone: ZoneInfo, now: datetime) -> str:
    """`Fri 20 Nov`, with the year only when it is not this one."""
    local = of.astimezone(zone).date() if isinstance(of, datetime) else of
    year = "" if local.year == now.astimezone(zone).year else f" {local.year}"
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}{year}"


def ago(at: datetime, now: datetime) -> str:
    """How far a moment is from now, in its largest unit: `12 min ago`, `in 3 h`, `just now`."""
    seconds = (now - at).total_seconds()
    size = abs(seconds)
    if size < 60:
        return "just now"
    for limit, unit, name in ((3600, 60, "min"), (86_400, 3600, "h"), (float("inf"), 86_400, "d")):
        if size < limit:
            count = int(size // unit)
            return f"{count} {name} ago" if seconds > 0 else f"in {count} {name}"
    raise AssertionError("the last limit is infinite")


def span(minutes: float | int) -> str:
    """A duration in minutes as `2h 15m`, `45m`, `1d 4h`; negative ones keep their sign."""
    whole = round(abs(minutes))
    sign = "−" if minutes < 0 and whole else ""
    days, rest = divmod(whole, 1440)
    hours, left = divmod(rest, 60)
    parts = [f"{days}d"] * bool(days) + [f"{hours}h"] * bool(hours)
    if (left and not days) or not parts:
        parts.append(f"{left}m")
    return sign + " ".join(parts)


def number(value: float | int | None, places: int | None = None) -> str:
    """A figure with thousands separated; `places` fixes the decimals, else only meaningful ones are kept."""
    if value is None:
        return "–"
    if places is not None:
        return f"{value:,.{places}f}"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def word(value: str) -> str:
    """`READY_STAGING` → `Ready staging`."""
    return value.replace("_", " ").replace("-", " ").capitalize()


def initials(name: str) -> str:
    """Two letters for an avatar: first and last word's, upper case."""
    parts = [part for part in name.replace(".", " ").replace("@", " ").split() if part[0].isalnum()]
    if not parts:
        return "?"
    letters = parts[0][0] + (parts[-1][0] if len(parts) > 1 else parts[0][1:2])
    return letters.upper()
