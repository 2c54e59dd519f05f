"""What happened, as frozen values. The log stores them; subscribers react to them by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import ClassVar, cast, dataclass_transform
from uuid import UUID

from cutwater.kernel.changes import NOTHING, Changes
from cutwater.kernel.jsonable import JSON, jsonable


@dataclass(frozen=True, slots=True)
class Subject:
    """What an event is about: a kind (`release`), its id, and the key people know it by."""

    kind: str
    id: UUID
    key: str = ""


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Event:
    """The base of every event: a frozen value with a `name` such as `release.moved`.

    A subclass only lists its fields (it becomes a frozen dataclass by itself) and gives `subject` and
    `headline`; `context` (the parent topic) and `changes` (a field or a property) where it has them. Fields
    hold ids, keys, statuses and figures: never people's names, comments or reasons, which live where they
    can be erased. `moves_revision` says whether what happened counts in the subject's `revision`.
    """

    name: ClassVar[str]
    moves_revision: ClassVar[bool] = True

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        dataclass(frozen=True, kw_only=True)(cls)
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
    def difference(self) -> Changes:
        """What changed, where the event has `changes`."""
        found: Changes = getattr(self, "changes", NOTHING)
        return found

    def headline(self) -> str:
        return self.name.split(".")[-1].replace("_", " ")

    @property
    def data(self) -> dict[str, JSON]:
        """The event's fields as JSON values, with its headline and changes, as the log keeps them. Private
        texts are left to whoever stores it, who puts references in their place."""
        values = {f.name: getattr(self, f.name) for f in fields(cast(type, self)) if f.name != "changes"}
        changes = {key: [jsonable(was), jsonable(now)] for key, (was, now) in self.difference.fields.items()}
        kept: dict[str, JSON] = {name: jsonable(value) for name, value in values.items()}
        kept["headline"] = self.headline()
        return kept | {"changes": cast(JSON, changes)} if changes else kept


REGISTRY: dict[str, type[Event]] = {}
SUBSCRIBERS: dict[str, tuple[str, ...]] = {}


def subscribe(subscribers: Mapping[str, Sequence[str]]) -> None:
    """Say which jobs follow which events; wiring calls it once, and a second call replaces the first."""
    SUBSCRIBERS.clear()
    SUBSCRIBERS.update({name: tuple(jobs) for name, jobs in subscribers.items()})
