"""A step with everything about it, for its drawer and for the API: the same reads for both."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import NotFound
from cutwater.kernel.frozen import frozen
from cutwater.kernel.grants import Grant
from cutwater.kernel.obstacle import Obstacle
from cutwater.kernel.reader import Reader
from cutwater.runbooks.core.rows import Figures, StepRow
from cutwater.runbooks.core.runsheet import Runsheet
from cutwater.runbooks.core.step_machine import MOVES, StepFacts, StepMove, obstacles
from cutwater.runbooks.runs.queries.readiness import GateRow
from cutwater.runbooks.steps import permissions, queries
from cutwater.runbooks.steps.queries import InstructionRow, StepDetail
from cutwater.runbooks.steps.service import moves
from cutwater.runbooks.steps.views import runsheets


@frozen
class MoveChoice:
    """A move that the step's state knows, with everything that blocks it."""

    move: StepMove
    needs_reason: bool
    obstacles: list[Obstacle]
    may_override: bool


@frozen
class StepView:
    """A step, its figures, its links from both ends, its instructions, and what may be done to it."""

    sheet: Runsheet
    step: StepDetail
    figures: Figures
    after: Sequence[GateRow]
    before: Sequence[GateRow]
    instructions: Sequence[InstructionRow]
    facts: StepFacts
    moves: list[MoveChoice]

    @property
    def team(self) -> str:
        """The owning team's name, empty without one."""
        return self.sheet.teams.get(self.step.team_id, "") if self.step.team_id else ""

    @property
    def release(self) -> str:
        """The key of the release it puts live, empty without one."""
        return self.sheet.releases.get(self.step.release_id, "") if self.step.release_id else ""

    @property
    def forecast(self) -> tuple[datetime | None, datetime | None]:
        """Forecast start and end."""
        return moment(self.figures.forecast_start), moment(self.figures.forecast_end)


def moment(at: int | None) -> datetime | None:
    """Seconds since 1970 as an aware time."""
    return None if at is None else datetime.fromtimestamp(at, UTC)


async def step_view(reader: Reader, actor: Actor, run_key: str, code: str) -> StepView:
    """One step of a run, by its code in any case or its id; NotFound otherwise."""
    sheet = await runsheets.sheet(reader, run_key)
    step = await reader.first(queries.detail(sheet.head.id, code))
    at = next((at for at, row in enumerate(sheet.rows) if step and row.id == step.id), None)
    if at is None or step is None:
        raise NotFound("This step")
    after, instructions, before = await reader.batch(*queries.links_and_instructions(step.id))
    names = await moves.names_in_refusals(reader, step, after)
    facts = moves.facts_of(sheet.head, step, after, instructions, names)
    team = sheet.teams.get(step.team_id, "") if step.team_id else ""
    return StepView(
        sheet=sheet, step=step, figures=sheet.figures[at], after=after, before=before,
        instructions=instructions, facts=facts, moves=choices(actor, step, facts, team),
    )  # fmt: skip


async def stored_step(reader: Reader, step_id: UUID) -> StepRow:
    """A step as it is stored, without forecasts: what a verb answers at once."""
    row = await reader.first(queries.row(step_id))
    if row is None:
        raise NotFound("This step")
    return row


async def instruction(reader: Reader, instruction_id: UUID) -> InstructionRow:
    """One instruction of a step."""
    row = await reader.first(queries.instruction(instruction_id))
    if row is None:
        raise NotFound("This instruction")
    return row


def choices(actor: Actor, step: StepDetail, facts: StepFacts, team: str) -> list[MoveChoice]:
    """Every move that the step's state knows; the same question the verb asks, before the click."""
    now, known = clock.now(), []
    for move, rule in MOVES.items():
        if facts.state not in rule.sources:
            continue
        may = permissions.to_move(actor, step, move, team=team)
        hindered = obstacles(move, facts, now, reason="given")
        passable = not obstacles(move, facts, now, reason="given", override=True)
        known.append(
            MoveChoice(
                move=move,
                needs_reason=rule.needs_reason,
                obstacles=may + hindered,
                may_override=bool(hindered) and passable and actor.may(Grant.RUNS_PILOT),
            )
        )
    return known
