"""What one can watch: a thing (`release:<uuid>`), all things of a kind (`releases`), one's own inbox."""

import re
from collections.abc import Iterable
from uuid import UUID

from cutwater.kernel.errors import Forbidden, Invalid

MOST_TOPICS = 60
_TOPIC = re.compile(r"[a-z][a-z_]{0,39}(:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})?")
INBOX = "inbox"
# nobody needs a grant to follow these: what is told of them is addressed to a person (`nudge`)
OWN = (INBOX, "work")


def plural(kind: str) -> str:
    """`release` → `releases`, `dependency` → `dependencies`."""
    if kind.endswith("y"):
        return f"{kind[:-1]}ies"
    return f"{kind}es" if kind.endswith(("s", "x")) else f"{kind}s"


def topics_of(subject: tuple[str, UUID], context: tuple[str, UUID] | None) -> frozenset[str]:
    """The topics an event belongs to: its subject, its context, and the plural of both."""
    found = [subject] if context is None else [subject, context]
    return frozenset(f"{kind}:{id}" for kind, id in found) | frozenset(plural(kind) for kind, _ in found)


def inbox_of(user_id: UUID) -> str:
    """The topic of a person's own inbox."""
    return f"{INBOX}:{user_id}"


def is_own(topic: str) -> bool:
    """Whether a topic is one thing of one's own, which asks no grant."""
    word, _, id = topic.partition(":")
    return bool(id) and word in OWN


def asked(text: str, user_id: UUID | None) -> frozenset[str]:
    """The topics of a list from outside; `inbox` becomes the asker's own, another's is refused."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    if len(words) > MOST_TOPICS:
        raise Invalid({"topics": f"Watch at most {MOST_TOPICS} topics at once."})
    return frozenset(_topic(word, user_id) for word in words)


def _topic(word: str, user_id: UUID | None) -> str:
    if not _TOPIC.fullmatch(word):
        raise Invalid({"topics": f"“{word[:60]}” is no topic; use one such as releases or release:<uuid>."})
    if word.split(":")[0] != INBOX:
        return word
    own = inbox_of(user_id) if user_id else None
    if word == INBOX and own:
        return own
    if word != own:
        raise Forbidden("An inbox can be watched by its owner only.")
    return word


def by_kind(topics: Iterable[str], kinds: Iterable[str]) -> dict[str, tuple[str, UUID]]:
    """Those topics that name one thing of one of these kinds, with its kind and id."""
    wanted = set(kinds)
    parts = {topic: topic.partition(":") for topic in topics}
    return {topic: (kind, UUID(id)) for topic, (kind, _, id) in parts.items() if id and kind in wanted}
