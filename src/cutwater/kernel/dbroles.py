"""The role a connection acts in: one that owns nothing, and that row-level security binds."""

from typing import Any

import psycopg
from psycopg import sql

# allow: any — psycopg names the row type, which each cursor chooses
Connection = psycopg.AsyncConnection[Any]


async def become(connection: Connection, role: str) -> None:
    """Give up the login's rights for a role's; nothing to do when the login is the role."""
    if role:
        await connection.execute(sql.SQL("set role {}").format(sql.Identifier(role)))


async def limit(connection: Connection) -> None:
    """Nobody waits for ever behind a lock, and what hangs in a transaction does not keep its own for ever."""
    await connection.execute("set lock_timeout = '30s'")
    await connection.execute("set idle_in_transaction_session_timeout = '10min'")


async def refuse_mighty_login(conninfo: str) -> None:
    """A login that is a superuser could take its rights back with RESET ROLE: refuse it before anything."""
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
        await refuse_unbound(connection)


async def refuse_unbound(connection: Connection) -> None:
    """A superuser, or a role with BYPASSRLS, would see every organization: refuse to start as one."""
    cursor = await connection.execute(
        "select current_user, rolsuper or rolbypassrls from pg_roles where rolname = current_user"
    )
    row = await cursor.fetchone()
    if row is None or row[1]:
        raise RuntimeError(
            f"the database role {row[0] if row else '?'} is a superuser or bypasses row-level security; "
            "give DATABASE_URL an ordinary login, and DATABASE_OWNER_URL the one that may migrate"
        )
