"""`varde stop`, `varde go`, `varde person`: exit status, one line of fault, and what they leave behind."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.cli import main
from assistant.config import Config, ConfigurationError
from assistant.guidance.trial import Trial
from assistant.store import Database, Identities, IdentityKeys


@pytest.fixture
def settled(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("VARDE_DATABASE_URL", database_url)
    monkeypatch.setenv("VARDE_DATA_DIR", str(tmp_path / "data"))
    return database_url


def test_stop_and_go(settled: str, capsys: pytest.CaptureFixture[str]) -> None:
    reason = ["--reason", "sends twice", "--json"]
    assert main(["stop", "--channel", "sms", *reason]) == 0
    stopped = json.loads(capsys.readouterr().out)["stopped"]
    assert [(one["key"], one["reason"], one["waiting"]) for one in stopped] == [
        ("channel:sms", "sends twice", 0)
    ]
    assert main(["stop", "--channel", "sms", *reason]) == 1
    assert "channel:sms is stopped already" in capsys.readouterr().err
    assert main(["stop", "--channel", "fax", *reason]) == 1
    assert "'fax' is none of chat, email, sms" in capsys.readouterr().err
    assert main(["go", "--channel", "sms"]) == 0
    assert main(["go", "--all"]) == 1
    assert "all is not stopped" in capsys.readouterr().err


async def test_ids_of_people_for_a_trial(
    settled: str, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    identities = Identities(IdentityKeys.from_file(tmp_path / "data" / "identity-keys.json"))
    now = datetime(2026, 9, 1, tzinfo=UTC)
    async with database.begin() as tx:
        known = await identities.create(tx, "person", "national_id", "01810099999", now)
    (tmp_path / "numbers").write_text("\n01810099999\n")
    assert await asyncio.to_thread(main, ["person", str(tmp_path / "numbers")]) == 0
    assert capsys.readouterr().out == f"{known}\n"
    assert Trial.from_config(Config.model_validate({"trial": {"only_to": [known]}})).lets("sms", known)


def test_a_trial_of_identity_numbers_is_refused_and_not_repeated(tmp_path: Path) -> None:
    listed = tmp_path / "trial.txt"
    listed.write_text("# ours\n01810099999\n")
    with pytest.raises(ConfigurationError, match="entry 1 is no id of a person") as refused:
        Trial.from_config(Config.model_validate({"trial": {"only_to_file": str(listed)}}))
    assert "01810099999" not in str(refused.value)


def test_somebody_unknown_is_not_repeated(
    settled: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "numbers").write_text("01810099999\n")
    assert main(["person", str(tmp_path / "numbers")]) == 1
    said = capsys.readouterr().err
    assert "number 1 is nobody known here" in said
    assert "01810099999" not in said
