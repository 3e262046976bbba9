"""`varde erasures list` and `apply`: what is printed is what is done again, and what is no such list is named."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from assistant.cli import main
from assistant.mydata import erasing
from assistant.store import Database
from assistant.store.tables import chat_line, municipality

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
AT = datetime(2026, 9, 1, 8, tzinfo=UTC)
LINE = {
    "person_id": "anne",
    "author": "person",
    "content": {"text": "hei"},
    "at": datetime(2026, 8, 1, tzinfo=UTC),
}


@pytest.fixture
async def erased(database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Database:
    url = database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("VARDE_DATABASE_URL", url)
    monkeypatch.setenv("VARDE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    async with database.begin() as tx:
        await tx.execute(insert(municipality).values(number="9999", name="Varden", settings={}))
        await tx.execute(insert(chat_line).values(**LINE))
        await erasing.erase(tx, "anne", ["chat"], AT, basis="artikkel 17")
    return database


def run(*arguments: str) -> int:
    """In a thread of its own: the command starts an event loop, and a test has one already."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(main, list(arguments)).result()


async def test_what_a_backup_brings_back_is_erased_again(
    erased: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("erasures", "list") == 0
    listed = capsys.readouterr().out
    assert [one["subject_id"] for one in json.loads(listed)["erasures"]] == ["anne"]
    assert "hei" not in listed
    path = tmp_path / "erasures.json"
    path.write_text(listed)
    async with erased.begin() as tx:
        await tx.execute(insert(chat_line).values(**LINE))
    assert run("erasures", "apply", str(path)) == 0
    assert "1 erasures are done; 1 rows that had come back were erased." in capsys.readouterr().out
    async with erased.read() as tx:
        assert await tx.scalar(select(func.count()).select_from(chat_line)) == 0
    assert run("erasures", "apply", str(path), "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"erasures": 1, "rows": 0}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ("[]", "has no list 'erasures'"),
        ('{"erasures": [{"id": "x"}]}', "erasure 1 is not as `varde erasures list` prints one"),
    ],
)
async def test_what_is_no_list_of_erasures_is_named(
    erased: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    path = tmp_path / "erasures.json"
    path.write_text(text)
    assert run("erasures", "apply", str(path)) == 1
    assert said in capsys.readouterr().err
