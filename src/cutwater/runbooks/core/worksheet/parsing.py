"""A worksheet's rows → a plan, or every reason why not, each with its row, its column and the fix."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches

from cutwater.runbooks.core.critical_path import Link, LinkKind, find_cycles
from cutwater.runbooks.core.worksheet import quantities
from cutwater.runbooks.core.worksheet.cells import Sheet
from cutwater.runbooks.core.worksheet.columns import Columns, Field, find_header, recognise
from cutwater.runbooks.core.worksheet.fields import plain
from cutwater.runbooks.core.worksheet.plan import KnownNames, ParsedLink, ParsedPlan, Severity
from cutwater.runbooks.core.worksheet.quantities import Unclear
from cutwater.runbooks.core.worksheet.rows import StepReader


def detect(sheet: Sheet) -> Columns:
    """The header row and the columns of a sheet, as far as their names tell."""
    texts = [[plain(cell) for cell in row] for row in sheet.rows[:20]]
    at = find_header(texts)
    return recognise(texts[at] if texts else [], header_row=at + 1)


def choose(columns: Columns, positions: Mapping[Field, int | None]) -> Columns:
    """The same header with a person's choice of columns; None takes a field's column away."""
    width = len(columns.headers)
    chosen = dict(columns.positions)
    for field, position in positions.items():
        chosen.pop(field, None)
        if position is not None and 0 <= position < width:
            chosen[field] = position
    return replace(columns, positions=chosen)


def parse(sheet: Sheet, columns: Columns, known: KnownNames, *, zone: str = "UTC") -> ParsedPlan:
    """The plan in the rows below the header. Never raises on content: what is wrong is in `problems`."""
    reader = StepReader(sheet, columns, known, zone)
    for note in (*sheet.notes, *columns.notes):
        reader.findings.say(0, "", Severity.WARNING, note)
    if columns.missing:
        headers = ", ".join(f"“{header}”" for header in columns.headers if header.strip()) or "none"
        for missing in columns.missing:
            one = " Only one column was found: is the separator right?" if len(columns.headers) < 2 else ""
            reader.findings.say(
                columns.header_row, missing.value, Severity.ERROR,
                f"No column for the step's {missing.value} was recognised among {headers}.{one}",
                "Choose the column in the mapping, or name its header, for example "
                + ("“Code”." if missing is Field.CODE else "“Title”."),
            )  # fmt: skip
        return ParsedPlan(columns=columns, steps=[], links=[], problems=reader.findings.problems)
    reader.read()
    reader.findings.say_unknown()
    reader.findings.say_continued()
    links = _links(reader)
    cycles = _cycles(reader, links)
    if not reader.steps and not reader.findings.problems:
        reader.findings.say(
            columns.header_row, "", Severity.ERROR, "There is no step below the header.", "Add rows."
        )
    _lint(reader, links)
    zero = reader.zero()
    return ParsedPlan(
        columns=columns, steps=reader.dated(zero), links=links, zero=zero, cycles=cycles,
        problems=sorted(reader.findings.problems, key=lambda problem: problem.row),
    )  # fmt: skip


def _links(reader: StepReader) -> list[ParsedLink]:
    """The links of all rows; dangling, self and double ones are problems, not links."""
    known = reader.by_code
    column = reader.columns.header(Field.LINKS)
    links: dict[tuple[str, str, LinkKind], ParsedLink] = {}
    for step, cell in reader.link_cells:
        for token in quantities.split_links(cell, known):
            try:
                link = quantities.read_link(token, known)
            except Unclear as problem:
                reader.findings.say(
                    step.row, column, Severity.ERROR, f"“{token[:60]}”: {problem.message}", problem.fix
                )
                continue
            before = known.get(link.code.casefold())
            if before is None:
                words = [word for word in link.code.casefold().split() if word in known]
                close = words or get_close_matches(link.code.casefold(), list(known), n=1, cutoff=0.6)
                hint = f"Did you mean {known[close[0]].code}?" if close else quantities.LINK_FIX
                reader.findings.say(
                    step.row, column, Severity.ERROR, f"No step has the code “{link.code[:60]}”.", hint
                )
            elif before is step:
                reader.findings.say(
                    step.row, column, Severity.ERROR, f"{step.code} waits for itself.", "Remove the link."
                )
            elif (before.code, step.code, link.kind) in links:
                message = f"The link from {before.code} is given twice; the first is kept."
                reader.findings.say(step.row, column, Severity.WARNING, message, "Remove one.")
            else:
                links[before.code, step.code, link.kind] = ParsedLink(
                    row=step.row, before=before.code, after=step.code, kind=link.kind,
                    lag_minutes=link.lag_minutes, hard=link.hard,
                )  # fmt: skip
    return list(links.values())


def _cycles(reader: StepReader, links: Sequence[ParsedLink]) -> tuple[tuple[str, ...], ...]:
    graph = [Link(before=link.before, after=link.after, kind=link.kind, hard=link.hard) for link in links]
    cycles = find_cycles([step.code for step in reader.steps], graph)
    for cycle in cycles:
        turn = " → ".join(cycle if len(cycle) <= 12 else [*cycle[:6], "…", *cycle[-5:]])
        row = reader.by_code[cycle[0].casefold()].row
        reader.findings.say(
            row, reader.columns.header(Field.LINKS), Severity.ERROR,
            f"These steps wait for each other in a circle: {turn}.", "Remove one of these links.",
        )  # fmt: skip
    return tuple(tuple(cycle) for cycle in cycles)


def _lint(reader: StepReader, links: Sequence[ParsedLink]) -> None:
    """A step without any link follows its phase's order: say so, because nobody wrote it."""
    linked = {link.before for link in links} | {link.after for link in links}
    last: dict[tuple[str, str], str] = {}
    for step in reader.steps:
        phase = (step.sequence, step.phase)
        if step.code not in linked and phase in last:
            reader.findings.say(
                step.row, reader.columns.header(Field.LINKS), Severity.NOTE,
                f"{step.code} has no links: it follows {last[phase]}, as its phase is ordered.",
                "Give it a predecessor if another order is meant.",
            )  # fmt: skip
        last[phase] = step.code
