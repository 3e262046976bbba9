"""`varde suppressions list` and `lift`: no address is printed, and one is found again by itself or by its code."""

from __future__ import annotations

import asyncio
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.cli import main
from assistant.guidance.email_rows import lookup_of, suppress
from assistant.store import Database, IdentityKeys

ADDRESSES = ("kari@post.example", "ola@post.example")


@pytest.fixture
def suppressed(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two addresses that mail has come back from."""
    monkeypatch.setenv("VARDE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("VARDE_DATABASE_URL", database_url)
    keys = IdentityKeys.from_file(tmp_path / "identity-keys.json")

    async def keep() -> None:
        database = Database(database_url)
        async with database.begin() as tx:
            for number, address in enumerate(ADDRESSES, 1):
                at = datetime(2026, 9, number, tzinfo=UTC)
                await suppress(tx, lookup_of(keys, address), f"5.1.{number}", at)
        await database.close()

    asyncio.run(keep())


def listed(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """Status → code."""
    capsys.readouterr()
    assert main(["suppressions", "list", "--json"]) == 0
    return {one["status"]: one["code"] for one in json.loads(capsys.readouterr().out)}


@pytest.mark.usefixtures("suppressed")
def test_listed_without_the_addresses_and_lifted_by_code_and_by_address(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["suppressions", "list"]) == 0
    said = capsys.readouterr().out
    assert "@" not in said
    assert [line.split()[1] for line in said.splitlines()] == ["5.1.2", "5.1.1"]
    assert main(["suppressions", "lift", listed(capsys)["5.1.2"]]) == 0
    assert list(listed(capsys)) == ["5.1.1"]
    monkeypatch.setattr("sys.stdin", io.StringIO("KARI@post.example\n"))
    assert main(["suppressions", "lift", "-"]) == 0
    assert listed(capsys) == {}
    assert main(["suppressions", "list"]) == 0
    assert capsys.readouterr().out == "No address is suppressed.\n"


@pytest.mark.usefixtures("suppressed")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("code", "given", "said"),
    [
        ("", "", "'' is no code of the list"),
        ("abcdef012345", "", "'abcdef012345' is no code of the list"),
        ("-", "", "no address on standard input"),
        ("-", "per@post.example", "that address is not suppressed"),
    ],
)
def test_what_is_not_on_the_list_is_said_in_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, code: str, given: str, said: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(given))
    assert main(["suppressions", "lift", code]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert "@" not in line
