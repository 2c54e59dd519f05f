"""The database: how rows are declared, and the only commit in the code base."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, cast
from uuid import UUID

import psycopg
from fastapi import Depends, Request
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import (
    Date,
    DateTime,
    LargeBinary,
    MetaData,
    Numeric,
    Text,
    Uuid,
    event,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection as SyncConnection
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from cutwater.kernel import clock, connections, dbroles
from cutwater.kernel.actor import Actor, CurrentActor, Visitor
from cutwater.kernel.constraints import one_of as one_of
from cutwater.kernel.constraints import reference as reference
from cutwater.kernel.constraints import scoped as scoped
from cutwater.kernel.ids import new_id
from cutwater.kernel.reader import PipelinedReader, Reader


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {  # allow: any — as DeclarativeBase declares it
        str: Text(),
        UUID: Uuid(),
        datetime: DateTime(timezone=True),
        date: Date(),
        Decimal: Numeric(),
        bytes: LargeBinary(),
        dict[str, Any]: JSONB(),  # allow: any — how models spell a JSON document
        list[Any]: JSONB(),  # allow: any — how models spell a JSON list
    }


class Row:
    """Every table's first and last columns."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(default=clock.now, server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(
        default=clock.now, server_default=func.now(), onupdate=clock.now
    )


class OrganizationRow(Row):
    """A row that belongs to one organization; row-level security hides it from all others."""

    organization_id: Mapped[UUID] = mapped_column(
        default=None, server_default=text("current_setting('app.organization')::uuid")
    )


@event.listens_for(Session, "after_begin")
def _scope_transaction(session: Session, _transaction: object, connection: SyncConnection) -> None:
    connection.execute(_SCOPE, {"o": session.info.get("organization", ""), "u": session.info.get("user", "")})


_SCOPE = text("select set_config('app.organization', :o, true), set_config('app.user', :u, true)")


class Database:
    """One process's way to PostgreSQL: an engine for writes, a pool for reads."""

    def __init__(self, conninfo: str, *, role: str = "", size: int = 10) -> None:
        self.conninfo = conninfo
        self.role = role
        self.engine: AsyncEngine = connections.engine(self.connect, size)
        self.pool: AsyncConnectionPool[connections.Connection] = connections.pool(
            conninfo, size, self._become
        )

    async def _become(self, connection: connections.Connection) -> None:
        await dbroles.become(connection, self.role)
        await dbroles.limit(connection)

    async def connect(self, *, autocommit: bool = False) -> connections.Connection:
        """A connection of one's own, in the app's role."""
        connection = await psycopg.AsyncConnection.connect(self.conninfo, autocommit=True)
        await self._become(connection)
        await connection.set_autocommit(autocommit)
        return connection

    async def open(self) -> None:
        """Connect, and refuse a role that row-level security does not bind."""
        await self.pool.open(wait=True, timeout=20)
        async with self.pool.connection() as connection:
            await dbroles.refuse_unbound(connection)

    async def close(self) -> None:
        await self.pool.close()
        await self.engine.dispose()

    def reader(self, who: Actor | UUID | None) -> PipelinedReader:
        """Reads as an actor, or inside an organization."""
        organization, user = _scope_of(who)
        return PipelinedReader(self.pool, organization, user)

    @asynccontextmanager
    async def tx(self, who: Actor | UUID | None) -> AsyncIterator[AsyncSession]:
        """A transaction as an actor, or inside an organization: commits, or rolls back on any exception."""
        organization, user = _scope_of(who)
        info = {"organization": str(organization or ""), "user": str(user or "")}
        session = AsyncSession(self.engine, info=info, expire_on_commit=False)
        async with session, session.begin():
            yield session


def _scope_of(who: Actor | UUID | None) -> tuple[UUID | None, UUID | None]:
    return (who.organization_id, who.user_id) if isinstance(who, Actor) else (who, None)


def database_of(request: Request) -> Database:
    """The process's database, put there by the lifespan."""
    return cast(Database, request.app.state.database)


async def _open_tx(request: Request, actor: CurrentActor) -> AsyncIterator[AsyncSession]:
    async with database_of(request).tx(actor) as session:
        await request.app.state.before_verb(request, actor, session)
        yield session


async def _open_platform_tx(request: Request, found: Visitor) -> AsyncIterator[AsyncSession]:
    async with database_of(request).tx(found) as session:
        yield session


async def _reader(request: Request, actor: CurrentActor) -> Reader:
    return database_of(request).reader(actor)


async def _any_reader(request: Request, found: Visitor) -> Reader:
    return database_of(request).reader(found)


# scope="function": commit before the answer goes out, so that a failing commit is never answered with 200
Tx = Annotated[AsyncSession, Depends(_open_tx, scope="function")]
PlatformTx = Annotated[AsyncSession, Depends(_open_platform_tx, scope="function")]
ReaderDep = Annotated[Reader, Depends(_reader)]
PlatformReader = Annotated[Reader, Depends(_any_reader)]
