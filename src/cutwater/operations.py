"""What operators look at and mend: the queue's dead jobs."""

from typing import Any

import psycopg
from psycopg.rows import dict_row

from cutwater.kernel.dbroles import become
from cutwater.runtime import Runtime

LIST = """
select j.id, j.task_name as job, j.status::text as status, j.attempts, j.args,
       (select max(e.at) from procrastinate_events e where e.job_id = j.id) as last_at
from procrastinate_jobs j where j.status = %s::procrastinate_job_status order by j.id desc limit 500
"""
RETRY = """
update procrastinate_jobs set status = 'todo', attempts = 0, scheduled_at = null, queueing_lock = null
where status = 'failed' and (%(all)s or id = any(%(ids)s)) returning id
"""
Job = dict[str, Any]  # allow: any — a row of the queue, as the command line prints it


async def jobs(runtime: Runtime, status: str) -> list[Job]:
    """The newest jobs of a status: todo, doing, failed."""
    if status not in ("todo", "doing", "failed"):
        raise RuntimeError(f"there is no status {status}; use todo, doing or failed")
    async with await _queue(runtime) as connection:
        return await (await connection.execute(LIST, (status,))).fetchall()


async def retry(runtime: Runtime, ids: list[int], *, all_failed: bool = False) -> list[int]:
    """Put dead jobs back into the queue, their tries counted from zero; gives their numbers.

    They give up their queueing lock: the same work may be queued already, and running twice is harmless.
    """
    async with await _queue(runtime) as connection:
        cursor = await connection.execute(RETRY, {"all": all_failed, "ids": ids})
        return [row["id"] for row in await cursor.fetchall()]


async def _queue(runtime: Runtime) -> psycopg.AsyncConnection[Job]:
    connection = await psycopg.AsyncConnection.connect(
        runtime.queue_conninfo, autocommit=True, row_factory=dict_row
    )
    await become(connection, runtime.queue_role)
    return connection
