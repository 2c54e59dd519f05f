"""Is it alive, is it ready, and how is it doing: for probes, for Prometheus and for people."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypedDict

import psycopg
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from cutwater.kernel import log
from cutwater.kernel.db import Database, database_of
from cutwater.kernel.metrics import QUEUE_DEPTH

router = APIRouter(include_in_schema=False)
Check = Callable[[Database], Awaitable[str]]


async def _answers(database: Database) -> str:
    async with database.pool.connection() as connection:
        await connection.execute("select 1")
    stats = database.pool.get_stats()
    return f"{stats.get('pool_size', 0)} connections, {stats.get('requests_waiting', 0)} waiting"


async def _migrated(database: Database) -> str:
    async with database.pool.connection() as connection:
        row = await (await connection.execute("select version_num from alembic_version")).fetchone()
    return str(row[0]) if row else "none"


async def _queue(database: Database) -> str:
    async with database.pool.connection() as connection:
        cursor = await connection.execute(
            "select status::text, count(*) from procrastinate_jobs where status <> 'succeeded' group by 1"
        )
        counts = dict(await cursor.fetchall())
    for status in ("todo", "doing", "failed"):
        QUEUE_DEPTH.labels(status).set(counts.get(status, 0))
    return ", ".join(f"{count} {status}" for status, count in sorted(counts.items())) or "empty"


_LEFT: set[asyncio.Future[str]] = set()
PROBES = ["GET", "HEAD"]
LIMIT_SECONDS = 3.0
"""A probe gets its answer in time, also when the database gives none."""

CHECKS: dict[str, Check] = {"database": _answers, "schema": _migrated, "queue": _queue}


class Answered(TypedDict):
    """What a check said, and the milliseconds it took."""

    ok: bool
    says: str
    ms: float


async def examine(database: Database) -> dict[str, Answered]:
    """Every check with its answer and how long it took, in milliseconds; after a failure no more is asked."""
    found: dict[str, Answered] = {}
    for name, check in CHECKS.items():
        fit = all(each["ok"] for each in found.values())
        found[name] = (
            await _answer(name, check, database) if fit else {"ok": False, "says": "not asked", "ms": 0}
        )
    return found


async def _answer(name: str, check: Check, database: Database) -> Answered:
    started = time.perf_counter()
    asking = asyncio.ensure_future(check(database))
    # a database that is frozen lets go of its query late, and nobody waits here for that
    await asyncio.wait({asking}, timeout=LIMIT_SECONDS)
    try:
        ok, says = True, asking.result()
    except asyncio.InvalidStateError:
        asking.cancel()
        _LEFT.add(asking)
        asking.add_done_callback(_LEFT.discard)
        ok, says = False, f"no answer within {LIMIT_SECONDS:.0f} seconds"
    except (psycopg.Error, TimeoutError, OSError) as failure:
        log.logger(__name__).warning("check_failed", check=name, reason=str(failure))
        ok, says = False, type(failure).__name__
    return {"ok": ok, "says": says, "ms": round((time.perf_counter() - started) * 1000, 1)}


@router.api_route("/health/live", methods=PROBES)
async def live() -> Response:
    """The process answers."""
    return JSONResponse({"status": "live"})


@router.api_route("/health/ready", methods=PROBES)
async def ready(request: Request) -> Response:
    """The database answers and has a schema: send requests here."""
    checks = await examine(database_of(request))
    fit = all(each["ok"] for each in checks.values())
    return JSONResponse({"status": "ready" if fit else "not ready", "checks": checks}, 200 if fit else 503)


@router.api_route("/health", methods=PROBES)
async def health(request: Request) -> Response:
    """Every check, for people; the same as readiness."""
    return await ready(request)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Prometheus's text format."""
    await examine(database_of(request))
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
