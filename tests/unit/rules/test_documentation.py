"""The rules in docs/ are rules, and the commands of docs/rule-format.md do what it says."""

import json
import re
import shlex
from pathlib import Path

import pytest

from assistant.cli import main
from rules.checking import check

DOCS = Path(__file__).parents[3] / "docs"
PAGE = DOCS / "rule-format.md"


def test_the_first_example_of_the_page_has_no_faults(tmp_path: Path) -> None:
    assert _checked("rule: example.bus_pass", tmp_path) == ([], 1, 2)


def test_the_table_of_the_page_says_what_the_page_says(tmp_path: Path) -> None:
    faults, rules, tests = _checked("rule: example.parking", tmp_path)
    wanting = (
        "title",
        "summary",
        "law",
        "in_force",
        "authority",
    )  # an example of a table, not of a whole rule
    assert [fault for fault in faults if not any(word in fault for word in wanting)] == []
    assert (rules, tests) == (1, 2)


def _checked(start: str, folder: Path) -> tuple[list[str], int, int]:
    blocks = PAGE.read_text(encoding="utf-8").split("```yaml\n")[1:]
    example = next(block.split("```")[0] for block in blocks if block.startswith(start))
    path = folder / "example.yaml"
    path.write_text(example, encoding="utf-8")
    report = check([path])
    return [fault.message for fault in report.faults], report.rules, report.tests


def test_a_foreign_law_gives_the_amounts_its_authority_publishes() -> None:
    report = check([DOCS / "examples" / "sweden-child-allowance.yaml"])
    assert (report.faults, report.rules, report.tests) == ((), 1, 10)


COMMANDS = re.findall(r"^varde (determine \S+ --on .*--facts facts.json.*)$", PAGE.read_text(), re.MULTILINE)
ASKED = [line for line in COMMANDS if "example" not in line]


def said(
    command: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> str:
    page = PAGE.read_text(encoding="utf-8")
    (folder / "facts.json").write_text(page.split("```json\n")[1].split("```")[0], encoding="utf-8")
    monkeypatch.chdir(folder)
    assert main(shlex.split(command)) == 0
    return capsys.readouterr().out.replace("\xa0", " ")


@pytest.mark.parametrize("command", ASKED)
def test_each_command_of_the_page_runs(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written = said(command, tmp_path, monkeypatch, capsys)
    assert written.startswith("Reduced kindergarten fee: no.\n") or json.loads(written)["rule"]


def test_the_page_says_what_would_have_to_be_different(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = next(line for line in ASKED if line.endswith("--what-if"))
    (found,) = json.loads(said(command, tmp_path, monkeypatch, capsys))["suggestions"]
    assert found["changes"][0]["to"] == 366_666
    assert f"*{found['text']['en']}*" in PAGE.read_text(encoding="utf-8")


def test_every_way_of_asking_is_on_the_page() -> None:
    ways = {word for line in ASKED for word in line.split() if word.startswith("--")}
    assert ways == {"--on", "--facts", "--explain", "--what-if", "--timeline"}
