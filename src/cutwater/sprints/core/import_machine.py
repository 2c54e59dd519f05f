"""The states of an import, and what a person can do in each."""

from cutwater.kernel.obstacle import Obstacle
from cutwater.sprints.core.facts import ImportState

CONFIRMABLE = (ImportState.REVIEW,)
DISCARDABLE = (ImportState.REVIEW, ImportState.READING, ImportState.FAILED)


def to_confirm(state: ImportState) -> list[Obstacle]:
    """What is in the way of applying an import."""
    if state in CONFIRMABLE:
        return []
    text = f"This import is {state.lower()}; only one that waits for confirmation can be applied."
    return [Obstacle(code="import.state", text=text)]


def to_discard(state: ImportState) -> list[Obstacle]:
    """What is in the way of putting an import aside."""
    if state in DISCARDABLE:
        return []
    text = f"This import is {state.lower()} and cannot be discarded."
    return [Obstacle(code="import.state", text=text)]
