"""`varde usage verify` says that a log is as it was logged, or names what is not and exits 1."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from assistant.cli import main
from assistant.store import Database
from assistant.twin import UsageKey, Use, exported, log_usage
from assistant.twin.usage_signing import sign_logs

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)


@pytest.fixture
async def log(database: Database, tmp_path: Path) -> tuple[Path, dict[str, Any], UsageKey]:
    key = UsageKey.from_file(tmp_path / "usage-key.json")
    async with database.begin() as tx:
        use = Use("anne", "rule", "kindergarten.reduced_fee", "used", "to tell", "§ 11", ("person.name",))
        await log_usage(tx, [use, use], NOW)
    async with database.begin() as tx:
        await sign_logs(tx, UsageKey.from_file(tmp_path / "usage-key.json"), date(2026, 9, 1))
        found = await exported(tx, key, "anne", NOW)
    path = tmp_path / "usage-log.json"
    path.write_text(json.dumps(found))
    return path, found, key


async def test_a_log_as_it_was_logged(log: Any, capsys: pytest.CaptureFixture[str]) -> None:
    path, _, key = log
    assert main(["usage", "verify", str(path), "--key", key.public]) == 0
    assert "2 entries, as they were logged; signed up to entry 2 on 2026-09-01" in capsys.readouterr().out


async def test_one_byte_changed(log: Any, capsys: pytest.CaptureFixture[str]) -> None:
    path, found, _ = log
    path.write_text(json.dumps(found).replace("reduced_fee", "reduced_fem", 1))
    assert main(["usage", "verify", str(path)]) == 1
    assert "entry 1: is not as it was logged" in capsys.readouterr().err


async def test_what_is_no_log_or_no_key(log: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, _, _ = log
    other = tmp_path / "other.json"
    other.write_text("{}")
    assert main(["usage", "verify", str(other)]) == 1
    assert "is no exported usage log" in capsys.readouterr().err
    assert main(["usage", "verify", str(path), "--key", "12"]) == 1
    assert "write its 64 hexadecimal digits" in capsys.readouterr().err
