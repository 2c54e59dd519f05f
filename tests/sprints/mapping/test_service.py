"""Field mappings: confirmed, and read anew by."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Invalid, Stale
from cutwater.kernel.reader import SessionReader
from cutwater.sprints.core.fields import FieldMap
from cutwater.sprints.issues.models import Issue
from cutwater.sprints.mapping.queries import mapping
from cutwater.sprints.mapping.service import confirm_mapping, remap
from tests.sprints.factories import imported


async def test_a_changed_mapping_reads_the_stored_issues_anew(
    tx: AsyncSession, owner: Actor, reader: SessionReader
) -> None:
    run = await imported(tx, owner)
    mapping_id = await confirm_mapping(tx, owner, run.site_id, FieldMap(points="Story Points"))
    row = await mapping(reader, mapping_id)
    assert await remap(tx, run.site_id) == 2
    assert await tx.scalar(select(func.count()).where(Issue.discipline_team.is_not(None))) == 0
    assert await remap(tx, run.site_id) == 0
    with pytest.raises(Stale):
        await confirm_mapping(tx, owner, run.site_id, FieldMap(), seen_revision=row.revision - 1)


async def test_a_field_plays_one_role_and_scores_have_bounds(tx: AsyncSession, owner: Actor) -> None:
    run = await imported(tx, owner)
    with pytest.raises(Invalid) as refused:
        await confirm_mapping(
            tx, owner, run.site_id, FieldMap(points="Team", discipline="Team"), scale={"High": 900}
        )
    assert {each.field for each in refused.value.fields} == {"points", "priority_scale"}
