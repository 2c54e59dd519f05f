"""Many rows at once: the dry run of a 5,000-row XLSX worksheet, and a run instantiated from 1,174 steps.

python -m bench.bulk                medians and peak memory; exit code 1 beyond the aims
python -m bench.bulk --json         one line of JSON
"""

import asyncio
import csv
import io
import json
import resource
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import xlsxwriter
from pydantic import SecretStr

from bench import world
from cutwater import identity, runbooks
from cutwater.demo import people
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.settings import Settings
from cutwater.runbooks.worksheets import queries, service
from cutwater.runtime import Runtime, running

ROWS, STEPS, REPEATS = 5_000, 1_174, 3
DRY_RUN_AIM_S, MEMORY_AIM_MB, INSTANTIATE_AIM_S = 5.0, 300, 2.0
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_xlsx(content: bytes) -> bytes:
    """The same worksheet as a workbook."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"constant_memory": True})
    sheet = book.add_worksheet("Plan")
    for number, row in enumerate(csv.reader(io.StringIO(content.decode()))):
        for column, value in enumerate(row):
            sheet.write_string(number, column, value)
    book.close()
    return stream.getvalue()


async def dry_run(runtime: Runtime, actor: Actor, content: bytes) -> float:
    """Seconds from the upload to what it would change; nothing is applied."""
    given = runbooks.Worksheet(file_name="bench.xlsx", media_type=XLSX, content=content)
    began = time.perf_counter()
    async with runtime.database.tx(actor) as tx:
        import_id = await service.upload_worksheet(tx, actor, given)
    found = await queries.dry_run(runtime.database.reader(actor), import_id)
    took = time.perf_counter() - began
    if len(found.plan.steps) != ROWS or found.plan.problems:
        raise RuntimeError(f"read {len(found.plan.steps)} of {ROWS} rows: {found.plan.problems[:3]}")
    return took


async def instantiate(runtime: Runtime, actor: Actor) -> list[float]:
    """Seconds for each run made from a published version, commit included."""
    given = runbooks.Worksheet(file_name="b.csv", media_type="text/csv", content=world.worksheet(STEPS))
    async with runtime.database.tx(actor) as tx:
        runbook = await runbooks.import_worksheet(tx, actor, given)
        await runbooks.publish_version(tx, actor, runbook.key)
        migration = await runbooks.create_migration(tx, actor, "Bench")
    start = clock.now() + timedelta(days=1)
    took = []
    for kind in ("RUN", "DR", "CUTOVER"):
        plan = runbooks.RunPlan(runbook_key=runbook.key, type=kind, planned_start=start)
        began = time.perf_counter()
        async with runtime.database.tx(actor) as tx:
            await runbooks.create_run(tx, actor, migration.key, plan)
        took.append(time.perf_counter() - began)
    return took


async def measure(folder: Path) -> dict[str, Any]:
    """Both, in one process; the peak memory is this process's own."""
    content = as_xlsx(world.worksheet(ROWS))
    config = Settings(data_folder=folder, secret_key=SecretStr("b" * 40), log_level="WARNING")
    async with running(config) as runtime:
        async with runtime.database.tx(None) as tx:
            owner = await people.found(tx)
            await people.settle(tx, owner)
            actor = await identity.act_as(tx, owner.user_id or owner.id)
        dry = [await dry_run(runtime, actor, content) for _ in range(REPEATS)]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        made = await instantiate(runtime, actor)
    return {
        "rows": ROWS, "dry_run_s": round(statistics.median(dry), 2), "peak_mb": round(peak),
        "steps": STEPS, "instantiate_s": round(statistics.median(made), 2),
    }  # fmt: skip


def main() -> int:
    """Measure, print, judge."""
    with tempfile.TemporaryDirectory(prefix="cutwater-bench-") as name:
        Path(name).chmod(0o755)
        found = asyncio.run(measure(Path(name) / "data"))
    if "--json" in sys.argv:
        print(json.dumps(found))
    else:
        print(f"dry run of {ROWS:,} rows     {found['dry_run_s']:6.2f} s   (aim < {DRY_RUN_AIM_S:.0f})")
        print(f"its peak memory          {found['peak_mb']:6} MB  (aim < {MEMORY_AIM_MB})")
        print(
            f"instantiate {STEPS:,} steps  {found['instantiate_s']:6.2f} s   (aim < {INSTANTIATE_AIM_S:.0f})"
        )
    good = found["dry_run_s"] < DRY_RUN_AIM_S and found["peak_mb"] < MEMORY_AIM_MB
    return 0 if good and found["instantiate_s"] < INSTANTIATE_AIM_S else 1


if __name__ == "__main__":
    raise SystemExit(main())
