"""The sample files of the tutorial are what the tutorial says of them."""

from pathlib import Path

from cutwater.runbooks.core.worksheet import parsing, reading
from cutwater.runbooks.core.worksheet.plan import KnownNames, ParsedPlan, Severity

FILES = Path(__file__).parent.parent / "docs" / "tutorial" / "files"
TEAMS = (
    "Business desk",
    "Database operations",
    "Backend",
    "Data",
    "Network operations",
    "Platform",
    "Quality",
)
KNOWN = KnownNames(teams={name.casefold(): name for name in TEAMS})


def plan(name: str) -> ParsedPlan:
    """A sample worksheet, read as the import reads it."""
    sheet = reading.read_sheet((FILES / name).read_bytes(), name)
    return parsing.parse(sheet, parsing.detect(sheet), KNOWN)


def test_the_clean_worksheet_has_thirteen_steps_and_nothing_to_mend() -> None:
    found = plan("cutover.csv")
    assert found.is_clean
    assert len(found.steps) == 13
    assert len(found.links) == 14
    assert [problem.message for problem in found.problems if problem.severity is not Severity.NOTE] == []


def test_the_worksheet_with_mistakes_is_refused_with_each_of_them() -> None:
    found = plan("cutover-with-mistakes.csv")
    assert not found.is_clean
    assert found.cycles == (("DMP-2", "CHK-2", "DMP-2"),)
    errors = [
        (each.row, each.message, each.fix) for each in found.problems if each.severity is Severity.ERROR
    ]
    rows = [row for row, _, _ in errors]
    assert rows == [4, 5, 6, 8]
    assert "is not a duration" in errors[0][1]
    assert "DMP-2 → CHK-2 → DMP-2" in errors[1][1]
    assert "Did you mean DMP-2?" in errors[2][2]
    assert "already used in row 7" in errors[3][1]
    warned = [each.fix for each in found.problems if each.severity is Severity.WARNING]
    assert any("Did you mean “database operations”?" in fix for fix in warned)
    assert any("reads well" in fix for fix in warned)
