"""What modules give to the shell: each module's `shell.py` declares these, and wiring collects them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import field
from enum import Enum
from pathlib import Path
from typing import TypeAlias

from cutwater.kernel.frozen import frozen
from cutwater.kernel.grants import Grant
from cutwater.kernel.reader import Reader
from cutwater.kernel.search import Hit


@frozen
class NavItem:
    """One entry of the rail, sorted by `place`. `section` is what a page's `{% set section %}` names, `key`
    follows `g`."""

    section: str
    label: str
    path: str
    icon: str
    place: int
    key: str = ""
    grant: Grant | None = None
    live: bool = False


@frozen
class Command:
    """A static command of the palette: create or act. `key` is a single key, such as `c`."""

    title: str
    path: str
    icon: str = "plus"
    key: str = ""
    grant: Grant | None = None


@frozen
class HomePanel:
    """A module's part of the home page, loaded from its address; without JavaScript it is a link."""

    path: str
    title: str
    is_half: bool = False
    grant: Grant | None = None


@frozen
class SearchSource:
    """What search asks besides its own index, on behalf of those who hold the grant."""

    grant: Grant
    find: Callable[[Reader, str], Awaitable[list[Hit]]]


TONES = ("neutral", "accent", "good", "warn", "bad", "info", "violet")


@frozen
class Look:
    """How a state is shown: a word for people, a Lucide icon, and one of `TONES`. Never colour alone."""

    word: str
    icon: str
    tone: str = "neutral"


Looks: TypeAlias = Mapping[str, Mapping[Enum, Look]]
"""What templates call the kind (`release`) → a look for each member of its enum."""


@frozen
class Declared:
    """All that every module gives to the shell."""

    nav: Sequence[NavItem] = ()
    commands: Sequence[Command] = ()
    home_panels: Sequence[HomePanel] = ()
    search_grants: Mapping[str, Grant] = field(default_factory=dict)
    search_sources: Sequence[SearchSource] = ()
    activity: Sequence[str] = ()
    looks: Looks = field(default_factory=dict)
    templates: Mapping[str, Path] = field(default_factory=dict)
    """`releases/desk` → the folder of the templates that are named so."""
