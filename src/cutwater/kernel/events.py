"""What happened, as frozen values. The log stores them; subscribers react to them by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar, cast
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Subject:
    """What an event is about: a kind (`release`), its id, and the key people know it by."""

    kind: str
    id: UUID
    key: str = ""


class Event:
    """The base of every event: a frozen dataclass with a `name` such as `release.moved`.

    Subclasses give `subject` and `headline`; `context` (the parent topic) and `changes`
    (field → before, after) where they have them. Fields hold ids, keys, statuses and figures:
    never people's names, comments or reasons, which live where they can be erased.
    """

    __slots__ = ()
    name: ClassVar[str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        name = cls.__dict__.get("name")
        if isinstance(name, str):
            known = REGISTRY.get(name)
            if known is not None and known.__qualname__ != cls.__qualname__:
                raise TypeError(f"two events are called {name}")
            REGISTRY[name] = cls

    @property
    def subject(self) -> Subject:
        raise TypeError(f"{type(self).__name__} has no subject")

    @property
    def context(self) -> Subject | None:
        return None

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        return {}

    def headline(self) -> str:
        return self.name.split(".")[-1].replace("_", " ")

    @property
    def data(self) -> dict[str, Any]:
        """The event's fields as JSON values, with its headline and changes, as the log keeps them."""
        values = {f.name: jsonable(getattr(self, f.name)) for f in fields(cast(Any, self))}
        changes = {key: [jsonable(was), jsonable(now)] for key, (was, now) in self.changes.items()}
        return values | {"headline": self.headline()} | ({"changes": changes} if changes else {})


REGISTRY: dict[str, type[Event]] = {}
SUBSCRIBERS: dict[str, tuple[str, ...]] = {}


def subscribe(subscribers: Mapping[str, Sequence[str]]) -> None:
    """Say which jobs follow which events; wiring calls it once, and a second call replaces the first."""
    SUBSCRIBERS.clear()
    SUBSCRIBERS.update({name: tuple(jobs) for name, jobs in subscribers.items()})


def jsonable(value: Any) -> Any:
    """A value as JSON can carry it; refuses what would be stored as something unreadable."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [jsonable(item) for item in value]
    raise TypeError(f"an event cannot carry a {type(value).__name__}")
