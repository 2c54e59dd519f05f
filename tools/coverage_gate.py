"""Combine what the tests measured and refuse when lines or branches of src/ fall below the gate."""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def coverage(*arguments: str) -> None:
    """Run coverage.py on the data files in the project's folder."""
    subprocess.run([sys.executable, "-m", "coverage", *arguments], cwd=ROOT, check=True)


def totals() -> dict[str, float]:
    """The combined totals of all processes that took part."""
    if any(ROOT.glob(".coverage.*")):
        coverage("combine", "--append", "--quiet")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        coverage("json", "--quiet", "-o", str(report))
        return json.loads(report.read_text())["totals"]


def main() -> int:
    """Print the two figures and compare them with the gate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--at-least", type=float, required=True, metavar="PERCENT")
    gate = parser.parse_args().at_least
    found = totals()
    lines = 100 * found["covered_lines"] / max(found["num_statements"], 1)
    branches = 100 * found["covered_branches"] / max(found["num_branches"], 1)
    print(
        f"coverage of src/: {lines:.1f} % of lines, {branches:.1f} % of branches (gate: {gate:g} % of each)"
    )
    if min(lines, branches) >= gate:
        return 0
    coverage("report", "--skip-covered", "--sort=cover")
    return 1


if __name__ == "__main__":
    sys.exit(main())
