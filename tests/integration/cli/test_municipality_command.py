"""`varde municipality` sets up who is served and what they have settled, and says what it does not understand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.cli import main


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A new installation with its own data, as `varde db upgrade` leaves it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VARDE_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    assert main(["db", "upgrade"]) == 0
    capsys.readouterr()


@pytest.mark.usefixtures("installation")
class TestAMunicipality:
    def test_is_set_up_with_what_it_has_settled(self, capsys: pytest.CaptureFixture[str]) -> None:
        setting = ["--set", 'first_child="youngest"']
        assert main(["municipality", "9999", "--name", "Vardevik", *setting, "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["number"], told["name"]) == ("9999", "Vardevik")
        assert told["settings"] == {"first_child": "youngest"}

    def test_moves_on_and_keeps_the_rest(self, capsys: pytest.CaptureFixture[str]) -> None:
        main(["municipality", "9999", "--name", "Vardevik", "--set", "full_week_hours=45"])
        capsys.readouterr()
        assert main(["municipality", "9999", "--generation", "apply_reduced_fee=flagged"]) == 0
        told = capsys.readouterr().out
        assert 'generations = {"apply_reduced_fee": "flagged"}' in told
        assert "full_week_hours = 45" in told
        assert "Open cases: 0 are decided on what the registers say, 0 are handled as they were begun" in told

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["12"], "'12' is no kommunenummer: write its four digits"),
            (["9998"], "municipality 9998 is not set up here: `varde municipality 9998 --name NAME` does it"),
            (["9999", "--set", "zone"], "'zone' is not KEY=JSON"),
            (["9999", "--set", "zone=normal"], "'normal' is not JSON; a text needs quotes"),
            (["9999", "--set", "generations={}"], "use --generation"),
            (["9999", "--generation", "apply_reduced_fee=paper"], "documented, fetched, flagged"),
            (["9999", "--name", "V", "--generation", "apply=flagged"], "no errand is called 'apply'"),
        ],
    )
    def test_is_told_what_cannot_be(
        self, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["municipality", *arguments]) == 1
        told = capsys.readouterr().err
        assert said in told
        assert len(told.strip().splitlines()) == 1
