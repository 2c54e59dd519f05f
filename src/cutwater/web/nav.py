"""What the rail, the palette and the key map offer. Wiring passes the lists."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NamedTuple

from cutwater.kernel.actor import Actor
from cutwater.kernel.grants import Grant
from cutwater.kernel.reader import Reader


@dataclass(frozen=True, kw_only=True, slots=True)
class NavItem:
    """One entry of the rail: `section` is what a page's `{% set section %}` names, `key` follows `g`."""

    section: str
    label: str
    path: str
    icon: str
    key: str = ""
    grant: Grant | None = None
    live: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """A static command of the palette: create or act. `key` is a single key, such as `c`."""

    title: str
    path: str
    icon: str = "plus"
    key: str = ""
    grant: Grant | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class HomePanel:
    """A module's part of the home page, loaded from its address; without JavaScript it is a link."""

    path: str
    title: str
    grant: Grant | None = None
    is_half: bool = False


class Hit(NamedTuple):
    """Something that was found; `path` is relative to the organization."""

    kind: str
    key: str
    title: str
    path: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchSource:
    """What search asks besides its own index, on behalf of those who hold the grant."""

    grant: Grant
    find: Callable[[Reader, str], Awaitable[list[Hit]]]


def visible_to(actor: Actor | None, entries: "tuple[NavItem, ...]") -> list[NavItem]:
    """The entries this actor may open, in their order."""
    return [each for each in entries if each.grant is None or (actor is not None and actor.may(each.grant))]


def commands_for(actor: Actor | None, entries: "tuple[Command, ...]") -> list[Command]:
    """The commands this actor may give, in their order."""
    return [each for each in entries if each.grant is None or (actor is not None and actor.may(each.grant))]


def palette(
    actor: Actor | None, items: "tuple[NavItem, ...]", commands: "tuple[Command, ...]", base: str
) -> list[dict[str, str]]:
    """What the palette offers before anything is typed: places to go, then things to do."""
    places = [
        {"title": f"Go to {each.label}", "path": base + each.path, "icon": each.icon, "key": f"g {each.key}"}
        for each in visible_to(actor, items)
    ]
    deeds = [
        {"title": each.title, "path": base + each.path, "icon": each.icon, "key": each.key}
        for each in commands_for(actor, commands)
    ]
    return deeds + places
