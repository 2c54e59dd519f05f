"""From a worksheet to a published version: dry run, mapping, all or nothing, again by code."""

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from cutwater.kernel.ids import new_id
from cutwater.kernel.reader import SessionReader
from cutwater.runbooks.core.worksheet.columns import Field
from cutwater.runbooks.library import queries
from cutwater.runbooks.library.models import (
    Runbook,
    RunbookInstruction,
    RunbookLink,
    RunbookStep,
    RunbookVersion,
)
from cutwater.runbooks.worksheets import queries as worksheets
from cutwater.runbooks.worksheets import service
from cutwater.runbooks.worksheets.service import Choices, Worksheet
from tests import world
from tests.runbooks import factories


async def upload(tx: AsyncSession, actor: Actor, text: str | bytes, **more: str) -> UUID:
    content = text.encode() if isinstance(text, str) else text
    given = Worksheet(file_name="plan.csv", media_type="text/csv", content=content, **more)
    return await service.upload_worksheet(tx, actor, given)


async def count(tx: AsyncSession, model: type) -> int:
    return int(await tx.scalar(select(func.count()).select_from(model)) or 0)


async def test_a_dry_run_changes_nothing(tx: AsyncSession, owner: Actor) -> None:
    preview = await worksheets.dry_run(SessionReader(tx), await upload(tx, owner, factories.CHAIN))
    assert preview.plan.is_clean
    assert preview.difference.created == ("A-1", "A-2", "A-3", "A-4")
    assert preview.upload.title == "Plan"
    assert await count(tx, Runbook) == 0
    assert await count(tx, RunbookStep) == 0


async def test_applying_makes_a_draft_with_everything_in_it(tx: AsyncSession, owner: Actor) -> None:
    imported = await service.apply_import(tx, owner, await upload(tx, owner, factories.CHAIN))
    (version,) = await queries.versions(SessionReader(tx), imported.runbook_id)
    assert (version.number, version.state, version.step_count, version.link_count) == (1, "DRAFT", 4, 3)
    steps, links, lines = await queries.content(SessionReader(tx), version.id)
    assert [(each.code, each.phase, each.duration_minutes) for each in steps] == [
        ("A-1", "Freeze", 30), ("A-2", "Freeze", 60), ("A-3", "Load", 90), ("A-4", "Load", 30),
    ]  # fmt: skip
    assert [each.deadline_offset_minutes for each in steps] == [None, None, 240, None]
    assert [each.step_type for each in steps] == ["TRT"] * 4
    codes = {step.id: step.code for step in steps}
    assert {(codes[link.before_id], codes[link.after_id], link.kind, link.lag_minutes) for link in links} == {
        ("A-1", "A-2", "FS", 0), ("A-2", "A-3", "FS", 15), ("A-2", "A-4", "SS", 0),
    }  # fmt: skip
    assert [(each.text, each.is_mandatory) for each in lines] == [
        ("check the size", True),
        ("tell ops", False),
    ]
    ((key, data),) = await factories.logged(tx, "runbook.imported")
    assert key == imported.key
    assert data["headline"] == "imported 4 steps and 3 links into draft 1 (4 new, 0 changed, 0 removed)"


async def test_importing_again_updates_the_draft_by_code_and_keeps_the_steps_ids(
    tx: AsyncSession, owner: Actor
) -> None:
    key = await factories.runbook(tx, owner, publish=False)
    before = {row.code: row.id for row in (await tx.execute(select(RunbookStep.code, RunbookStep.id))).all()}
    changed = factories.CHAIN.replace("Dump the ledger", "Dump it all").replace(
        "A-4,Reconcile,Load,30,A-2 SS,,\n", ""
    )
    second = await upload(tx, owner, changed + "A-5,Announce,Load,5,A-3,,\n", runbook_key=key)
    preview = await worksheets.dry_run(SessionReader(tx), second)
    found = preview.difference
    assert (found.created, found.changed, found.removed, found.unchanged) == (("A-5",), ("A-2",), ("A-4",), 2)
    await service.apply_import(tx, owner, second)
    after = {row.code: row.id for row in (await tx.execute(select(RunbookStep.code, RunbookStep.id))).all()}
    assert set(after) == {"A-1", "A-2", "A-3", "A-5"}
    assert all(after[code] == before[code] for code in ("A-1", "A-2", "A-3"))
    assert await count(tx, RunbookVersion) == 1
    assert await count(tx, RunbookLink) == 3
    assert await count(tx, RunbookInstruction) == 2


async def test_a_published_version_stays_as_it_is_and_the_next_import_starts_a_new_draft(
    tx: AsyncSession, owner: Actor
) -> None:
    key = await factories.runbook(tx, owner)
    await factories.runbook(
        tx, owner, factories.CHAIN.replace("Reconcile", "Compare"), publish=False, key=key
    )
    runbook = await queries.runbook(SessionReader(tx), key)
    versions = await queries.versions(SessionReader(tx), runbook.id)
    assert [(each.number, each.state) for each in versions] == [(2, "DRAFT"), (1, "PUBLISHED")]
    assert (runbook.published_number, runbook.latest_number) == (1, 2)
    titles = [row.title for row in await SessionReader(tx).all(queries.steps_of(versions[1].id))]
    assert titles[-1] == "Reconcile"


async def test_one_wrong_row_and_nothing_is_applied(tx: AsyncSession, owner: Actor) -> None:
    bad = await upload(tx, owner, factories.CHAIN + "A-5,Broken,Load,soonish,A-9,,\n")
    with pytest.raises(Invalid) as caught:
        await service.apply_import(tx, owner, bad)
    assert [(each.field, each.message.split(".")[0]) for each in caught.value.fields] == [
        ("Row 6, column D (Duration)", "“soonish” is not a duration"),
        ("Row 6, column E (Depends On)", "No step has the code “A-9”"),
    ]
    assert await count(tx, Runbook) == 0
    assert await count(tx, RunbookStep) == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04nonsense", "cut off or damaged"),
        (b"", "empty"),
        (b"Code,Title\nA,\x00", "NUL byte"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel file"),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_at_once(
    tx: AsyncSession, owner: Actor, content: bytes, message: str
) -> None:
    with pytest.raises(Invalid) as caught:
        await upload(tx, owner, content)
    assert caught.value.fields[0].field == "file"
    assert message in caught.value.fields[0].message


async def test_columns_are_chosen_by_hand_and_kept(tx: AsyncSession, owner: Actor) -> None:
    id = await upload(tx, owner, "Foo,Bar,Mins\nX-1,First,5\n")
    preview = await worksheets.dry_run(SessionReader(tx), id)
    assert [each.value for each in preview.columns.missing] == ["code", "title"]
    chosen = Choices(columns={Field.CODE: 0, Field.TITLE: 1, Field.DURATION: 2}, zone="Europe/Zurich")
    assert set(await service.update_import(tx, owner, id, chosen, seen_revision=1)) == {"mapping", "zone"}
    preview = await worksheets.dry_run(SessionReader(tx), id)
    assert (preview.upload.revision, preview.upload.zone) == (2, "Europe/Zurich")
    assert [(each.code, each.title, each.duration_minutes) for each in preview.plan.steps] == [
        ("X-1", "First", 5)
    ]
    with pytest.raises(Stale):
        await service.update_import(tx, owner, id, Choices(), seen_revision=1)
    assert not await service.update_import(tx, owner, id, chosen, seen_revision=2)


async def test_a_worksheet_is_applied_once(tx: AsyncSession, owner: Actor) -> None:
    id = await upload(tx, owner, factories.CHAIN)
    await service.apply_import(tx, owner, id)
    with pytest.raises(Conflict, match="applied already"):
        await service.apply_import(tx, owner, id)


async def test_the_order_of_refusals_is_permission_then_stale_then_the_rules(
    tx: AsyncSession, owner: Actor
) -> None:
    member = await world.person(tx, owner, "MEMBER")
    id = await upload(tx, owner, factories.CHAIN)
    await service.apply_import(tx, owner, id)
    with pytest.raises(Forbidden):
        await service.apply_import(tx, member, id, seen_revision=1)
    with pytest.raises(Stale):
        await service.apply_import(tx, owner, id, seen_revision=1)
    with pytest.raises(Conflict, match="applied already"):
        await service.apply_import(tx, owner, id, seen_revision=2)


async def test_a_runbook_is_imported_into_by_its_key_in_any_case_or_by_its_id(
    tx: AsyncSession, owner: Actor
) -> None:
    key = await factories.runbook(tx, owner, publish=False)
    runbook = await queries.runbook(SessionReader(tx), key)
    for given in (key.lower(), str(runbook.id)):
        id = await upload(tx, owner, factories.CHAIN, runbook_key=given)
        assert (await service.apply_import(tx, owner, id)).key == key
    assert await count(tx, Runbook) == 1


async def test_only_pilots_import(tx: AsyncSession, owner: Actor) -> None:
    member = await world.person(tx, owner, "MEMBER")
    with pytest.raises(Forbidden, match="does not allow you to import runbooks"):
        await upload(tx, member, factories.CHAIN)
    id = await upload(tx, owner, factories.CHAIN)
    for verb in (service.apply_import(tx, member, id), service.update_import(tx, member, id, Choices())):
        with pytest.raises(Forbidden):
            await verb


async def test_what_is_not_there_is_not_found(tx: AsyncSession, owner: Actor) -> None:
    with pytest.raises(NotFound):
        await service.apply_import(tx, owner, new_id())
    with pytest.raises(NotFound):
        await upload(tx, owner, factories.CHAIN, runbook_key="RB-99")


async def test_owners_of_the_worksheet_become_teams_and_people(tx: AsyncSession, owner: Actor) -> None:
    dba = await world.team(tx, owner, "DBA")
    nia = await world.person(tx, owner, "VIEWER", "Nia Ng")
    await factories.runbook(tx, owner, "Code,Title,Duration,Owner\nA,a,5,DBA\nB,b,5,nia ng\nC,c,5,Zoe\n")
    found = await tx.execute(
        select(RunbookStep.team_id, RunbookStep.assignee_id, RunbookStep.owner_note).order_by(
            RunbookStep.code
        )
    )
    assert [tuple(row) for row in found] == [(dba.id, None, ""), (None, nia.user_id, ""), (None, None, "Zoe")]


@pytest.fixture
def real(shared_data: Path) -> Path:
    return shared_data / "runbooks"


async def test_the_real_worksheets_import(tx: AsyncSession, owner: Actor, real: Path) -> None:
    for name, steps, links in (("trbk.csv", 13, 11), ("messy-worksheet.csv", 8, 8)):
        imported = await service.apply_import(tx, owner, await upload(tx, owner, (real / name).read_bytes()))
        (version,) = await queries.versions(SessionReader(tx), imported.runbook_id)
        assert (version.step_count, version.link_count) == (steps, links)
    cyclic = await upload(tx, owner, (real / "cycle.csv").read_bytes())
    with pytest.raises(Invalid) as caught:
        await service.apply_import(tx, owner, cyclic)
    assert "CYC-1 → CYC-2 → CYC-3 → CYC-1" in caught.value.fields[0].message
