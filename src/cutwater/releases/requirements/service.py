"""Switching what a status demands."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor, lacking
from cutwater.kernel.errors import NotFound, refuse
from cutwater.kernel.grants import Grant
from cutwater.kernel.ids import new_id
from cutwater.kernel.keyed import held_if
from cutwater.releases.core.facts import Requirement, Status
from cutwater.releases.core.lifecycle import REQUIREMENTS
from cutwater.releases.requirements.events import RequirementSwitched
from cutwater.releases.requirements.models import RequirementSwitch


async def switch_requirement(
    tx: AsyncSession, actor: Actor, target: Status, requirement: Requirement, *, is_on: bool
) -> None:
    """Demand a requirement before a target, or stop it; only what the table knows can be switched."""
    refuse(may=lacking(actor, Grant.RELEASES_CONFIGURE, "switch requirements"))
    if requirement not in REQUIREMENTS[target]:
        raise NotFound("This requirement")
    switch = await held_if(
        tx,
        RequirementSwitch,
        RequirementSwitch.target == target.value,
        RequirementSwitch.requirement == requirement.value,
    )
    was_on = switch.is_on if switch is not None else REQUIREMENTS[target][requirement]
    if was_on is is_on:
        return
    switch_id = switch.id if switch is not None else new_id()
    upsert = insert(RequirementSwitch).values(
        id=switch_id, target=target.value, requirement=requirement.value, is_on=is_on
    )
    await tx.execute(
        upsert.on_conflict_do_update(
            index_elements=["organization_id", "target", "requirement"],
            set_={"is_on": is_on, "updated_at": clock.now()},
        )
    )
    switched = RequirementSwitched(
        switch_id=switch_id, target=target.value, requirement=requirement.value, is_on=is_on
    )
    await audit.record(tx, actor, switched)
