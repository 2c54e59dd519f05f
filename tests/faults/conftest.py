"""Servers in processes of their own, on copies of one migrated data folder."""

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.people import Person
from tests.serving import Cutwater, ended_afterwards, free_port, scratch


@pytest.fixture(scope="session")
def folders() -> Iterator[Path]:
    """A folder for data folders, which a server run by another user can reach."""
    made = scratch("cutwater-faults-")
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated(folders: Path) -> Path:
    """A data folder that is only copied from: initialising one takes seconds, copying it a tenth."""
    made = Cutwater(folders / "migrated").run("migrate")
    assert made.returncode == 0, made.stderr
    return folders / "migrated"


@pytest.fixture(scope="session")
def copied(migrated: Path) -> Callable[[str], Path]:
    """A new data folder with an empty, migrated database."""

    def copy(name: str) -> Path:
        made = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=migrated.parent))
        made.chmod(0o755)
        subprocess.run(["cp", "-a", f"{migrated}/.", made], check=True)
        return made

    return copy


@pytest.fixture(scope="session")
def mail_port() -> int:
    """Where the mail server of `served` would be: nobody is there."""
    return free_port()


@pytest.fixture(scope="session")
def served(copied: Callable[[str], Path], mail_port: int) -> Iterator[Cutwater]:
    """A server that the tests share, whose mail server is dead."""
    made = Cutwater(copied("served"), CUTWATER_SMTP_URL=f"smtp+plain://localhost:{mail_port}")
    with ended_afterwards(made):
        yield made.start()
        made.end(signal.SIGTERM)
    assert "Traceback" not in made.said


@pytest.fixture(scope="session")
def ada(served: Cutwater) -> Iterator[Person]:
    """The owner of an organization on `served`."""
    person = Person(served.url, "Ada Owner").founds("Harbour Bank")
    yield person
    person.leaves()
