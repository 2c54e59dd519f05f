"""The query box over releases: `status:ready service:payments is:blocked words`, parsed into a filter."""

import re
from collections.abc import Callable
from dataclasses import field
from typing import Final, TypeVar

from cutwater.kernel.frozen import frozen
from cutwater.releases.core.facts import ACTIVE, Priority, Status

CLAIMS: Final = ("active", "blocked", "overdue", "hotfix", "mine", "done", "deployed-this-month")
FIELDS: Final = ("status", "service", "owner", "sprint", "priority", "is", "item")
SORTS: Final = ("key", "title", "status", "priority", "target", "moved", "service", "created")

ALIASES: Final[dict[str, tuple[Status, ...]]] = {
    "active": ACTIVE,
    "done": (Status.DEPLOYED,),
    "closed": (Status.DEPLOYED, Status.CANCELLED, Status.ROLLED_BACK),
}

Word = TypeVar("Word", Status, Priority)

_TERM = re.compile(r'(?P<name>[A-Za-z]+):(?P<value>"[^"]*"|\S+)|"(?P<phrase>[^"]*)"|(?P<word>\S+)')


@frozen
class Filter:
    """Which releases are wanted; an empty part means any. `mistakes` says which terms were not understood."""

    statuses: tuple[Status, ...] = ()
    services: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    sprints: tuple[str, ...] = ()
    priorities: tuple[Priority, ...] = ()
    items: tuple[str, ...] = ()
    claims: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    mistakes: tuple[str, ...] = field(default=())


def parse(text: str) -> Filter:
    """Read the query box; what cannot be understood is named, never silently dropped."""
    found: dict[str, list[str]] = {name: [] for name in FIELDS}
    words: list[str] = []
    mistakes: list[str] = []
    for term in _TERM.finditer(text[:500]):
        name, value = (term["name"] or "").lower(), (term["value"] or "").strip('"')
        if name in FIELDS:
            found[name] += [part for part in value.split(",") if part]
        else:
            words.append(term["phrase"] or term["word"] or term[0])
    statuses = _matched(found["status"], statuses_named, "status", mistakes)
    priorities = _matched(found["priority"], priorities_named, "priority", mistakes)
    claims = {claim.lower() for claim in found["is"]}
    mistakes += [f"is:{claim} is not known; use is:{' is:'.join(CLAIMS)}" for claim in claims - set(CLAIMS)]
    return Filter(
        statuses=tuple(statuses),
        services=tuple(each.lower() for each in found["service"]),
        owners=tuple(found["owner"]),
        sprints=tuple(each.upper() for each in found["sprint"]),
        priorities=tuple(priorities),
        items=tuple(each.upper() if "#" not in each and "!" not in each else each for each in found["item"]),
        claims=frozenset(claims & set(CLAIMS)),
        words=tuple(words[:8]),
        mistakes=tuple(mistakes),
    )


def statuses_named(word: str) -> tuple[Status, ...]:
    """The statuses a word means: `ready` both ready ones, `staging` all around staging, `active` all open."""
    plain = word.lower().replace("-", "_").replace(" ", "_")
    if plain in ALIASES:
        return ALIASES[plain]
    exact = tuple(status for status in Status if status.lower() == plain)
    return exact or tuple(
        status for status in Status if plain in status.lower().split("_") or _starts(plain, status)
    )


def priorities_named(word: str) -> tuple[Priority, ...]:
    """The priorities a word begins: `crit` is CRITICAL."""
    return tuple(each for each in Priority if each.lower().startswith(word.lower()))


def _starts(plain: str, status: Status) -> bool:
    return len(plain) > 2 and status.lower().startswith(plain)


def _matched(
    values: list[str], named: Callable[[str], tuple[Word, ...]], name: str, mistakes: list[str]
) -> list[Word]:
    """Every value that some word means, once; a word that means none is a mistake."""
    matched: list[Word] = []
    for value in values:
        meant = named(value)
        if not meant:
            mistakes.append(f"{name}:{value} is no {name}")
        matched += [each for each in meant if each not in matched]
    return matched
