"""One database for all of identity's committing tests: everybody in them is somebody new."""

from collections.abc import AsyncIterator

import psycopg
import pytest

from cutwater.kernel.db import Database
from cutwater.kernel.embedded import OWNER, EmbeddedServer


@pytest.fixture(scope="package")
async def database(cluster: EmbeddedServer) -> AsyncIterator[Database]:
    """A clone of the template that this package's tests share."""
    with psycopg.connect(cluster.conninfo(OWNER, "postgres"), autocommit=True) as connection:
        connection.execute("create database identity template cutwater strategy file_copy")
    found = Database(cluster.conninfo("cutwater_app", "identity"))
    await found.open()
    yield found
    await found.close()
