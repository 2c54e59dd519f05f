"""The order of a graph, and where it goes round in circles: over positions, without recursion."""

from collections import deque
from collections.abc import Hashable, Iterator, Sequence


class Cyclic(ValueError):
    """The links go round in circles; `cycles` names one full turn of each, first step repeated at the end."""

    def __init__(self, cycles: Sequence[Sequence[Hashable]]) -> None:
        self.cycles = [list(cycle) for cycle in cycles]
        super().__init__("; ".join(" → ".join(str(each) for each in cycle) for cycle in self.cycles))


def topological(after_of: Sequence[Sequence[int]]) -> list[int]:
    """Kahn's algorithm, stable: among free steps the one given first comes first. Short when cyclic."""
    waiting = [0] * len(after_of)
    for row in after_of:
        for after in row:
            waiting[after] += 1
    free = deque(position for position, count in enumerate(waiting) if count == 0)
    order: list[int] = []
    while free:
        position = free.popleft()
        order.append(position)
        for after in after_of[position]:
            waiting[after] -= 1
            if waiting[after] == 0:
                free.append(after)
    return order


def turns(after_of: Sequence[Sequence[int]], sorted_part: Sequence[int]) -> list[list[int]]:
    """The shortest turn through the first step of each strongly connected component, in input order."""
    settled = set(sorted_part)
    rest = [position for position in range(len(after_of)) if position not in settled]
    found: list[list[int]] = []
    seen: set[int] = set()
    for component in _components(after_of, rest):
        members = set(component)
        first = min(members)
        if first in seen:
            continue
        turn = _shortest_turn(after_of, first, members)
        if turn:
            found.append(turn)
            seen |= members
    return sorted(found)


def _shortest_turn(after_of: Sequence[Sequence[int]], first: int, members: set[int]) -> list[int]:
    came_from: dict[int, int] = {}
    queue = deque([first])
    while queue:
        position = queue.popleft()
        for after in after_of[position]:
            if after == first:
                turn = [first, position]
                while turn[-1] != first:
                    turn.append(came_from[turn[-1]])
                return turn[::-1]
            if after in members and after not in came_from:
                came_from[after] = position
                queue.append(after)
    return []


def _components(after_of: Sequence[Sequence[int]], rest: Sequence[int]) -> Iterator[list[int]]:
    """Tarjan's strongly connected components (1972) over the unsorted rest, without recursion."""
    number: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    for root in rest:
        if root in number:
            continue
        work = [(root, iter(after_of[root]))]
        number[root] = low[root] = len(number)
        stack.append(root)
        on_stack.add(root)
        while work:
            position, successors = work[-1]
            fresh = next(
                (each for each in successors if not _known(each, position, number, low, on_stack)), None
            )
            if fresh is not None:
                number[fresh] = low[fresh] = len(number)
                stack.append(fresh)
                on_stack.add(fresh)
                work.append((fresh, iter(after_of[fresh])))
                continue
            work.pop()
            if work:
                parent = work[-1][0]
                low[parent] = min(low[parent], low[position])
            if low[position] == number[position]:
                component: list[int] = []
                while not component or component[-1] != position:
                    component.append(stack.pop())
                on_stack.difference_update(component)
                yield component


def _known(each: int, position: int, number: dict[int, int], low: dict[int, int], on_stack: set[int]) -> bool:
    """Whether a successor was met before; if it is still on the stack, note how far back it reaches."""
    if each not in number:
        return False
    if each in on_stack:
        low[position] = min(low[position], number[each])
    return True
