"""What the audit page is narrowed to, as its address and its form have it."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from cutwater.kernel import clock
from cutwater.kernel.errors import Invalid
from cutwater.kernel.events import REGISTRY
from cutwater.kernel.frozen import frozen
from cutwater.kernel.wire import Body
from cutwater.kernel.wire import Line as Text


@frozen
class Filters:
    """What the audit page is narrowed to. `since` always bounds the search."""

    since: datetime
    until: datetime | None = None
    user_id: UUID | None = None
    jobs_only: bool = False
    names: tuple[str, ...] = ()
    key: str = ""
    subject_ids: tuple[UUID, ...] = ()


DEFAULT_DAYS = 30

JOBS = "jobs"


@frozen
class Chosen:
    """The filters as the address has them, for the form and the links."""

    who: str = ""
    what: str = ""
    key: str = ""
    since: str = ""
    until: str = ""

    @property
    def any(self) -> bool:
        return bool(self.who or self.what or self.key or self.since or self.until)


def filters_of(chosen: Chosen, zone: str) -> Filters:
    """Filters from the address; Invalid names each one that makes no sense."""
    wrong: dict[str, str] = {}
    since = _day("since", chosen.since, zone, wrong)
    until = _day("until", chosen.until, zone, wrong)
    user = _user(chosen.who, wrong)
    if wrong:
        raise Invalid(wrong)
    return Filters(
        since=since or start_of(until),
        until=until + timedelta(days=1) if until else None,
        user_id=user,
        jobs_only=chosen.who == JOBS,
        names=names_like(chosen.what),
        key=chosen.key.strip()[:200],
    )


def start_of(until: datetime | None) -> datetime:
    """Where a search begins when nobody said: some weeks before its end, for it must begin somewhere."""
    try:
        return (until or clock.now()) - timedelta(days=DEFAULT_DAYS)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)


def _day(name: str, given: str, zone: str, wrong: dict[str, str]) -> datetime | None:
    if not given:
        return None
    try:
        found = date.fromisoformat(given)
        if not 2000 <= found.year <= 2200:
            raise ValueError
    except ValueError:
        wrong[name] = "Write a date such as 2026-11-20."
        return None
    return datetime.combine(found, time(), ZoneInfo(zone))


def _user(given: str, wrong: dict[str, str]) -> UUID | None:
    if given in ("", JOBS):
        return None
    try:
        return UUID(given)
    except ValueError:
        wrong["who"] = "Choose somebody of the list."
        return None


def names_like(what: str) -> tuple[str, ...]:
    """The event names of a choice: one name, or all of a kind (`release.`)."""
    if what.endswith("."):
        return tuple(sorted(name for name in REGISTRY if name.startswith(what))) or (what,)
    return (what,) if what else ()


def kinds() -> list[tuple[str, str]]:
    """What can be chosen: every kind of thing, then every event of it."""
    found: list[tuple[str, str]] = []
    kind = ""
    for name in sorted(REGISTRY):
        if name.split(".")[0] != kind:
            kind = name.split(".")[0]
            found.append((f"{kind}.", f"{_words(kind)}: everything"))
        found.append((name, f"{_words(kind)}: {_words(name.partition('.')[2]).lower()}"))
    return found


def _words(name: str) -> str:
    text = name.replace("_", " ").replace(".", " ")
    return text[:1].upper() + text[1:]


class ExportForm(Body):
    """The filters of the page that is exported."""

    who: Text = ""
    what: Text = ""
    key: Text = ""
    since: Text = ""
    until: Text = ""
