"""What a field mapping means for one issue: its team, points, stakeholder, sprints and flag."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, field
from decimal import Decimal

from cutwater.kernel.frozen import frozen
from cutwater.sprints.core.facts import ROLES, SprintState
from cutwater.sprints.core.reading import NAME_LIMIT, TEXT_LIMIT, Spot, number_like
from cutwater.sprints.core.records import PersonRecord, SprintRecord

# Fields of Jira's agile API that hold sprints and the flag whatever the site's own field is called.
AGILE_SPRINTS = ("sprint", "closedSprints")
AGILE_FLAG = "flagged"
_STATES = {"future": SprintState.PLANNING, "active": SprintState.ACTIVE, "closed": SprintState.COMPLETED}
_DEFAULT_SCALE = {
    "blocker": 90, "highest": 90, "critical": 70, "high": 70, "major": 50, "medium": 50,
    "minor": 30, "low": 30, "trivial": 10, "lowest": 10,
}  # fmt: skip


@frozen
class FieldMap:
    """Which field plays which role; an empty id means nobody chose one."""

    discipline: str = ""
    points: str = ""
    owner: str = ""
    sprint: str = ""
    flagged: str = ""

    def as_dict(self) -> dict[str, str]:
        """The mapping as plain data, for storing and showing."""
        return asdict(self)

    @classmethod
    def of(cls, given: object) -> "FieldMap":
        """The mapping that a row, a form or an API body has in its attributes."""
        return cls(**{role: str(getattr(given, role)) for role in ROLES})

    @classmethod
    def stored(cls, given: Mapping[str, object]) -> "FieldMap":
        """The mapping that was stored as plain data."""
        return cls(**{role: str(given.get(role) or "") for role in ROLES})


@frozen
class Mapped:
    """The mapped values of one issue."""

    discipline: str | None = None
    points: Decimal | None = None
    owner: PersonRecord | None = None
    is_flagged: bool = False
    sprints: tuple[SprintRecord, ...] = field(default_factory=tuple)


def apply(mapping: FieldMap, fields: Mapping[str, object], spot: Spot) -> Mapped:
    """The mapped values of one issue's fields; a value that does not fit is reported with its place."""
    return Mapped(
        discipline=text_of(fields.get(mapping.discipline), mapping.discipline, spot) or None,
        points=_points(fields.get(mapping.points), mapping.points, spot),
        owner=person_of(fields.get(mapping.owner), mapping.owner, spot),
        is_flagged=bool(fields.get(AGILE_FLAG)) or _is_set(fields.get(mapping.flagged)),
        sprints=tuple(_sprints(mapping, fields, spot)),
    )


def text_of(value: object, name: str, spot: Spot) -> str:
    """A text, an option or the first of a list of these; several options are reported."""
    if isinstance(value, list):
        if len(value) > 1:
            spot.warn("several_values", name, f"{len(value)} values; the first is used")
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("option") or (value.get("person") or {}).get("name")
    return spot.text(value, name, NAME_LIMIT) if value not in (None, "") else ""


def _points(value: object, name: str, spot: Spot) -> Decimal | None:
    if isinstance(value, dict):
        value = value.get("option")
    if isinstance(value, list):
        value = value[0] if value else None
    points = spot.number(value, name)
    if points is not None and points < 0:
        spot.warn("negative_points", name, f"{points} story points; kept, but not counted as an estimate")
    return points


def person_of(value: object, name: str, spot: Spot) -> PersonRecord | None:
    """A person, or a plain name when the source has only that."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict) and isinstance(value.get("person"), dict):
        who = value["person"]
        return PersonRecord(account_id=str(who.get("id") or ""), name=str(who.get("name") or ""))
    shown = text_of(value, name, spot)
    return PersonRecord(account_id="", name=shown) if shown else None


def _is_set(value: object) -> bool:
    if isinstance(value, str):
        return value.strip().casefold() not in ("", "no", "false", "0")
    return bool(value)


def _sprints(mapping: FieldMap, fields: Mapping[str, object], spot: Spot) -> Iterable[SprintRecord]:
    found: dict[str, SprintRecord] = {}
    for name in dict.fromkeys((mapping.sprint, *AGILE_SPRINTS)):
        for value in as_list(fields.get(name)):
            sprint = sprint_of(value, name, spot)
            if sprint:
                found.setdefault(sprint.external_id or sprint.name, sprint)
    return found.values()


def as_list(value: object) -> list[object]:
    """The value as a list: nothing, one or many."""
    return value if isinstance(value, list) else [] if value in (None, "") else [value]


def sprint_of(value: object, name: str, spot: Spot) -> SprintRecord | None:
    """A sprint from its neutral shape or from a bare name."""
    if isinstance(value, str) and not number_like(value):
        return SprintRecord(external_id=None, name=spot.text(value, name, NAME_LIMIT))
    raw = value.get("sprint") if isinstance(value, dict) else None
    if not isinstance(raw, dict) or not raw.get("name"):
        return None
    board = raw.get("boardId", raw.get("originBoardId"))
    return SprintRecord(
        external_id=spot.text(raw.get("id"), name, NAME_LIMIT) or None,
        name=spot.text(raw["name"], name, NAME_LIMIT),
        state=_STATES.get(str(raw.get("state", "")).lower()),
        goal=spot.text(raw.get("goal"), name, TEXT_LIMIT) or None,
        board_id=spot.text(board, name, NAME_LIMIT) or None,
        starts_at=spot.instant(raw.get("startDate"), name),
        ends_at=spot.instant(raw.get("endDate"), name),
        completed_at=spot.instant(raw.get("completeDate"), name),
    )


def default_scale(priorities: Iterable[str]) -> dict[str, int]:
    """A first score per priority name, for a person to confirm; names without a known meaning get none."""
    return {name: _DEFAULT_SCALE[name.casefold()] for name in priorities if name.casefold() in _DEFAULT_SCALE}
