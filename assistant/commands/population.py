"""`varde population` and `varde sweep`: a made-up population, and every rule for everybody in it."""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.commands.arguments import CommandFault, Groups, a_date, command

if TYPE_CHECKING:
    from rules import Catalogue

MEMORY = "400MB"
"""What DuckDB may hold before it goes on on disk."""


def add(groups: Groups) -> None:
    population = command(
        groups,
        "population",
        _population,
        does="write a made-up population as Parquet files, one a subject type",
        example="varde population --persons 10000 --out people",
    )
    population.add_argument("--persons", required=True, type=_a_number, metavar="N", help="about how many")
    population.add_argument("--out", required=True, metavar="DIR", help="the folder to write to")
    population.add_argument(
        "--seed", type=int, default=1, metavar="S", help="the same seed gives the same people"
    )
    sweep = command(
        groups,
        "sweep",
        _sweep,
        does="judge every rule for everybody in a population",
        example="varde sweep people --on 2026-09-01 --out sweep.parquet",
    )
    sweep.add_argument("folder", metavar="DIR", help="the population's Parquet files")
    sweep.add_argument("--on", required=True, type=a_date, metavar="DATE", help="the day")
    sweep.add_argument(
        "--rule", action="append", default=[], metavar="ID", help="only this rule; may be repeated"
    )
    sweep.add_argument("--settings", default="{}", metavar="JSON", help="the municipality's settings")
    sweep.add_argument(
        "--engine", choices=("duckdb", "spark"), default="duckdb", help="what runs it (duckdb)"
    )
    sweep.add_argument(
        "--memory", type=_a_size, default=MEMORY, metavar="SIZE",
        help=f"what DuckDB may use before it goes on on disk ({MEMORY})",
    )  # fmt: skip
    sweep.add_argument("--out", metavar="FILE", help="write each answer and value as Parquet")
    sweep.add_argument("--since", metavar="FILE", help="tell who has changed since the sweep of this file")
    sweep.add_argument("--changes", metavar="FILE", help="write who has changed as Parquet")
    sweep.add_argument("--plot", metavar="FILE", help="draw the answers: .svg, .png or .pdf")
    sweep.add_argument("--json", action="store_true", help="print the counts for a machine")


def _a_number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 50_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of persons: give 1 to 50000000")
    return int(text)


def _a_size(text: str) -> str:
    if not re.fullmatch(r"[1-9][0-9]{0,5}[MG]B", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"{text!r} is no size: give it as 400MB or 2GB")
    return text


@contextmanager
def _installed() -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as lacking:
        raise CommandFault(
            f"judging a population needs {lacking.name}, which is not installed: "
            "run `make population`, or `pip install 'varde[population]'`"
        ) from None


def _population(given: argparse.Namespace) -> int:
    with _installed():
        from rules.population.made_up import write_population
    with _progress() as bar:
        count = write_population(Path(given.out), given.persons, given.seed, bar("households"))
    print(f"{count} persons in {given.out}")
    return 0


def _sweep(given: argparse.Namespace) -> int:
    with _installed():
        from duckdb import OutOfMemoryException

        from rules.population.files import Population, PopulationFault
        from rules.population.results import changes, plot, write
        from rules.population.sweep import sweep
    from rules import Catalogue

    if given.changes and not given.since:
        raise CommandFault("--changes needs --since FILE: the sweep to compare with")
    catalogue = Catalogue.load()
    chosen = given.rule or sorted(catalogue.rules)
    for name in chosen:
        if name not in catalogue.rules:
            raise CommandFault(f"--rule {name}: no such rule; there are {', '.join(sorted(catalogue.rules))}")
    try:
        settings = json.loads(given.settings)
    except ValueError as fault:
        raise CommandFault(f"--settings: is not JSON: {fault}") from None
    with tempfile.TemporaryDirectory(prefix="varde-sweep-") as scratch, _progress() as bar:
        try:
            backend = _backend(given, Path(scratch))
            population = Population(Path(given.folder), catalogue.model, backend)
            lacking = {} if given.rule else _lacking(catalogue, population)
            chosen = [name for name in chosen if name not in lacking]
            swept = []
            for name in chosen:
                swept.append(
                    sweep(catalogue.rules[name], given.on, population, settings, catalogue, bar(name))
                )
            out = Path(given.out) if given.out else Path(scratch) / "sweep.parquet"
            if given.out or given.since:
                write(swept, out)
            changed = changes(backend, Path(given.since), out) if given.since else None
            if given.plot:
                plot(swept, Path(given.plot), f"What the rules say on {given.on}")
            told = None if changed is None else _told_changes(changed, given.changes)
        except PopulationFault as fault:
            raise CommandFault(str(fault)) from None
        except OutOfMemoryException:
            raise CommandFault(
                f"--memory {given.memory}: is too little for these files, on disk too: give more"
            ) from None
    print(_as_json(swept, told) if given.json else _as_text(swept, told))
    for name, what in lacking.items():
        print(f"{name}: not judged, for {given.folder} has no {what}", file=sys.stderr)
    return 0


def _lacking(catalogue: Catalogue, population: Any) -> dict[str, str]:
    """The rules the files have too little for, each with what is lacking: they would be open for everybody."""
    found = {
        name: population.lacks(rule.about, catalogue.paths(name), rule.condition_paths)
        for name, rule in sorted(catalogue.rules.items())
    }
    return {name: what for name, what in found.items() if what}


def _backend(given: argparse.Namespace, scratch: Path) -> Any:
    import ibis

    if given.engine == "spark":
        try:
            from pyspark.sql import SparkSession
        except ModuleNotFoundError:
            raise CommandFault("--engine spark needs pyspark and Java: pip install pyspark") from None
        session = (
            SparkSession.builder.appName("varde sweep").config("spark.ui.enabled", "false").getOrCreate()
        )
        session.sparkContext.setLogLevel("ERROR")
        return ibis.pyspark.connect(session)
    return ibis.duckdb.connect(memory_limit=given.memory, temp_directory=str(scratch))


def _told_changes(changed: Any, path: str | None) -> list[dict[str, Any]]:
    """How many went from which answer to which."""
    if path:
        changed.to_parquet(path)
    counted = changed.group_by(["rule", "before", "after"]).agg(count=changed.count())
    found: list[dict[str, Any]] = counted.order_by(["rule", "before", "after"]).to_pyarrow().to_pylist()
    return found


def _as_json(swept: list[Any], changed: list[dict[str, Any]] | None) -> str:
    rows = [
        {"rule": one.rule, **one.counts, "exact": one.exact, "seconds": round(one.seconds, 3), "why": one.why}
        for one in swept
    ]
    return json.dumps({"rules": rows, **({} if changed is None else {"changed": changed})})


def _as_text(swept: list[Any], changed: list[dict[str, Any]] | None) -> str:
    width = max(len(one.rule) for one in swept)
    lines = [f"{'':{width}}  {'yes':>10} {'no':>10} {'undetermined':>12} {'one by one':>10} {'seconds':>8}"]
    for one in swept:
        counts = one.counts
        lines.append(
            f"{one.rule:{width}}  {counts['yes']:>10} {counts['no']:>10} {counts['undetermined']:>12} "
            f"{one.exact:>10} {one.seconds:>8.2f}"
        )
        if one.why:
            lines.append(f"{'':{width}}  one by one, for it has no column form: {one.why}")
    if changed is not None:
        lines.append("")
        lines.append(f"changed: {sum(row['count'] for row in changed)}")
        for row in changed:
            before, after = row["before"] or "not there", row["after"] or "not there"
            what = f"{before}, another value" if before == after else f"{before} -> {after}"
            lines.append(f"{row['rule']:{width}}  {row['count']:>10}  {what}")
    return "\n".join(lines)


@contextmanager
def _progress() -> Iterator[Any]:
    """Bars on standard error, where somebody is there to look."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as shown:

        def bar(what: str) -> Any:
            task = shown.add_task(what, total=None)
            return lambda *done: shown.update(task, completed=done[-2], total=done[-1])

        yield bar
