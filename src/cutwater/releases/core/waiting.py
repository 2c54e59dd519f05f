"""What a release waits for without being blocked: a freeze, its turn, or one it goes together with.

Asked of many releases at once, for boards and lists; the rules and their words are those of the lifecycle.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field
from uuid import UUID

from cutwater.kernel.frozen import frozen
from cutwater.releases.core import lifecycle, ordering
from cutwater.releases.core.explain import WAITING_CODES
from cutwater.releases.core.facts import Facts, Freeze, Peer, Requirement, Status
from cutwater.releases.core.ordering import Edge


@frozen
class Wait:
    """One thing that is waited for: a few words for a card, and the whole sentence."""

    label: str
    icon: str
    text: str


@frozen
class Scene:
    """What holds for all releases of an organization: open freezes, switches, and which go together."""

    freezes: tuple[Freeze, ...] = ()
    switches: dict[tuple[Status, Requirement], bool] = field(default_factory=dict)
    edges: tuple[Edge[UUID], ...] = ()
    peers: Mapping[UUID, Peer] = field(default_factory=dict)

    def partners(self, release_id: UUID) -> tuple[Peer, ...]:
        """The releases that this one goes together with, by key."""
        together = ordering.partners(self.edges, release_id) if release_id in self.peers else ()
        partners = [self.peers[id] for id in together if id in self.peers]
        return tuple(sorted(partners, key=lambda peer: (len(peer.key), peer.key)))

    def waits(self, release_id: UUID, status: Status) -> tuple[Wait, ...]:
        """What the release waits for before its next status."""
        partners = self.partners(release_id)
        if not partners and not self.freezes:
            return ()
        return waits(status, Facts(freezes=self.freezes, partners=partners, switches=self.switches))


def waits(status: Status, facts: Facts) -> tuple[Wait, ...]:
    """Everything in the way of the next status that time or another release clears, one by one."""
    target = lifecycle.next_status(status)
    if target is None:
        return ()
    waited_for = []
    for label, icon, alone in _one_by_one(facts):
        obstacles = lifecycle.obstacles(status, target, alone)
        waited_for += [
            Wait(label=label, icon=icon, text=o.text) for o in obstacles if o.code in WAITING_CODES
        ]
    return tuple(waited_for)


def _one_by_one(facts: Facts) -> Iterable[tuple[str, str, Facts]]:
    for freeze in facts.freezes:
        label = f"{freeze.environment} frozen"
        yield label, "snowflake", Facts(freezes=(freeze,), switches=facts.switches)
    for turn in facts.turns:
        label = f"Waits for {turn.before.key}"
        yield label, "hourglass", Facts(turns=(turn,), switches=facts.switches)
    for partner in facts.partners:
        label = f"Waits for {partner.key}"
        yield label, "hourglass", Facts(partners=(partner,), switches=facts.switches)
