"""Compare the models with the migrated schema, and take the newest migration down and up again.

Runs on an embedded PostgreSQL of its own, in a folder that is gone afterwards. Data is not at stake, so the
server does not wait for the disk.
"""

import contextlib
import io
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

from alembic import command
from alembic.util.exc import CommandError

from cutwater import schema, wiring
from cutwater.kernel.embedded import OWNER, EmbeddedServer

CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@contextlib.contextmanager
def server() -> Iterator[str]:
    """The address of an empty PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="cutwater-schema-") as parent:
        Path(parent).chmod(0o711)
        running = EmbeddedServer(Path(parent) / "data", settings=CARELESS)
        running.start()
        try:
            yield running.conninfo(OWNER)
        finally:
            running.stop()


def check(conninfo: str) -> str:
    """What is wrong with the chain or the models; empty when nothing is."""
    schema.migrate(conninfo)
    schema.migrate(conninfo, revision="-1")
    schema.migrate(conninfo)
    said = io.StringIO()
    found = schema.config(conninfo, wiring.tables())
    found.stdout = said
    try:
        command.check(found)
    except CommandError as error:
        return f"{error}\n{said.getvalue()}".strip()
    return ""


def main() -> int:
    """Say whether the models and the migrations agree."""
    warnings.filterwarnings("ignore", message="Did not recognize type 'xid8'")
    with server() as conninfo:
        wrong = check(conninfo)
    print(f"schema: {wrong}" if wrong else "schema: the models are what the migrations make")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
