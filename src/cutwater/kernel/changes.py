"""What changed: one way to edit a row, and one encoding of the difference in events."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import field
from enum import Enum
from typing import Any, Protocol

from cutwater.kernel.frozen import frozen

Pair = tuple[object, object]
Text = tuple[str, str]


@frozen
class Changes:
    """Field → before and after.

    `texts` are people's free words: the log refers to them and keeps them where they can be erased.
    """

    fields: Mapping[str, Pair] = field(default_factory=dict)
    texts: Mapping[str, Text] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.fields or self.texts)

    def __iter__(self) -> Iterator[str]:
        yield from self.fields
        yield from self.texts

    def __contains__(self, name: object) -> bool:
        return name in self.fields or name in self.texts

    def without(self, *names: str) -> "Changes":
        """The same, leaving out what another event tells."""
        return Changes(
            fields={name: pair for name, pair in self.fields.items() if name not in names},
            texts={name: pair for name, pair in self.texts.items() if name not in names},
        )

    def words(self) -> str:
        """`title, target date and description`: what a headline says was changed."""
        *most, last = [name.removesuffix("_id").replace("_", " ") for name in self] or [""]
        return f"{', '.join(most)} and {last}" if most else last


NOTHING = Changes()


def moved(name: str, was: object, now: object) -> Changes:
    """One field from one value to another, such as a status."""
    return Changes(fields={name: (plain(was), plain(now))})


class Revised(Protocol):
    """A row whose edits are counted."""

    id: Any  # allow: any — a mapped column, whose type SQLAlchemy's descriptors hide from a protocol
    revision: Any  # allow: any — as above


def changed(row: Revised, wanted: Mapping[str, object], *, private: Collection[str] = ()) -> Changes:
    """Set the values that differ, count the edit in `revision`, and give the difference.

    Enum members are stored as their values. The fields in `private` hold people's free words.
    """
    given = {name: plain(value) for name, value in wanted.items()}
    pairs = {name: (getattr(row, name), now) for name, now in given.items() if getattr(row, name) != now}
    for name, (_, now) in pairs.items():
        setattr(row, name, now)
    if pairs:
        row.revision += 1
    return Changes(
        fields={name: pair for name, pair in pairs.items() if name not in private},
        texts={
            name: (str(was or ""), str(now or "")) for name, (was, now) in pairs.items() if name in private
        },
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)


def plain(value: object) -> object:
    """A member of an enum as what is stored of it."""
    return value.value if isinstance(value, Enum) else value
