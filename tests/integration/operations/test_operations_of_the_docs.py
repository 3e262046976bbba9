"""docs/operations.md is true: its shell blocks are run in their order, on SQLite and on PostgreSQL."""

from __future__ import annotations

import contextlib
import io
import os
import re
import secrets
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from assistant.cli import main
from assistant.store import IdentityKeys
from assistant.twin import UsageKey

PAGE = Path(__file__).parents[3] / "docs" / "operations.md"
COMMANDS = ("stop", "go", "status", "backup", "restore", "erasures", "db")


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Where the page restores to, and the URL of that."""
    if database_url.startswith("sqlite"):
        path = tmp_path / "restored.sqlite3"
        yield str(path), f"sqlite+aiosqlite:///{path}"
        return
    name, server = f"varde_test_{os.getpid()}_{secrets.token_hex(4)}", database_url.replace("+psycopg", "")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    url = f"{database_url.rpartition('/')[0]}/{name}"
    yield url, url
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def shell_lines() -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.S | re.M)
    return [line for block in blocks for line in block.splitlines()]


def run(line: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """A line of the page. `varde` is run within this process, which is a hundred times quicker."""
    words = shlex.split(os.path.expandvars(line))
    with monkeypatch.context() as settings:
        while "=" in words[0]:
            settings.setenv(*words.pop(0).split("=", 1))
        if words[0] != "varde":
            return subprocess.run(["/bin/bash", "-euc", line], check=False).returncode
        may_fail = words[-2:] == ["||", "true"]
        words = words[:-2] if may_fail else words
        if ">" not in words:
            return main(words[1:]) * (not may_fail)
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            status = main(words[1 : words.index(">")])
        Path(words[-1]).write_text(said.getvalue(), encoding="utf-8")
        return status


def test_each_command_of_the_page_does_what_it_says(
    database_url: str, place: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VARDE_DATABASE_URL", database_url)
    monkeypatch.setenv("VARDE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("EMPTY_PLACE", place[0])
    monkeypatch.setenv("RESTORED_URL", place[1])
    IdentityKeys.from_file(tmp_path / "data" / "identity-keys.json")
    UsageKey.from_file(tmp_path / "data" / "usage-key.json")
    lines = shell_lines()
    assert set(COMMANDS) <= {line.split("varde ")[1].split()[0] for line in lines if "varde " in line}
    for line in lines:
        assert run(line, monkeypatch) == 0, line
    assert (tmp_path / "backup.key").stat().st_mode & 0o077 == 0
