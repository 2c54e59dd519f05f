"""Who may follow what: an event asks the grant of the page that its subject has.

Modules declare the kinds of their subjects in `shell.py`. A kind that nobody declared is the log's own.
"""

from collections.abc import Iterable, Mapping

from cutwater.audit.core.topics import plural
from cutwater.kernel.grants import Grant

_KINDS: dict[str, Grant] = {}
_ACCESS: set[str] = set()


def use_topics(kinds: Mapping[str, Grant], access: Iterable[str] = ()) -> None:
    """Say what each kind of subject asks, and which kinds decide who gets in; wiring calls it once."""
    _KINDS.clear()
    _KINDS.update(kinds)
    _ACCESS.clear()
    _ACCESS.update(access)


def needed(kind: str) -> Grant:
    """The grant that reads events about a kind of thing."""
    return _KINDS.get(kind, Grant.AUDIT_READ)


def needed_for(topic: str) -> Grant:
    """The grant to follow a topic: one thing (`run:<uuid>`) or all of its kind (`runs`)."""
    word, _, id = topic.partition(":")
    return needed(word if id else next((kind for kind in _KINDS if plural(kind) == word), word))


def sight(grants: frozenset[Grant]) -> frozenset[Grant]:
    """The part of somebody's grants that decides which events they see; who reads the log sees them all."""
    every = frozenset(_KINDS.values()) | {Grant.AUDIT_READ}
    return every if Grant.AUDIT_READ in grants else every & grants


def seen_kinds(grants: frozenset[Grant]) -> tuple[str, ...] | None:
    """The kinds whose events these grants see; None when they see those of every kind."""
    if Grant.AUDIT_READ in grants:
        return None
    return tuple(sorted(kind for kind, grant in _KINDS.items() if grant in grants))


def decides_access(kind: str) -> bool:
    """Whether an event about such a thing may end somebody's access: a member, an account, a key."""
    return kind in _ACCESS
