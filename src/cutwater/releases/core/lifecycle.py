"""The life of a release as data: which moves exist, what each target demands, and what is in the way.

Nothing here reads a clock, a database or a person's rights. The refusal of a move, the disabled button before
the click, the settings page and the state diagram in the docs all read these tables.
"""

from enum import StrEnum

from cutwater.kernel.obstacle import Obstacle
from cutwater.releases.core.facts import LABELS, PATH, Facts, Requirement, Status, rank
from cutwater.releases.core.requirements import CHECKS, code_of


class Move(StrEnum):
    """What kind of move leads from one status to another."""

    FORWARD = "FORWARD"
    HOTFIX = "HOTFIX"
    BACK = "BACK"
    BACK_BEFORE_STAGING = "BACK_BEFORE_STAGING"
    CANCEL = "CANCEL"
    ROLL_BACK = "ROLL_BACK"


class Manner(StrEnum):
    """How a move is made: by the rules, past all requirements, or past a freeze only."""

    PLAIN = "PLAIN"
    FORCED = "FORCED"
    FREEZE_OVERRIDDEN = "FREEZE_OVERRIDDEN"


S = Status

MOVES: dict[Status, dict[Status, Move]] = {
    S.PLANNING: {S.IN_DEVELOPMENT: Move.FORWARD, S.CANCELLED: Move.CANCEL},
    S.IN_DEVELOPMENT: {S.IN_REVIEW: Move.FORWARD, S.PLANNING: Move.BACK, S.CANCELLED: Move.CANCEL},
    S.IN_REVIEW: {
        S.READY_STAGING: Move.FORWARD,
        S.READY_PRODUCTION: Move.HOTFIX,
        S.IN_DEVELOPMENT: Move.BACK,
        S.CANCELLED: Move.CANCEL,
    },
    S.READY_STAGING: {S.IN_STAGING: Move.FORWARD, S.IN_REVIEW: Move.BACK, S.CANCELLED: Move.CANCEL},
    S.IN_STAGING: {S.STAGING_VERIFIED: Move.FORWARD, S.READY_STAGING: Move.BACK, S.CANCELLED: Move.CANCEL},
    S.STAGING_VERIFIED: {S.READY_PRODUCTION: Move.FORWARD, S.IN_STAGING: Move.BACK, S.CANCELLED: Move.CANCEL},
    S.READY_PRODUCTION: {
        S.DEPLOYED: Move.FORWARD,
        S.STAGING_VERIFIED: Move.BACK,
        S.IN_REVIEW: Move.BACK_BEFORE_STAGING,
        S.CANCELLED: Move.CANCEL,
    },
    S.DEPLOYED: {S.ROLLED_BACK: Move.ROLL_BACK},
    S.CANCELLED: {},
    S.ROLLED_BACK: {},
}

TERMINAL: frozenset[Status] = frozenset(status for status, moves in MOVES.items() if not moves)

R = Requirement

# To reach a target: what it demands, and whether it does so unless an organization switches it.
REQUIREMENTS: dict[Status, dict[Requirement, bool]] = {
    S.PLANNING: {},
    S.IN_DEVELOPMENT: {R.PARTNERS_READY: True},
    S.IN_REVIEW: {R.HAS_ITEMS: True, R.NOT_BLOCKED_BY_HAND: False, R.PARTNERS_READY: True},
    S.READY_STAGING: {
        R.HAS_ITEMS: False,
        R.ITEMS_DONE: True,
        R.NOT_BLOCKED_BY_HAND: True,
        R.PARTNERS_READY: True,
    },
    S.IN_STAGING: {
        R.NOT_BLOCKED_BY_HAND: False,
        R.NO_OPEN_BLOCKS: False,
        R.PARTNERS_READY: True,
        R.ITS_TURN: True,
        R.NO_FREEZE: True,
    },
    S.STAGING_VERIFIED: {R.NOT_BLOCKED_BY_HAND: False, R.PARTNERS_READY: True},
    S.READY_PRODUCTION: {
        R.ITEMS_DONE: False,
        R.NOT_BLOCKED_BY_HAND: False,
        R.STAGING_VERIFIED: True,
        R.APPROVALS: True,
        R.NO_OPEN_BLOCKS: True,
        R.PARTNERS_READY: True,
    },
    S.DEPLOYED: {
        R.ITEMS_DONE: False,
        R.NOT_BLOCKED_BY_HAND: False,
        R.APPROVALS: False,
        R.NO_OPEN_BLOCKS: True,
        R.PARTNERS_READY: True,
        R.ITS_TURN: True,
        R.NO_FREEZE: True,
    },
    S.CANCELLED: {},
    S.ROLLED_BACK: {},
}

WAIVED_BY: dict[Manner, tuple[str, ...]] = {
    Manner.PLAIN: (),
    Manner.FORCED: ("requirement.", "move.not_next", "move.hotfix_only"),
    Manner.FREEZE_OVERRIDDEN: (code_of(Requirement.NO_FREEZE),),
}
RETREATING = frozenset({Move.BACK, Move.BACK_BEFORE_STAGING})


def is_demanded(target: Status, requirement: Requirement, facts: Facts) -> bool:
    """Whether a target demands this here: the organization's switch, else the default."""
    default = REQUIREMENTS[target].get(requirement, False)
    return facts.switches.get((target, requirement), default)


def targets(status: Status) -> tuple[Status, ...]:
    """Every status that a move may lead to from here, the way forward first."""
    return tuple(MOVES[status])


def offered(status: Status, *, hotfix: bool, was_in_staging: bool) -> tuple[Status, ...]:
    """The moves of the table that are meant for such a release; what else it lacks is not asked here."""
    facts = Facts(hotfix=hotfix, was_in_staging=was_in_staging, note="given later")
    return tuple(target for target in MOVES[status] if not _of_the_table(status, target, facts))


def asks_why(status: Status, target: Status) -> bool:
    """Whether people are asked for a reason before the move: a step back, and every way off the path."""
    return MOVES[status].get(target) in RETREATING or target in TERMINAL


def next_status(status: Status) -> Status | None:
    """The next status on the way to production, or None at its end and off it."""
    place = rank(status)
    return PATH[place + 1] if 0 <= place < len(PATH) - 1 else None


def obstacles(status: Status, target: Status, facts: Facts) -> list[Obstacle]:
    """Everything that is in the way of this move, all at once; an empty list means it may happen."""
    in_the_way = _of_the_table(status, target, facts)
    if rank(target) > rank(status) >= 0:
        is_shortcut = MOVES[status].get(target) is Move.HOTFIX
        for requirement in REQUIREMENTS[target]:
            if is_demanded(target, requirement, facts) or (is_shortcut and requirement is R.APPROVALS):
                in_the_way += CHECKS[requirement](status, target, facts)
    return in_the_way


def waive(given: list[Obstacle], manner: Manner) -> list[Obstacle]:
    """What is left of the obstacles when a manager forces the move, or overrides only the freeze."""
    waived = WAIVED_BY[manner]
    return [obstacle for obstacle in given if not waived or not obstacle.code.startswith(waived)]


def reason_missing(manner: Manner, note: str) -> list[Obstacle]:
    """A move past the rules needs a reason, which the log keeps."""
    if manner is Manner.PLAIN or note.strip():
        return []
    doing = "Forcing a move" if manner is Manner.FORCED else "Overriding a freeze"
    return [
        Obstacle(
            code="move.reason_needed",
            text=f"{doing} needs a reason.",
            hint="Say why; the log keeps it.",
            cleared_by="whoever moves it",
        )
    ]


def warnings(target: Status, facts: Facts) -> list[Obstacle]:
    """What does not stop a move on the way to production but should be known before it."""
    if rank(target) <= 0:
        return []
    return [
        Obstacle(
            code="warning.soft_dependency",
            text=f"{peer.key} should go first and is {LABELS[peer.status]}.",
            hint=f"{peer.key} is deployed.",
            cleared_by=peer.owner,
        )
        for peer in facts.soft_blockers
        if peer.status is not S.DEPLOYED
    ]


def diagram() -> str:
    """The state diagram of the docs (Mermaid), drawn from the table."""
    lines = ["stateDiagram-v2", "    [*] --> PLANNING"]
    for status, moves in MOVES.items():
        for target, move in moves.items():
            word = "" if move is Move.FORWARD else f": {move.replace('_', ' ').lower()}"
            lines.append(f"    {status} --> {target}{word}")
        if not moves:
            lines.append(f"    {status} --> [*]")
    return "\n".join(lines) + "\n"


def _of_the_table(status: Status, target: Status, facts: Facts) -> list[Obstacle]:
    """What the table of moves itself has against this move."""
    if status is target:
        text = f"It is {LABELS[status]} already."
        return [
            Obstacle(code="move.already_there", text=text, hint="Look at it anew; nothing is left to do.")
        ]
    move = MOVES[status].get(target)
    if move is None:
        return [_no_such_move(status, target, facts)]
    if move is Move.HOTFIX and not facts.hotfix:
        return [
            Obstacle(
                code="move.hotfix_only",
                text=f"Only a hotfix goes from {LABELS[status]} straight to {LABELS[target]}.",
                hint="Mark the release as a hotfix, or take it through staging.",
                cleared_by="anyone who may edit the release",
            )
        ]
    if move in RETREATING:
        return _of_going_back(target, move, facts)
    return []


def _of_going_back(target: Status, move: Move, facts: Facts) -> list[Obstacle]:
    """What is in the way of one step back: no note, or a place it never stood at."""
    in_the_way = []
    if move is Move.BACK_BEFORE_STAGING and facts.was_in_staging:
        in_the_way.append(
            Obstacle(
                code="move.not_next",
                text="It went through staging, so one step back is Staging verified.",
                hint="Move it back to Staging verified.",
            )
        )
    if target in (S.STAGING_VERIFIED, S.IN_STAGING) and not facts.was_in_staging:
        in_the_way.append(
            Obstacle(
                code="move.never_there",
                text="It never was in staging, so it cannot step back to it.",
                hint="Move it back to In review.",
            )
        )
    if not facts.note.strip():
        in_the_way.append(
            Obstacle(
                code="move.note_needed",
                text="A step back needs a note.",
                hint="Say why it goes back.",
                cleared_by="whoever moves it",
            )
        )
    return in_the_way


def _no_such_move(status: Status, target: Status, facts: Facts) -> Obstacle:
    """Why the table has no move from here to there, and which moves it has."""
    if status in TERMINAL:
        return Obstacle(
            code="move.final",
            text=f"{LABELS[status]} is final.",
            hint="Plan it again as a new release.",
        )
    if status is S.DEPLOYED:
        return Obstacle(
            code="move.deployed",
            text=f"A deployed release cannot become {LABELS[target]}.",
            hint="Roll it back.",
        )
    if target is S.ROLLED_BACK:
        return Obstacle(
            code="move.not_deployed",
            text=f"Only a deployed release can be rolled back; this one is {LABELS[status]}.",
            hint="Cancel it, or move it one step back.",
        )
    meant = offered(status, hotfix=facts.hotfix, was_in_staging=facts.was_in_staging)
    ways = " or ".join(LABELS[way] for way in meant)
    return Obstacle(
        code="move.not_next",
        text=f"From {LABELS[status]} it cannot go to {LABELS[target]} in one move.",
        hint=f"Move it to {ways}.",
        cleared_by="a manager, by forcing the move with a reason",
    )
