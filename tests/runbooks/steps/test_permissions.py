"""Who may do what: the expectations are typed by hand."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from cutwater.identity.core.roles import ROLE_GRANTS, Role
from cutwater.kernel.actor import Actor
from cutwater.kernel.grants import Grant
from cutwater.kernel.ids import new_id
from cutwater.runbooks.core.step_machine import StepMove
from cutwater.runbooks.library.permissions import to_publish, to_write
from cutwater.runbooks.runs.permissions import to_plan
from cutwater.runbooks.steps.permissions import to_execute, to_move

TEAM, OTHER, ME = new_id(), new_id(), new_id()
VIEWER = ROLE_GRANTS[Role.VIEWER]
MEMBER = ROLE_GRANTS[Role.MEMBER]
MANAGER = ROLE_GRANTS[Role.MANAGER]


@dataclass(frozen=True)
class Step:
    code: str = "A-1"
    team_id: UUID | None = None
    assignee_id: UUID | None = None
    deputy_id: UUID | None = None


def somebody(grants: frozenset[Grant], teams: frozenset[UUID] = frozenset(), user: UUID | None = ME) -> Actor:
    return Actor(kind="user", id=user, name="Nia", grants=grants, team_ids=teams, user_id=user)


IN_TEAM = frozenset({TEAM})


@pytest.mark.parametrize(
    ("actor", "step", "may"),
    [
        (somebody(VIEWER, IN_TEAM), Step(team_id=TEAM, assignee_id=ME), False),
        (somebody(MEMBER), Step(), False),
        (somebody(MEMBER), Step(team_id=TEAM), False),
        (somebody(MEMBER, IN_TEAM), Step(team_id=TEAM), True),
        (somebody(MEMBER, IN_TEAM), Step(team_id=OTHER), False),
        (somebody(MEMBER), Step(assignee_id=ME), True),
        (somebody(MEMBER), Step(deputy_id=ME), True),
        (somebody(MEMBER, user=None), Step(assignee_id=None), False),
        (somebody(MANAGER), Step(team_id=OTHER), True),
    ],
)
def test_a_step_is_executed_by_its_owners_and_by_pilots(actor: Actor, step: Step, may: bool) -> None:
    found = to_execute(actor, step)
    assert (not found) is may
    assert all(each.is_permission and each.hint for each in found)


@pytest.mark.parametrize("move", StepMove)
def test_owners_make_every_move_but_the_pilots(move: StepMove) -> None:
    owner = somebody(MEMBER, IN_TEAM)
    pilots_only = move in (StepMove.CANCEL, StepMove.REOPEN)
    assert bool(to_move(owner, Step(team_id=TEAM), move)) is pilots_only
    assert to_move(somebody(MANAGER), Step(), move) == []


def test_an_override_is_the_pilots_even_for_owners() -> None:
    (found,) = to_move(somebody(MEMBER, IN_TEAM), Step(team_id=TEAM), StepMove.START, override=True)
    assert found.code == "permission.runs.pilot"


def test_runbooks_and_runs_are_prepared_by_managers() -> None:
    def asked(actor: Actor) -> list[str]:
        found = to_write(actor), to_publish(actor), to_plan(actor, "plan")
        return [each.code for obstacles in found for each in obstacles]

    assert asked(somebody(MANAGER)) == []
    refused = ["permission.runbooks.write", "permission.runbooks.publish", "permission.runs.plan"]
    assert asked(somebody(MEMBER)) == refused


def test_a_refusal_names_the_team_that_may() -> None:
    (found,) = to_execute(somebody(MEMBER), Step(team_id=TEAM), team="DBA")
    assert "DBA" in found.text
    assert "members of DBA" in found.cleared_by
