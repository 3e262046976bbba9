"""What every test may ask for: a database of both kinds, a Chromium, durable-rules.

`database` and `database_url` run each test twice, on an SQLite file and on PostgreSQL (the server at
VARDE_TEST_POSTGRES); where no server answers they run on SQLite alone and the run's last lines say so. A
test that is about one of them says `@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)`. A
module that takes long says `SHORT_FORM_ON = "postgresql"`: on the other it runs in the whole of `make test-long`.
"""

from __future__ import annotations

import asyncio
import functools
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import aiohttp_jinja2
import counting
import jinja2
import psycopg
import pytest
from jinja2.bccache import Bucket
from long_runs import WHOLE_AND_LONG
from psycopg import sql

from assistant import journal
from assistant.store import Database
from assistant.store.migrate import upgrade
from assistant.store.tables import metadata
from assistant.web.texts import Texts
from rules import Catalogue

POSTGRES = os.environ.get("VARDE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")
_ran_on_sqlite_only = pytest.StashKey[int]()
_no_chromium = pytest.StashKey[bool]()
_no_durable_rules = pytest.StashKey[bool]()


@functools.cache
def _postgres_answers() -> bool:
    try:
        with psycopg.connect(POSTGRES, connect_timeout=3):
            return True
    except psycopg.OperationalError:
        return False


class _Compiled(jinja2.BytecodeCache):
    """Templates are compiled once a process too, and again where one has changed (jinja2 compares its text)."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if (kept := self._kept.get(bucket.key)) is not None:
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


def pytest_configure(config: pytest.Config) -> None:
    journal.configure(None)
    # What is shipped is read once a process, not once a test: reading it takes seconds, and it does not change.
    shipped = functools.cache(Catalogue.load)
    read_anew = Catalogue.load
    Catalogue.load = staticmethod(lambda *given: read_anew(*given) if given else shipped())  # type: ignore[assignment, method-assign]
    Texts.load = staticmethod(functools.cache(Texts.load))  # type: ignore[assignment, method-assign]
    aiohttp_jinja2.setup = functools.partial(aiohttp_jinja2.setup, bytecode_cache=_Compiled())


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_url" not in metafunc.fixturenames:
        return
    said = [str(mark.args[0]) for mark in metafunc.definition.iter_markers("parametrize")]
    if any("database_url" in names.split(",") for names in said):
        return
    kinds: list[Any] = ["sqlite"]
    if _postgres_answers():
        chosen = getattr(metafunc.module, "SHORT_FORM_ON", "")
        kinds = [one for one in ("sqlite", "postgresql") if chosen in ("", one)]
        if chosen and WHOLE_AND_LONG:
            others = {"sqlite", "postgresql"} - {chosen}
            kinds += [pytest.param(one, marks=pytest.mark.long) for one in sorted(others)]
    else:
        stash = metafunc.config.stash
        stash[_ran_on_sqlite_only] = stash.get(_ran_on_sqlite_only, 0) + 1
    metafunc.parametrize("database_url", kinds, indirect=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if (told := getattr(session.config, "workeroutput", None)) is not None:
        stash = session.config.stash
        told["went without"] = (
            stash.get(_ran_on_sqlite_only, 0),
            stash.get(_no_chromium, False),
            stash.get(_no_durable_rules, False),
        )


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Keep what one of several processes went without; each has collected all the tests."""
    without = getattr(node, "workeroutput", {}).get("went without", (0, False, False))
    databases, chromium, extra = without
    stash = node.config.stash
    stash[_ran_on_sqlite_only] = max(databases, stash.get(_ran_on_sqlite_only, 0))
    stash[_no_chromium] = chromium or stash.get(_no_chromium, False)
    stash[_no_durable_rules] = extra or stash.get(_no_durable_rules, False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    counting.begins(item)
    try:
        yield
    finally:
        counting.ends()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
) -> None:
    reports = (report for kind in terminalreporter.stats.values() for report in kind)
    if counts := counting.told(reports):
        terminalreporter.write_sep("-", "counted")
        for line in counts:
            terminalreporter.write_line(line)
    if count := config.stash.get(_ran_on_sqlite_only, 0):
        terminalreporter.write_sep("!", "PostgreSQL was not reachable", red=True, bold=True)
        terminalreporter.write_line(f"PostgreSQL was not reachable: {count} tests ran on SQLite only")
    if config.stash.get(_no_chromium, False):
        terminalreporter.write_sep("!", "Chromium was not found", red=True, bold=True)
        terminalreporter.write_line("Chromium was not found: the browser tests did not run")
    if config.stash.get(_no_durable_rules, False):
        terminalreporter.write_sep("!", "durable-rules was not installed", red=True, bold=True)
        terminalreporter.write_line(
            "durable-rules was not installed: nothing held it equal to rules.recognise; make durable-rules"
        )


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database in one file, to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    _migrate(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def _postgres_url() -> Iterator[str]:
    """A migrated database of this run's own on the server."""
    name = f"varde_test_{os.getpid()}_{secrets.token_hex(4)}"
    with psycopg.connect(POSTGRES, autocommit=True) as server:
        server.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        # A test's data need not outlive the machine's loss of power.
        server.execute(sql.SQL("alter database {} set synchronous_commit = off").format(sql.Identifier(name)))
    url = psycopg.conninfo.conninfo_to_dict(POSTGRES)
    password = f":{url['password']}" if url.get("password") else ""
    where = f"{url.get('user', 'postgres')}{password}@{url.get('host', '127.0.0.1')}:{url.get('port', 5432)}"
    full = f"postgresql+psycopg://{where}/{name}"
    _migrate(full)
    yield full
    with psycopg.connect(POSTGRES, autocommit=True) as server:
        server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def _migrate(url: str) -> None:
    async def run() -> None:
        database = Database(url)
        await upgrade(database)
        await database.close()

    asyncio.run(run())


def _empty(url: str) -> None:
    names = sql.SQL(", ").join(sql.Identifier(table.name) for table in metadata.tables.values())
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        # What a failed test left open would otherwise hold this up for ever.
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
        connection.execute(sql.SQL("truncate {} restart identity cascade").format(names))


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The SQLAlchemy URL of a migrated, empty database that is this test's alone while it runs."""
    if request.param == "sqlite":
        path = tmp_path / "varde.sqlite3"
        shutil.copyfile(request.getfixturevalue("_sqlite_template"), path)
        yield f"sqlite+aiosqlite:///{path}"
    else:
        url: str = request.getfixturevalue("_postgres_url")
        yield url
        _empty(url)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A migrated, empty database."""
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def chromium_path(request: pytest.FixtureRequest) -> str:
    """The Chromium of this machine (VARDE_TEST_CHROMIUM, or from PATH). In CI it must be there."""
    names = (os.environ.get("VARDE_TEST_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    for name in names:
        if name and (found := shutil.which(name)):
            return found
    if IN_CI:
        pytest.fail("no Chromium on this machine: apt-get install chromium, or set VARDE_TEST_CHROMIUM")
    request.config.stash[_no_chromium] = True
    pytest.skip("no Chromium on this machine: apt-get install chromium, or set VARDE_TEST_CHROMIUM")


@pytest.fixture(scope="session")
def durable_rules(request: pytest.FixtureRequest) -> None:
    """The optional extra of that name (`make durable-rules`), which not every machine can have."""
    if find_spec("durable_rules_engine") is None:
        request.config.stash[_no_durable_rules] = True
        pytest.skip("durable-rules is not installed: make durable-rules (a C compiler, Python 3.12 or older)")
