"""`varde` as one types it: a process with arguments, output, errors in one line, and an exit status."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

VARDE = [sys.executable, "-m", "assistant"]
COMMANDS = (
    "demo",
    "serve",
    "worker",
    "db",
    "db upgrade",
    "rules",
    "rules check",
    "rules coverage",
    "rules publish",
    "determine",
    "feel",
    "dmn",
    "sms",
)
RULE = "kindergarten.reduced_fee"
FAMILY = {
    "child": {
        "kindergarten_place": {"price": 2000},
        "household": {"adults": [{"assessed_income": 300000}]},
    }
}


def varde(*arguments: str, given: str | bytes = "", **environ: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("VARDE_")}
    raw = given.encode() if isinstance(given, str) else given
    done = subprocess.run(
        [*VARDE, *arguments],
        input=raw,
        capture_output=True,
        env={**clean, **environ},
        timeout=60,
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def told(done: subprocess.CompletedProcess[str]) -> str:
    """The one line of an error, of a command that did not succeed and printed nothing else."""
    assert done.returncode != 0
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


# ---- help -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_every_command_helps_with_an_example(name: str) -> None:
    done = varde(*name.split(), "--help")
    assert done.returncode == 0
    assert re.search(rf"example:\n  .*varde {name.partition(' ')[0]}", done.stdout)
    assert done.stderr == ""


def test_an_example_of_help_works_as_it_stands() -> None:
    for name in ("feel", "determine", "rules check"):
        example = varde(*name.split(), "--help").stdout.rpartition("example:\n")[2].strip()
        line = example.replace("varde ", f"{sys.executable} -m assistant ")
        done = subprocess.run(line, shell=True, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout


def test_help_starts_fast_and_loads_nothing_heavy() -> None:
    heavy = ("sqlalchemy", "aiohttp", "pydantic", "lark", "cryptography", "jinja2")
    look = (
        "import sys; from assistant.cli import parser; parser();"
        f"print(*[name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == ""


# ---- arguments not understood ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ([], "varde: the following arguments are required: COMMAND (see: varde --help)"),
        (
            ["demo", "--port", "many"],
            "varde demo: argument --port: 'many' is not a port: give a number from 0 (any free) to 65535"
            " (see: varde demo --help)",
        ),
        (
            ["demo", "--today", "1.9.2024"],
            "varde demo: argument --today: '1.9.2024' is not a date: write it as 2024-09-01"
            " (see: varde demo --help)",
        ),
    ],
)
def test_arguments_not_understood_are_told_in_one_line(arguments: list[str], line: str) -> None:
    done = varde(*arguments)
    assert told(done) == line
    assert done.returncode == 2


def test_an_unknown_command_is_told_with_those_there_are() -> None:
    assert "choose from 'demo', 'serve'" in told(varde("dance"))


# ---- rules and determine --------------------------------------------------------------------------


def test_the_catalogue_is_sound() -> None:
    done = varde("rules", "check", "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 0, report["faults"]
    assert report["faults"] == []
    assert report["rules"] >= 4
    assert report["tests"] > report["rules"]


def test_a_faulty_rule_file_is_told_with_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text("rule: a.b\nabout: child\nconditions:\n  - {id: x, that: 'child.birth_dat = null'}\n")
    done = varde("rules", "check", str(file))
    assert done.returncode == 1
    assert all(re.match(rf"{re.escape(str(file))}:\d+: ", line) for line in done.stderr.splitlines())
    assert f"{file}:4: " in done.stderr
    assert "did you mean birth_date" in done.stderr
    machine = varde("rules", "check", str(file), "--json")
    assert machine.returncode == 1
    assert {"file": str(file), "line": 4} == {
        key: value for key, value in json.loads(machine.stdout)["faults"][-1].items() if key != "message"
    }


def determine(facts: Any, *more: str, on: str = "2024-09-01") -> dict[str, Any]:
    done = varde("determine", RULE, "--on", on, "--facts", "-", *more, given=json.dumps(facts))
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_right_is_determined_from_facts_on_standard_input() -> None:
    found = determine(FAMILY)
    assert (found["answer"], found["values"]["monthly_fee"]) == ("yes", 1636)
    assert [condition["holds"] for condition in found["conditions"]] == [True] * len(found["conditions"])
    assert found["law"][0]["act"] == "FOR-2005-12-16-1478"
    assert set(found) >= {
        "answer",
        "values",
        "missing",
        "conditions",
        "used",
        "law",
        "rule_version",
        "changes_on",
    }


def test_an_unknown_income_is_missing_and_not_zero() -> None:
    found = determine({"child": {"kindergarten_place": {"price": 2000}, "household": {"adults": [{}]}}})
    assert (found["answer"], found["missing"]) == ("undetermined", ["child.household.adults.assessed_income"])


def test_facts_and_settings_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "facts.json"
    file.write_text(json.dumps(FAMILY))
    done = varde(
        "determine", RULE, "--on", "2024-09-01", "--facts", str(file), "--settings", '{"rounding": "down"}'
    )
    assert json.loads(done.stdout)["values"]["monthly_fee"] == 1636


@pytest.mark.parametrize(
    ("arguments", "given", "says"),
    [
        ([RULE, "--on", "2024-13-01", "--facts", "-"], "{}", "--on: '2024-13-01' is not a date"),
        ([RULE, "--on", "2024-09-01", "--facts", "-"], "", "--facts stdin: it is empty"),
        ([RULE, "--on", "2024-09-01", "--facts", "-"], "{", "stdin:1: not valid JSON"),
        ([RULE, "--on", "2024-09-01", "--facts", "-"], b"\xff", "not UTF-8"),
        ([RULE, "--on", "2024-09-01", "--facts", "nix.json"], "", "nix.json: No such file"),
        ([RULE, "--on", "2024-09-01", "--facts", "-", "--settings", "[]"], "{}", "--settings"),
        (["kindergarten.reduced", "--on", "2024-09-01", "--facts", "-"], "{}", f"did you mean {RULE}?"),
        (
            [RULE, "--on", "2024-09-01", "--facts", "-"],
            '{"child": {"birth_dat": 1}}',
            "did you mean birth_date",
        ),
    ],
)
def test_what_cannot_be_determined_is_told_in_one_line(
    arguments: list[str], given: str | bytes, says: str
) -> None:
    line = told(varde("determine", *arguments, given=given))
    assert line.startswith("varde determine: ")
    assert says in line


def test_an_identity_number_in_the_facts_is_not_in_the_error() -> None:
    facts = '{"child": {"birth_date": "31922012300"}}'
    line = told(varde("determine", RULE, "--on", "2024-09-01", "--facts", "-", given=facts))
    assert "31922012300" not in line


# ---- feel -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["0.1 + 0.2"], {"value": 0.3}),
        (["a + 1", "--context", '{"a": 41}'], {"value": 42}),
        (["null"], {"value": None}),
        (["a.b > 3", "--context", '{"a": {}}'], {"value": None, "missing": ["a.b"]}),
        (["--", "-1 - 1"], {"value": -2}),
        (['"blåbær"'], {"value": "blåbær"}),
    ],
)
def test_an_expression_is_evaluated(arguments: list[str], answer: dict[str, Any]) -> None:
    done = varde("feel", *arguments, LC_ALL="C")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == answer


MODEL = """<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" namespace="n" name="m">
<inputData id="i" name="Age"><variable name="Age" typeRef="number"/></inputData>
<decision id="d" name="Adult"><variable name="Adult" typeRef="boolean"/>
<informationRequirement><requiredInput href="#i"/></informationRequirement>
<literalExpression><text>Age >= 18</text></literalExpression></decision></definitions>"""


@pytest.mark.parametrize("inputs", ['{"Age": 18}', "-", "@FILE"])
def test_a_decision_of_a_model_is_asked(tmp_path: Path, inputs: str) -> None:
    model, given = tmp_path / "model.dmn", tmp_path / "given.json"
    model.write_text(MODEL, encoding="utf-8")
    given.write_text('{"Age": 18}', encoding="utf-8")
    inputs = inputs.replace("FILE", str(given))
    done = varde("dmn", str(model), "--decision", "Adult", "--inputs", inputs, given='{"Age": 18}')
    assert (done.returncode, done.stdout) == (0, '{"value": true}\n'), done.stderr


def test_a_decision_there_is_not_is_told_in_one_line(tmp_path: Path) -> None:
    model = tmp_path / "model.dmn"
    model.write_text(MODEL, encoding="utf-8")
    line = told(varde("dmn", str(model), "--decision", "Adlt"))
    assert line.endswith("no decision is called 'Adlt'; there are Adult")


def test_a_batch_answers_each_line_whatever_the_others_are() -> None:
    lines = [b'{"expression": "1 + 1"}', b"nonsense", b"\xff", b'{"expression": "x", "given": {"x": "y"}}']
    done = varde("feel", "--batch", given=b"\n".join(lines))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert answers[0] == {"value": 2}
    assert ["error" in answer for answer in answers] == [False, True, True, False]
    assert answers[3] == {"value": "y"}


def test_a_batch_answers_while_the_other_side_waits() -> None:
    process = subprocess.Popen(
        [*VARDE, "feel", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write('{"expression": "1 + 1"}\n')
        process.stdin.flush()
        assert json.loads(process.stdout.readline()) == {"value": 2}
        process.communicate(timeout=30)
        assert process.returncode == 0
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["1 +"], "line 1, column 4"),
        ([], "EXPR is missing"),
        (["1", "--batch"], "--batch takes no EXPR"),
        (["a", "--context", "[1]"], "the context is a JSON object"),
    ],
)
def test_an_expression_with_a_fault_is_told_in_one_line(arguments: list[str], says: str) -> None:
    assert says in told(varde("feel", *arguments))


def test_output_that_nobody_reads_is_no_fault() -> None:
    line = f"{sys.executable} -m assistant feel --help | head -1"
    done = subprocess.run(line, shell=True, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""


# ---- the database and the processes ---------------------------------------------------------------


def test_the_database_is_upgraded_once(tmp_path: Path) -> None:
    first = varde("db", "upgrade", "--json", VARDE_DATA_DIR=str(tmp_path))
    again = varde("db", "upgrade", "--json", VARDE_DATA_DIR=str(tmp_path))
    assert json.loads(first.stdout)["from"] is None
    assert json.loads(again.stdout)["from"] == json.loads(first.stdout)["to"]


def test_an_upgraded_database_of_either_kind_is_left_alone(database_url: str) -> None:
    done = varde("db", "upgrade", VARDE_DATABASE_URL=database_url)
    assert (done.returncode, done.stderr) == (0, "")
    assert "already" in done.stdout


def test_serving_from_an_empty_database_is_refused(tmp_path: Path) -> None:
    line = told_last(varde("serve", VARDE_DATA_DIR=str(tmp_path)))
    assert line.endswith("has no tables yet: run `varde db upgrade`")


def told_last(done: subprocess.CompletedProcess[str]) -> str:
    """The line of an error that may stand after lines of the journal."""
    assert done.returncode == 1
    return done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql+psycopg://varde:hemmelig@127.0.0.1:1/varde", "the database does not answer"),
        ("nonsense", "is no database URL"),
    ],
)
def test_a_database_that_is_not_there_is_told_without_its_password(url: str, says: str) -> None:
    line = told(varde("db", "upgrade", VARDE_DATABASE_URL=url))
    assert says in line
    assert "hemmelig" not in line


def test_a_setting_that_cannot_be_is_told_by_its_name(tmp_path: Path) -> None:
    line = told(varde("db", "upgrade", VARDE_POLL_SECONDS="often", VARDE_DATA_DIR=str(tmp_path)))
    assert "poll_seconds" in line


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_worker_on_sqlite_is_told_what_to_start_instead(database_url: str, tmp_path: Path) -> None:
    line = told_last(varde("worker", VARDE_DATABASE_URL=database_url, VARDE_DATA_DIR=str(tmp_path)))
    assert line == "varde worker: database_url: SQLite takes one process; `varde serve` does the work there"


@pytest.fixture
def taken_port() -> Any:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_serving_on_a_port_that_is_taken_is_told_with_the_way_out(
    taken_port: int, database_url: str, tmp_path: Path
) -> None:
    settings = {"VARDE_DATABASE_URL": database_url, "VARDE_DATA_DIR": str(tmp_path)}
    line = told_last(varde("serve", VARDE_PORT=str(taken_port), **settings))
    assert f"VARDE_PORT {taken_port}: another process listens there" in line


def test_a_web_process_serves_until_it_is_told_to_stop(database_url: str, tmp_path: Path) -> None:
    settings = {"VARDE_DATABASE_URL": database_url, "VARDE_DATA_DIR": str(tmp_path), "VARDE_PORT": "0"}
    with (tmp_path / "journal").open("w+") as journal:
        process = subprocess.Popen(
            [*VARDE, "serve"],
            stdout=subprocess.PIPE,
            stderr=journal,
            text=True,
            env={**os.environ, **settings},
        )
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("ready http://127.0.0.1:")
            process.terminate()
            assert process.wait(30) == 0
        finally:
            process.kill()
            process.communicate()
        journal.seek(0)
        assert all(json.loads(line)["at"] for line in journal)


# ---- sms ------------------------------------------------------------------------------------------


def test_sms_says_how_a_text_travels_and_what_it_costs(tmp_path: Path) -> None:
    priced = tmp_path / "varde.toml"
    priced.write_text('[sms]\nprice_per_part = "0.39"\n')
    plain = varde("sms", "Du har en melding fra Eksempel kommune.")
    assert plain.stdout.splitlines() == [
        "encoding    GSM-7",
        "characters  39",
        "segments    1",
        "price       not known: set price_per_part under [sms]",
    ]
    dear = varde("sms", "--json", "čálus " * 12, VARDE_CONFIG=str(priced))
    assert json.loads(dear.stdout) == {
        "encoding": "ucs2",
        "segments": 2,
        "characters": 71,
        "beyond_gsm7": "čá",
        "price": "0.78",
    }
