"""`varde population` and `varde sweep`, as they are typed."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from long_runs import share_of

from assistant.cli import main


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    folder = tmp_path_factory.mktemp("people")
    assert main(["population", "--persons", "4000", "--out", str(folder), "--seed", "7"]) == 0
    return folder


def swept(capsys, *arguments):
    capsys.readouterr()
    assert main(["sweep", *map(str, arguments), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_same_seed_gives_the_same_people(people, tmp_path):
    assert main(["population", "--persons", "4000", "--out", str(tmp_path), "--seed", "7"]) == 0
    for name in ("person", "household", "kindergarten_place"):
        assert pq.read_table(tmp_path / f"{name}.parquet") == pq.read_table(people / f"{name}.parquet")


def test_every_rule_is_swept_and_everybody_counted(people, capsys):
    told = swept(capsys, people, "--on", "2026-09-01")
    persons = pq.read_metadata(people / "person.parquet").num_rows
    assert len(told["rules"]) >= 4
    for row in told["rules"]:
        assert row["yes"] + row["no"] + row["undetermined"] == persons
        # a leisure card is what a municipality may offer; by default none does
        assert row["yes"] > 0 or row["rule"] == "school.leisure_card"
        assert row["exact"] < persons / 10, "few are judged one by one"


def test_who_has_changed_on_the_first_of_august_is_told_and_written(people, tmp_path, capsys):
    before, after, changed = (tmp_path / f"{name}.parquet" for name in ("before", "after", "changed"))
    swept(capsys, people, "--on", "2026-07-31", "--out", before, "--rule", "kindergarten.core_time")
    told = swept(
        capsys, people, "--on", "2026-08-01", "--rule", "kindergarten.core_time",
        "--out", after, "--since", before, "--changes", changed,
    )  # fmt: skip
    rows = pq.read_table(changed).to_pylist()
    assert sum(row["count"] for row in told["changed"]) == len(rows) > 0
    assert {"before", "after", "rule", "subject"} <= set(rows[0])
    assert (
        swept(capsys, people, "--on", "2026-08-01", "--since", after, "--rule", "kindergarten.core_time")[
            "changed"
        ]
        == []
    )


def test_the_answers_are_drawn(people, tmp_path, capsys):
    picture = tmp_path / "answers.svg"
    swept(capsys, people, "--on", "2026-09-01", "--rule", "kindergarten.reduced_fee", "--plot", picture)
    assert "kindergarten.reduced_fee" in picture.read_text() or picture.stat().st_size > 5000


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--rule", "kindergarten.free"], "--rule kindergarten.free: no such rule; there are "),
        (["--settings", "{"], "--settings: is not JSON"),
        (["--changes", "x.parquet"], "--changes needs --since FILE"),
        (["--since", "nowhere.parquet"], "nowhere.parquet: no such file"),
        (["--plot", "answers.txt"], "answers.txt"),
        (["--out", "."], "is a folder that is there already"),
        (["--memory", "4MB"], "--memory 4MB: is too little for these files"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(people, arguments, said, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert main(["sweep", str(people), "--on", "2026-09-01", *arguments]) != 0
    error = capsys.readouterr().err
    assert said in error
    assert len(error.strip().splitlines()) == 1


def test_the_commands_of_the_documentation_do_what_it_says(tmp_path, monkeypatch, capsys):
    page = (Path(__file__).parents[3] / "docs" / "population.md").read_text(encoding="utf-8")
    commands = [
        line.split("#")[0].split()[1:] for line in page.splitlines() if line.startswith(".venv/bin/varde")
    ]
    assert [command[0] for command in commands] == ["population", "sweep", "sweep"]
    monkeypatch.chdir(tmp_path)
    for command in commands:
        assert main(command) == 0, command
    said = capsys.readouterr().out
    assert "changed: " in said
    assert (tmp_path / "august.svg").stat().st_size > 5000


@pytest.mark.long
def test_a_whole_nation_is_judged_in_the_memory_that_is_said(tmp_path, capsys):
    assert main(["population", "--persons", str(share_of(5_600_000)), "--out", str(tmp_path)]) == 0
    told = swept(capsys, tmp_path, "--on", "2026-09-01", "--out", tmp_path / "sweep.parquet")
    persons = pq.read_metadata(tmp_path / "person.parquet").num_rows
    assert pq.read_metadata(tmp_path / "sweep.parquet").num_rows == persons * len(told["rules"])


@pytest.mark.long
@pytest.mark.filterwarnings("default")  # Spark's own
def test_spark_says_the_same(people, tmp_path, capsys):
    pytest.importorskip("pyspark", reason="NOT RUN: Spark is not installed (pip install pyspark, and Java)")
    written = {}
    for engine in ("duckdb", "spark"):
        out, before = tmp_path / engine, tmp_path / f"{engine} before"
        swept(capsys, people, "--on", "2023-07-31", "--out", before, "--engine", engine)
        told = swept(
            capsys, people, "--on", "2026-09-01", "--out", out, "--since", before, "--engine", engine
        )
        rows = sorted(pq.read_table(out).to_pylist(), key=lambda row: (row["rule"], row["subject"]))
        written[engine] = (rows, told["changed"])
    assert written["spark"][1], "somebody has changed"
    assert written["spark"] == written["duckdb"]


def test_an_empty_folder_is_no_population(tmp_path, capsys):
    assert main(["sweep", str(tmp_path), "--on", "2026-09-01"]) != 0
    assert "no file of a population" in capsys.readouterr().err
