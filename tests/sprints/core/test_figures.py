"""Analysis, coverage and health: published figures, truth tables and properties."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cutwater.sprints.core import analysis, charts, coverage, health, reports, rules
from cutwater.sprints.core.analysis import Dimension, Tally
from cutwater.sprints.core.coverage import Effect
from cutwater.sprints.core.health import Level
from tests.sprints.core.facts import Fact, fact

# how fast rows are drawn says how busy the machine is, and nothing about the figures
unhurried = settings(suppress_health_check=[HealthCheck.too_slow])


def test_the_average_is_over_estimated_issues_only() -> None:
    found = analysis.analyse([fact(3), fact(2), fact(None), fact(0)])
    assert (found.total.points, found.total.estimated, found.total.issues) == (5, 3, 4)
    assert found.total.average == Decimal("1.7")


def test_a_negative_estimate_counts_neither_as_points_nor_as_estimated() -> None:
    found = analysis.analyse([fact(-1), fact(2)])
    assert (found.total.points, found.total.estimated) == (2, 1)


def test_nothing_has_no_average() -> None:
    assert analysis.analyse([]).total.average is None


def test_the_stakeholder_is_the_owner_else_the_reporter() -> None:
    found = analysis.analyse(
        [fact(owner_name="Olga", reporter_name="Rita"), fact(reporter_name="Rita"), fact(reporter_name=None)]
    )
    labels = {line.label: line.tally.issues for line in found.lines[Dimension.STAKEHOLDER]}
    assert labels == {"Olga": 1, "Rita": 1, "": 1}
    assert (found.stakeholders, found.by_owner, found.by_reporter) == (2, 1, 1)


def test_two_people_of_one_name_are_two_lines_that_open_apart() -> None:
    found = analysis.analyse(
        [fact(assignee_name="Kim", assignee_account="1"), fact(assignee_name="Kim", assignee_account="2")]
    )
    assert [(line.value, line.label) for line in found.lines[Dimension.ASSIGNEE]] == [
        ("1", "Kim"),
        ("2", "Kim"),
    ]


def test_lines_come_largest_first_with_their_shares() -> None:
    found = analysis.analyse(
        [fact(1, discipline_team="A"), fact(3, discipline_team="B"), fact(discipline_team="B")]
    )
    lines = found.lines[Dimension.TEAM]
    assert [(line.label, line.share, line.points_share) for line in lines] == [
        ("B", Decimal("66.7"), Decimal("75.0")),
        ("A", Decimal("33.3"), Decimal("25.0")),
    ]


facts = st.lists(
    st.builds(
        fact,
        points=st.none() | st.integers(-1, 13),
        discipline_team=st.sampled_from([None, "A", "B"]),
        status_category=st.sampled_from(["TODO", "IN_PROGRESS", "DONE", "UNKNOWN"]),
        owner_name=st.sampled_from([None, "O"]),
        is_blocked=st.booleans(),
    ),
    max_size=30,
)


@unhurried
@given(facts)
def test_every_dimension_counts_every_issue_once(rows: list[Fact]) -> None:
    found = analysis.analyse(rows)
    for lines in found.lines.values():
        assert sum(line.tally.issues for line in lines) == len(rows)
        assert sum(line.tally.points for line in lines) == found.total.points
        assert sum(line.tally.blocked for line in lines) == found.total.blocked
    assert sum(found.total.stages.values()) == len(rows)


@unhurried
@given(facts)
def test_what_is_missing_and_what_is_there_make_the_whole(rows: list[Fact]) -> None:
    for gap in coverage.cover(rows):
        assert gap.total == len(rows)
        assert 0 <= gap.missing <= gap.total
        assert gap.filled + gap.missing == gap.total


@pytest.mark.parametrize(
    ("missing", "total", "text", "effect"),
    [
        (55, 65, "55 of 65 issues have no team", Effect.MISLEADING),
        (2, 65, "2 of 65 issues have no team", Effect.FINE),
        (10, 65, "10 of 65 issues have no team", Effect.PARTIAL),
        (0, 65, "all 65 issues have a team", Effect.FINE),
        (1, 1, "1 of 1 issue has no team", Effect.MISLEADING),
        (0, 1, "the issue has a team", Effect.FINE),
    ],
)
def test_a_gap_says_how_much_is_missing(missing: int, total: int, text: str, effect: Effect) -> None:
    rows = [fact(discipline_team=None)] * missing + [fact()] * (total - missing)
    gap = next(gap for gap in coverage.cover(rows) if gap.field == "discipline_team")
    assert (gap.text, gap.effect) == (text, effect)


def test_coverage_names_what_is_filled_but_says_nothing() -> None:
    rows = [fact(-1), fact(1), *[fact(status_category="DONE")] * 9]
    texts = {gap.field: gap.text for gap in coverage.cover(rows)}
    assert texts["priority_same"] == "all 11 issues have priority Major"
    assert texts["points_negative"] == "1 of 11 issues has fewer than zero story points; not counted"
    assert texts["done_at"] == "9 of 11 issues are done, but nothing says since when"


def test_the_worst_gap_comes_first() -> None:
    rows = [fact(1, discipline_team=None, owner_name="O", done_at=datetime(2026, 1, 1, tzinfo=UTC))] * 5
    assert coverage.cover(rows)[0].field == "discipline_team"


def test_no_issues_have_no_gaps() -> None:
    assert coverage.cover([]) == []


@pytest.mark.parametrize(
    ("flagged", "category", "blockers", "expected"),
    [
        (False, "TODO", [], False),
        (True, "TODO", [], True),
        (False, "TODO", ["TODO"], True),
        (False, "TODO", ["IN_PROGRESS", "DONE"], True),
        (False, "TODO", ["DONE"], False),
        (False, "TODO", ["UNKNOWN"], False),
        (True, "DONE", ["TODO"], False),
    ],
)
def test_what_is_blocked(flagged: bool, category: str, blockers: list[str], expected: bool) -> None:
    assert rules.is_blocked(is_flagged=flagged, category=category, blockers=blockers) is expected


@pytest.mark.parametrize(
    ("owner", "reporter", "expected"),
    [("O", "R", ("O", "Owner")), (None, "R", ("R", "Reporter")), (None, None, ("", ""))],
)
def test_the_stakeholder_says_how_it_is_known(
    owner: str | None, reporter: str | None, expected: tuple[str, str]
) -> None:
    assert rules.stakeholder(owner, reporter) == expected


def tally(
    points: float = 10, done: float = 0, issues: int = 10, blocked: int = 0, estimated: int = 10
) -> Tally:
    return Tally(
        issues=issues,
        points=Decimal(str(points)),
        estimated=estimated,
        done_issues=0,
        done_points=Decimal(str(done)),
        blocked=blocked,
    )


MONDAY, FRIDAY = date(2026, 11, 9), date(2026, 11, 20)


@pytest.mark.parametrize(
    ("done", "today", "level"),
    [
        (5, date(2026, 11, 13), Level.GOOD),
        (3, date(2026, 11, 13), Level.WATCH),
        (0, date(2026, 11, 13), Level.BAD),
        (0, date(2026, 11, 8), Level.GOOD),
        (9, date(2026, 12, 1), Level.GOOD),
        (8, date(2026, 12, 1), Level.WATCH),
        (7, date(2026, 12, 1), Level.BAD),
    ],
)
def test_progress_is_measured_against_working_days(done: float, today: date, level: Level) -> None:
    found = health.judge(
        tally(done=done), state="ACTIVE", starts_on=MONDAY, ends_on=FRIDAY, unassigned=0, today=today
    )
    assert found.terms[0].level is level
    assert found.level is level


def test_the_verdict_is_the_worst_term() -> None:
    found = health.judge(
        tally(done=10, blocked=9),
        state="ACTIVE",
        starts_on=MONDAY,
        ends_on=FRIDAY,
        unassigned=0,
        today=MONDAY,
    )
    assert (found.level, found.word) == (Level.BAD, "Off track")


def test_nobody_says_on_track_without_knowing_the_progress() -> None:
    found = health.judge(tally(), state="PLANNING", starts_on=None, ends_on=None, unassigned=0, today=MONDAY)
    assert (found.level, found.word) == (Level.UNKNOWN, "Not known")


@pytest.mark.parametrize(("done", "level"), [(9, Level.GOOD), (7, Level.WATCH), (6, Level.BAD)])
def test_a_completed_sprint_is_judged_by_what_was_done(done: float, level: Level) -> None:
    found = health.judge(
        tally(done=done), state="COMPLETED", starts_on=MONDAY, ends_on=FRIDAY, unassigned=0, today=FRIDAY
    )
    assert (found.terms[0].level, found.level) == (level, level)


def test_all_done_at_the_close_is_no_bad_sprint_for_want_of_estimates() -> None:
    facts = Tally(issues=10, done_issues=10)
    found = health.judge(
        facts, state="COMPLETED", starts_on=MONDAY, ends_on=FRIDAY, unassigned=0, today=FRIDAY
    )
    assert (found.terms[2].level, found.level) == (Level.BAD, Level.GOOD)


def test_a_sprint_without_issues_is_not_judged() -> None:
    found = health.judge(
        Tally(), state="ACTIVE", starts_on=MONDAY, ends_on=FRIDAY, unassigned=0, today=FRIDAY
    )
    assert found.level is Level.UNKNOWN


def test_working_days_leave_out_the_week_end() -> None:
    assert health.working_days(MONDAY, FRIDAY) == 10
    assert health.working_days(date(2026, 11, 14), date(2026, 11, 15)) == 0
    assert health.elapsed(date(2026, 11, 14), date(2026, 11, 15), MONDAY) is None


def test_a_chart_folds_what_is_beyond_twenty_bars() -> None:
    rows = [fact(discipline_team=f"T{number:02}") for number in range(25)]
    spec = charts.by_stage(analysis.analyse(rows), Dimension.TEAM)
    names = {row["name"] for row in spec["data"]["values"]}
    assert len(names) == 21
    assert "5 others" in names
    assert sum(row["issues"] for row in spec["data"]["values"]) == 25


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("3.000"), "3"),
        (Decimal("2.5"), "2.5"),
        (1234, "1,234"),
        (Decimal(100), "100"),
        (None, "–"),
        (0, "0"),
    ],
)
def test_numbers_read_well(value: Decimal | int | None, text: str) -> None:
    assert reports.figure(value) == text
