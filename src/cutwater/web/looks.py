"""How every state looks: its word, its icon and its tone, as the modules declare it keyed by their enums."""

from collections.abc import Mapping
from enum import Enum

from cutwater.web import times
from cutwater.web.declared import Look, Looks

_LOOKS: dict[str, dict[str, Look]] = {}


def use(looks: Looks) -> None:
    """Take the looks of every module; refuses a kind of which a member has none."""
    for kind, table in looks.items():
        missing = missing_from(table)
        if missing:
            raise TypeError(f"the looks of {kind} lack {', '.join(missing)}")
    _LOOKS.clear()
    _LOOKS.update({kind: {str(m.value): each for m, each in table.items()} for kind, table in looks.items()})


def missing_from(table: Mapping[Enum, Look]) -> list[str]:
    """The members of the table's enums that have no look."""
    enums = {type(member) for member in table}
    return sorted(str(member.value) for enum in enums for member in enum if member not in table)


def look(kind: str, value: object) -> Look:
    """The look of a state; one that nobody described gets its own words and a plain circle."""
    text = str(value.value if isinstance(value, Enum) else value)
    return _LOOKS.get(kind, {}).get(text) or Look(word=times.word(text), icon="circle")


def looks_of(kind: str) -> dict[str, tuple[str, str, str]]:
    """The same for an element: state → word, icon and tone, as JSON can carry it."""
    return {value: (each.word, each.icon, each.tone) for value, each in _LOOKS.get(kind, {}).items()}


def said(kind: str, field: str, value: object) -> str:
    """A value from a change of a thing, in the words people see elsewhere: `IN_REVIEW` → `In review`."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value) or "–"
    known = _LOOKS.get(kind if field in ("status", "state") else field, {})
    return known[str(value)].word if str(value) in known else str(value)
