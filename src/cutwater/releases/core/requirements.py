"""What each requirement looks at, and the words it refuses with: one function each, in `CHECKS`."""

from collections.abc import Callable

from cutwater.kernel.obstacle import Obstacle
from cutwater.releases.core.facts import (
    LABELS,
    EnvironmentKind,
    Facts,
    Peer,
    Requirement,
    Status,
    Verdict,
    rank,
)

Check = Callable[[Status, Status, Facts], list[Obstacle]]

EVERYBODY = "anyone who may edit the release"
PILOTS = "a manager, by forcing the move with a reason"

ENVIRONMENT_OF: dict[Status, EnvironmentKind] = {
    Status.IN_STAGING: EnvironmentKind.STAGING,
    Status.DEPLOYED: EnvironmentKind.PRODUCTION,
}


def has_items(status: Status, target: Status, facts: Facts) -> list[Obstacle]:
    """At least one item says what the release is made of."""
    if facts.item_count:
        return []
    return [_missing(Requirement.HAS_ITEMS, "It has no items.", "Add at least one item.", EVERYBODY)]


def items_done(status: Status, target: Status, facts: Facts) -> list[Obstacle]:
    """Every item is merged or done; one obstacle for each that is not."""
    return [
        _missing(
            Requirement.ITEMS_DONE,
            f"{item.reference} is {item.status or 'open'}.",
            f"{item.reference} is merged or done, or leaves the release.",
            item.assignee or EVERYBODY,
        )
        for item in facts.open_items
    ]


def not_blocked_by_hand(status: Status, target: Status, facts: Facts) -> list[Obstacle]:
    """Nobody has blocked it by hand."""
    if not facts.is_blocked_by_hand:
        return []
    return [
        _missing(
            Requirement.NOT_BLOCKED_BY_HAND,
            f"It is blocked by hand: {facts.blocked_reason.rstrip('.')}.",
            "Lift the block.",
            EVERYBODY,
        )
    ]


def staging_verified(status: Status, target: Status, facts: Facts) -> list[Obstacle]:
    """It was verified in staging, unless it is a hotfix."""
    if facts.hotfix or rank(status) >= rank(Status.STAGING_VERIFIED):
        return []
    return [
        _missing(
            Requirement.STAGING_VERIFIED,
            "It was not verified in staging.",
            f"Take it to {LABELS[Status.STAGING_VERIFIED]}, or mark it as a hotfix.",
            EVERYBODY,
        )
    ]


def approvals_given(status: Status, target: Status, facts: Facts) -> list[Obstacle]:
    """Every named approver has approved; a hotfix that skips staging names at least one."""
    found = [
        _missing(
            Requirement.APPROVALS,
            f"{each.approver} refused it."
            if each.verdict is Verdict.REFUSED
            else f"{each.approver} has not approved it.",
            f"{each.approver} approves it, or an admin takes them off with a reason.",
            each.approver,
        )
        for each in facts.approvals
        if each.verdict is not Verdict.APPROVED
    ]
    if not facts.approvals and facts.hotfix and status is Status.IN_REVIEW:
        found.append(
            _missing(
                Requirement.APPROVALS,
                "A hotfix that skips staging needs an approval, and no approver is named.",
                "Name an approver, who then approves it.",
                EVERYBODY,
            )
        )
    return found


def no_open_blocks(status: Status, target: Status, facts: Facts) -> list[Obstacle]:
    """Every release that blocks this one is deployed."""
    return [
        _missing(
            Requirement.NO_OPEN_BLOCKS,
            f"{peer.key} must be deployed first and is {LABELS[peer.status]}.",
            _way_out(peer, f"{peer.key} is deployed."),
            peer.owner or f"whoever owns {peer.key}",
        )
        for peer in facts.blockers
        if peer.status is not Status.DEPLOYED
    ]


def partners_ready(status: Status, target: Status, facts: Facts) -> list[Obstacle]:
    """Every release it must go together with is at the same status or later."""
    return [
        _missing(
            Requirement.PARTNERS_READY,
            f"{peer.key} goes together with it and is {LABELS[peer.status]}.",
            _way_out(peer, f"{peer.key} reaches {LABELS[status]}."),
            peer.owner or f"whoever owns {peer.key}",
        )
        for peer in facts.partners
        if rank(peer.status) < rank(status)
    ]


def its_turn(status: Status, target: Status, facts: Facts) -> list[Obstacle]:
    """The member before it in a sequential group is in that environment."""
    return [
        _missing(
            Requirement.ITS_TURN,
            f"{turn.before.key} goes before it and is {LABELS[turn.before.status]}.",
            f"{turn.before.key} is in {turn.environment_kind.lower()}.",
            turn.before.owner or f"whoever owns {turn.before.key}",
        )
        for turn in facts.turns
        if turn.environment_kind is ENVIRONMENT_OF.get(target)
    ]


def no_freeze(status: Status, target: Status, facts: Facts) -> list[Obstacle]:
    """No freeze is open on the environment that the target is about."""
    return [
        _missing(
            Requirement.NO_FREEZE,
            f"{freeze.environment} is frozen until {freeze.until:%d %b %Y %H:%M} UTC ({freeze.title}).",
            "Wait until the freeze ends, or override it with a reason.",
            "a manager, by overriding the freeze with a reason",
        )
        for freeze in facts.freezes
        if freeze.environment_kind is ENVIRONMENT_OF.get(target)
    ]


CHECKS: dict[Requirement, Check] = {
    Requirement.HAS_ITEMS: has_items,
    Requirement.ITEMS_DONE: items_done,
    Requirement.NOT_BLOCKED_BY_HAND: not_blocked_by_hand,
    Requirement.STAGING_VERIFIED: staging_verified,
    Requirement.APPROVALS: approvals_given,
    Requirement.NO_OPEN_BLOCKS: no_open_blocks,
    Requirement.PARTNERS_READY: partners_ready,
    Requirement.ITS_TURN: its_turn,
    Requirement.NO_FREEZE: no_freeze,
}

SENTENCES: dict[Requirement, str] = {
    Requirement.HAS_ITEMS: "At least one item",
    Requirement.ITEMS_DONE: "All items merged or done",
    Requirement.NOT_BLOCKED_BY_HAND: "Not blocked by hand",
    Requirement.STAGING_VERIFIED: "Staging verified (not for a hotfix)",
    Requirement.APPROVALS: "Approvals given",
    Requirement.NO_OPEN_BLOCKS: "No open blocking release",
    Requirement.PARTNERS_READY: "Releases that go together stand at least as far",
    Requirement.ITS_TURN: "Its turn in a sequential group",
    Requirement.NO_FREEZE: "No freeze on the environment",
}


def code_of(requirement: Requirement) -> str:
    """The stable code of a requirement's obstacles."""
    return f"requirement.{requirement.lower()}"


def _missing(requirement: Requirement, text: str, hint: str, cleared_by: str) -> Obstacle:
    return Obstacle(code=code_of(requirement), text=text, hint=hint, cleared_by=cleared_by)


def _way_out(peer: Peer, hint: str) -> str:
    if rank(peer.status) >= 0:
        return hint
    return f"{peer.key} is {LABELS[peer.status]} for good: remove the dependency, or depend on its successor."
