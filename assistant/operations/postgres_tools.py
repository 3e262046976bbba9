"""pg_dump and pg_restore: PostgreSQL's own tools, which know every kind of object it can hold."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import URL


class NoTool(RuntimeError):
    """A tool of PostgreSQL is not there, or failed; the message says which and what it said."""


def dump(url: URL, to: Path, snapshot: str) -> None:
    """The whole database as it is in a snapshot that another transaction exports."""
    options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={to}"]
    _run("pg_dump", [*options, f"--dbname={without_password(url)}"], url)


def put_back(dumped: Path, url: URL, leave_out: str) -> None:
    """All of a dump but the rows of one table, in one transaction: it is all there or nothing is."""
    listed = _run("pg_restore", ["--list", str(dumped)], url).splitlines()
    kept = [line for line in listed if f" TABLE DATA public {leave_out} " not in line]
    chosen = dumped.with_name("chosen")
    chosen.write_text("\n".join(kept) + "\n")
    options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    _run(
        "pg_restore",
        [*options, f"--use-list={chosen}", f"--dbname={without_password(url)}", str(dumped)],
        url,
    )


def check(dumped: Path, url: URL) -> None:
    """Whether pg_restore can read it."""
    _run("pg_restore", ["--list", str(dumped)], url)


def without_password(url: URL) -> str:
    """For a command line, which everybody on the machine can see."""
    return url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)


def _run(tool: str, arguments: Sequence[str], url: URL) -> str:
    found = shutil.which(tool)
    if found is None:
        raise NoTool(
            f"{tool} is not on this machine: install PostgreSQL's client tools, as new as the server"
        )
    password = {} if url.password is None else {"PGPASSWORD": str(url.password)}
    done = subprocess.run(  # noqa: S603  (no shell, and arguments of our own)
        [found, *arguments], env={**os.environ, **password}, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise NoTool(f"{tool} failed: {' '.join(done.stderr.split())[:500]}")
    return done.stdout
