"""The critical path: published answers, hand-typed cases, and properties checked by another method."""

import random
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutwater.runbooks.core.critical_path import (
    Link,
    LinkKind,
    Prepared,
    Progress,
    Schedule,
    Step,
    critical_path,
    find_cycles,
)
from cutwater.runbooks.core.cycles import Cyclic

FS, SS, FF, SF = LinkKind.FS, LinkKind.SS, LinkKind.FF, LinkKind.SF
PSPLIB = Path(__file__).parents[4] / "shared" / "data" / "psplib"


def step(name: str, duration: int, **facts: object) -> Step[str]:
    return Step(id=name, duration=duration, **facts)  # type: ignore[arg-type]


def link(before: str, after: str, kind: LinkKind = FS, lag: int = 0, hard: bool = True) -> Link[str]:
    return Link(before=before, after=after, kind=kind, lag=lag, hard=hard)


def read_psplib(path: Path) -> tuple[list[Step[int]], list[Link[int]], int]:
    text = path.read_text()
    published = int(re.search(r"MPM-Time\s*\n((?:\s*\d+)+)", text)[1].split()[5])  # type: ignore[index]
    part = text.split("PRECEDENCE RELATIONS:")[1].split("****")[0]
    links = []
    for line in part.splitlines()[2:]:
        job, _modes, _count, *successors = (int(word) for word in line.split())
        links += [Link(before=job, after=after) for after in successors]
    part = text.split("REQUESTS/DURATIONS:")[1].split("****")[0]
    steps = []
    for line in part.splitlines()[3:]:
        job, _mode, duration, *_ = (int(word) for word in line.split())
        steps.append(Step(id=job, duration=duration))
    return steps, links, published


@pytest.mark.skipif(not PSPLIB.is_dir(), reason="PSPLIB (../shared/data/psplib) is not on this machine")
@pytest.mark.parametrize("path", sorted(PSPLIB.glob("*.sm")), ids=lambda path: path.stem)
def test_the_end_equals_the_published_mpm_time(path: Path) -> None:
    steps, links, published = read_psplib(path)
    assert len(steps) > 30
    assert len(links) > 40
    assert critical_path(steps, links, 0).end == published


def test_a_plan_without_steps_has_no_end() -> None:
    assert critical_path([], [], 0) == Schedule(end=None, path=[], dates={})


@pytest.mark.parametrize(
    ("kind", "lag", "b_start", "b_finish", "end"),
    [
        (FS, 0, 110, 130, 130),
        (FS, 30, 140, 160, 160),
        (FS, -4, 106, 126, 126),
        (SS, 0, 100, 120, 120),
        (SS, 5, 105, 125, 125),
        (FF, 0, 100, 120, 120),
        (FF, 15, 100, 125, 125),
        (SF, 0, 100, 120, 120),
        (SF, 35, 100, 135, 135),
    ],
)
def test_each_kind_of_link_holds_back_its_own_end(
    kind: LinkKind, lag: int, b_start: int, b_finish: int, end: int
) -> None:
    found = critical_path([step("a", 10), step("b", 20)], [link("a", "b", kind, lag)], 100)
    assert (found.dates["b"].early_start, found.dates["b"].early_finish) == (b_start, b_finish)
    assert found.end == end


def test_the_longer_branch_is_critical_and_the_shorter_has_the_difference_as_slack() -> None:
    steps = [step("a", 10), step("long", 50), step("short", 20), step("z", 5)]
    links = [link("a", "long"), link("a", "short"), link("long", "z"), link("short", "z")]
    found = critical_path(steps, links, 0)
    assert found.path == ["a", "long", "z"]
    assert found.end == 65
    assert {name: dates.slack for name, dates in found.dates.items()} == {
        "a": 0,
        "long": 0,
        "short": 30,
        "z": 0,
    }
    assert found.dates["short"].late_start == 40


def test_soft_links_never_constrain() -> None:
    found = critical_path([step("a", 10), step("b", 5)], [link("a", "b", hard=False)], 0)
    assert found.dates["b"].early_start == 0


def test_a_fixed_start_holds_a_step_back_and_takes_its_slack() -> None:
    found = critical_path([step("a", 10), step("b", 5, not_before=60)], [link("a", "b")], 0)
    assert found.dates["b"].early_start == 60
    assert found.dates["a"].slack == 50
    assert found.path == ["b"]


def test_what_is_done_counts_as_it_happened() -> None:
    steps = [step("a", 10, progress=Progress.DONE, started=3, finished=40), step("b", 5)]
    found = critical_path(steps, [link("a", "b")], 20)
    assert found.dates["a"][:2] == (3, 40)
    assert found.dates["b"].early_start == 40
    assert found.path == ["b"]


def test_nothing_that_is_left_starts_before_now() -> None:
    done = step("a", 10, progress=Progress.DONE, started=0, finished=10)
    found = critical_path([done, step("b", 5)], [link("a", "b")], 90)
    assert found.dates["b"].early_start == 90
    assert found.end == 95


def test_a_running_step_ends_as_planned_or_now_when_it_overran() -> None:
    running = step("a", 10, progress=Progress.RUNNING, started=0)
    assert critical_path([running], [], 4).end == 10
    assert critical_path([running], [], 25).end == 25


def test_a_running_step_still_waits_for_the_links_that_gate_its_finish() -> None:
    steps = [step("a", 30), step("b", 5, progress=Progress.RUNNING, started=0)]
    found = critical_path(steps, [link("a", "b", FF)], 10)
    assert found.dates["b"].early_finish == 40
    assert found.dates["b"].slack == 30
    assert found.path == ["a"]


def test_a_deadline_that_will_be_missed_is_said_in_time_units() -> None:
    found = critical_path([step("a", 30, deadline=20), step("b", 5, deadline=20)], [], 0)
    assert (found.dates["a"].overdue, found.dates["b"].overdue) == (10, 0)


def test_delay_is_split_into_what_a_step_caused_and_what_it_inherited() -> None:
    steps = [
        step("a", 10, progress=Progress.DONE, started=0, finished=25, planned_start=0, planned_finish=10),
        step("b", 10, progress=Progress.DONE, started=30, finished=45, planned_start=10, planned_finish=20),
        step("c", 10, planned_start=20, planned_finish=30),
    ]
    found = critical_path(steps, [link("a", "b"), link("b", "c")], 45)
    assert [(d.delay, d.inherited, d.originating) for d in found.dates.values()] == [
        (15, 0, 15),
        (25, 15, 10),
        (25, 25, 0),
    ]


def test_an_early_finish_is_no_delay() -> None:
    early = step("a", 10, progress=Progress.DONE, started=0, finished=5, planned_start=0, planned_finish=10)
    assert critical_path([early], [], 5).dates["a"].delay == 0


def test_a_cycle_is_named_in_the_order_of_its_links() -> None:
    steps = [step(name, 1) for name in "xabcy"]
    links = [link("x", "a"), link("a", "b"), link("b", "c"), link("c", "a"), link("c", "y")]
    with pytest.raises(Cyclic, match="a → b → c → a") as caught:
        critical_path(steps, links, 0)
    assert caught.value.cycles == [["a", "b", "c", "a"]]


def test_every_separate_cycle_is_named_once() -> None:
    links = [link("a", "b"), link("b", "a"), link("c", "d"), link("d", "e"), link("e", "c"), link("b", "c")]
    assert find_cycles(list("abcde"), links) == [["a", "b", "a"], ["c", "d", "e", "c"]]


def test_find_cycles_leaves_self_links_and_unknown_steps_to_the_caller() -> None:
    assert find_cycles(["a", "b"], [link("a", "a"), link("a", "zz"), link("a", "b")]) == []


def test_a_step_linked_to_itself_is_a_cycle_for_the_schedule() -> None:
    with pytest.raises(Cyclic, match="a → a"):
        critical_path([step("a", 1)], [link("a", "a")], 0)


def test_a_long_cycle_does_not_exhaust_the_stack() -> None:
    names = list(range(20_000))
    links = [Link(before=each, after=(each + 1) % 20_000) for each in names]
    (cycle,) = find_cycles(names, links)
    assert len(cycle) == 20_001


def test_two_steps_with_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="share one id"):
        critical_path([step("a", 1), step("a", 2)], [], 0)


def test_a_link_to_an_unknown_step_is_refused() -> None:
    with pytest.raises(KeyError):
        critical_path([step("a", 1)], [link("a", "b")], 0)


@st.composite
def plans(draw: st.DrawFn) -> tuple[list[Step[int]], list[Link[int]], int]:
    """A plan mid-run: the first steps may be done or running, all kinds of links, lags of both signs."""
    count = draw(st.integers(1, 9))
    now = 100
    steps: list[Step[int]] = []
    for name in range(count):
        progress = draw(st.sampled_from([Progress.LEFT, Progress.LEFT, Progress.RUNNING, Progress.DONE]))
        started = draw(st.integers(0, 100)) if progress is not Progress.LEFT else None
        finished = draw(st.integers(started or 0, 100)) if progress is Progress.DONE else None
        fixed = draw(st.none() | st.integers(50, 150)) if progress is Progress.LEFT else None
        duration = draw(st.integers(0, 40))
        steps.append(
            Step(
                id=name,
                duration=duration,
                progress=progress,
                started=started,
                finished=finished,
                not_before=fixed,
            )
        )
    links = [
        Link(before=before, after=after, kind=draw(st.sampled_from(LinkKind)), lag=draw(st.integers(-30, 30)))
        for before in range(count)
        for after in range(before + 1, count)
        if draw(st.integers(0, 2)) == 0
    ]
    return steps, links, now


def by_relaxation(
    steps: list[Step[int]], links: list[Link[int]], now: int
) -> tuple[dict[int, int], dict[int, int]]:
    """The least solution of the constraints, by repeating them until nothing moves: no order, no graph."""
    start, finish = {}, {}
    for each in steps:
        if each.progress is Progress.DONE:
            start[each.id], finish[each.id] = each.started, each.finished
        elif each.progress is Progress.RUNNING:
            start[each.id], finish[each.id] = each.started, max(each.started + each.duration, now)  # type: ignore[operator]
        else:
            start[each.id] = max(now, each.not_before or now)
            finish[each.id] = start[each.id] + each.duration
    moved = True
    while moved:
        moved = False
        for edge in links:
            after = next(each for each in steps if each.id == edge.after)
            base = (finish if edge.kind in (FS, FF) else start)[edge.before] + edge.lag  # type: ignore[operator]
            if after.progress is Progress.DONE:
                continue
            if edge.kind in (FS, SS) and after.progress is Progress.LEFT and base > start[edge.after]:
                start[edge.after], moved = base, True
            if edge.kind in (FF, SF) and base > finish[edge.after]:
                finish[edge.after], moved = base, True
            if after.progress is Progress.LEFT and start[edge.after] + after.duration > finish[edge.after]:
                finish[edge.after], moved = start[edge.after] + after.duration, True
    return start, finish  # type: ignore[return-value]


@settings(max_examples=600, deadline=None)
@given(plans())
def test_dates_are_the_least_that_satisfy_every_link(
    plan: tuple[list[Step[int]], list[Link[int]], int],
) -> None:
    steps, links, now = plan
    found = critical_path(steps, links, now)
    start, finish = by_relaxation(steps, links, now)
    assert {name: dates.early_start for name, dates in found.dates.items()} == start
    assert {name: dates.early_finish for name, dates in found.dates.items()} == finish
    assert found.end == max(finish.values())


def slipped(one: Step[int], by: int, now: int) -> Step[int]:
    """The same step, starting or working `by` longer."""
    if one.progress is Progress.RUNNING:
        longer = max(one.duration, now - (one.started or 0)) + by
        return Step(id=one.id, duration=longer, progress=one.progress, started=one.started)
    return Step(id=one.id, duration=one.duration, not_before=by)


@settings(max_examples=400, deadline=None)
@given(plans())
def test_a_step_may_slip_by_its_slack_and_not_a_unit_more(
    plan: tuple[list[Step[int]], list[Link[int]], int],
) -> None:
    steps, links, now = plan
    found = critical_path(steps, links, now)
    for position, each in enumerate(steps):
        if each.progress is Progress.DONE:
            continue
        dates = found.dates[each.id]
        assert dates.slack >= 0
        at = dates.early_start if each.progress is Progress.LEFT else 0
        for more, moves in ((0, False), (1, True)):
            changed = [*steps]
            changed[position] = slipped(each, at + dates.slack + more, now)
            end = critical_path(changed, links, now).end
            assert end is not None
            assert found.end is not None
            assert (end > found.end) is moves


def big_plan(count: int, link_count: int) -> tuple[list[Step[int]], list[Link[int]]]:
    dice = random.Random(7)
    steps = [Step(id=each, duration=dice.randint(1, 90) * 60) for each in range(count)]
    links = []
    for _ in range(link_count):
        before = dice.randrange(count - 1)
        after = dice.randrange(before + 1, min(count, before + 60))
        links.append(
            Link(before=before, after=after, kind=dice.choice(list(LinkKind)), lag=dice.randint(0, 30))
        )
    return steps, links


def test_ten_thousand_steps_take_far_less_than_a_second() -> None:
    steps, links = big_plan(10_000, 20_000)
    began = time.process_time()
    prepared = Prepared([each.id for each in steps], links)
    found = prepared.schedule(steps, 0)
    assert time.process_time() - began < 3  # CPU; only a wrong order of growth fails here
    assert found.end is not None
    assert found.path
    assert prepared.schedule(steps, 0) == found
