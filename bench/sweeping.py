"""The same rule for a million families at once, adults in a table of their own: by hand and by `varde sweep`.

Each engine reads Parquet files and leaves an answer a family in a table, in a process of its own. What they find is
compared before any time counts. Run by `bench.running`; writes one line of JSON.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parent.parent
DAY = date(2025, 3, 1)
FAMILIES = 1_000_000
MEMORY = "250MB"
Found = tuple[int, int, float]
"""How many families, how many are entitled, and all fees together."""


@dataclass(frozen=True)
class Sweep:
    """One engine: seconds of each run, and the most memory of its process."""

    engine: str
    note: str
    seconds: tuple[float, ...]
    memory_mb: float


def write_families(folder: Path, count: int) -> None:
    """The same families twice: as subjects that refer to each other, and with the family's number on each adult."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    chance = np.random.default_rng(11)
    born = np.datetime64(DAY) - chance.integers(0, 10 * 365, count).astype("timedelta64[D]")
    order = chance.choice([1, 2, 3, 4], count, p=[0.6, 0.28, 0.09, 0.03]).astype(np.int8)
    adults = np.where(chance.random(count) < 0.75, 2, 1)
    income = np.round(chance.lognormal(12.65, 0.65, int(adults.sum()))).astype(np.int64)
    family = np.arange(count)
    adult = np.arange(len(income))
    ends = np.concatenate([[0], np.cumsum(adults)]).astype(np.int32)
    child = {"id": family, "birth_date": pa.array(born), "sibling_order": order}
    tables = {
        "child": child,
        "adult": {"id": adult, "income": income},
        "family": {
            "id": family,
            "child": family,
            "adults": pa.ListArray.from_arrays(pa.array(ends), pa.array(adult)),
        },
        "hand_children": child,
        "hand_adults": {"family": np.repeat(family, adults), "income": income},
    }
    for name, columns in tables.items():
        pq.write_table(pa.table(columns), folder / f"{name}.parquet")


def polars_by_hand(folder: Path) -> Found:
    import polars as pl

    price = 2000.0
    incomes = pl.scan_parquet(folder / "hand_adults.parquet").group_by("family").agg(pl.col("income").sum())
    years = (DAY.year - pl.col("birth_date").dt.year()) - (
        pl.lit(DAY.month * 100 + DAY.day)
        < pl.col("birth_date").dt.month().cast(pl.Int32) * 100 + pl.col("birth_date").dt.day()
    ).cast(pl.Int32)
    cap = pl.col("income") * 0.06 / 11
    factor = (
        pl.when(pl.col("sibling_order") == 1)
        .then(1.0)
        .when(pl.col("sibling_order") == 2)
        .then(0.7)
        .otherwise(0.0)
    )
    made = (
        pl.scan_parquet(folder / "hand_children.parquet")
        .join(incomes, left_on="id", right_on="family", how="left")
        .with_columns(of_age=years.is_between(1, 5), cap=cap, factor=factor)
        .select(
            "id",
            fee=pl.when("of_age")
            .then(pl.min_horizontal(pl.lit(price), pl.col("cap")) * pl.col("factor"))
            .otherwise(0.0),
            entitled=pl.col("of_age") & (pl.col("cap") < price),
        )
        .collect()
    )
    return made.height, int(made["entitled"].sum()), float(made["fee"].sum())


def duckdb_by_hand(folder: Path) -> Found:
    import duckdb

    connection = duckdb.connect()
    connection.execute(
        f"""create temp table made as
        with incomes as (select family, sum(income)::double * 0.06 / 11 as cap
                         from '{folder}/hand_adults.parquet' group by family),
             families as (select id, datesub('year', birth_date, date '{DAY}') between 1 and 5 as of_age, cap,
                                 case sibling_order when 1 then 1.0 when 2 then 0.7 else 0.0 end::double as factor
                          from '{folder}/hand_children.parquet' left join incomes on id = family)
        select id, case when of_age then least(2000.0, cap) * factor else 0 end as fee,
               of_age and cap < 2000 as entitled from families"""  # noqa: S608  # our own folder
    )
    row = connection.execute("select count(*), sum(entitled::int), sum(fee) from made").fetchone()
    assert row is not None
    return int(row[0]), int(row[1]), float(row[2])


def varde_sweep(folder: Path) -> Found:
    import ibis

    from bench.engines.varde_plain import family_fee
    from rules.population.files import Population
    from rules.population.sweep import sweep

    rule = family_fee()
    backend = ibis.duckdb.connect(memory_limit=MEMORY, temp_directory=str(folder))
    table = sweep(rule, DAY, Population(folder, rule.model, backend)).table
    found = table.aggregate(n=table.count(), entitled=table.entitled.cast("int").sum(), fee=table.fee.sum())
    row = found.to_pyarrow().to_pylist()[0]
    return int(row["n"]), int(row["entitled"]), float(row["fee"])


ENGINES: dict[str, tuple[str, str, Callable[[Path], Found]]] = {
    "polars_by_hand": ("polars", "polars by hand, floating point, nothing unknown", polars_by_hand),
    "duckdb_by_hand": ("duckdb", "DuckDB SQL by hand, floating point, nothing unknown", duckdb_by_hand),
    "varde_sweep": ("ibis", "varde sweep: unknowns kept, borderline rows exact", varde_sweep),
}


def sweeps(count: int, turns: int, tell: Callable[[str], None]) -> tuple[Sweep, ...]:
    """Each engine `turns` times, turn about. Raises ValueError where they do not find the same."""
    heard: dict[str, list[dict[str, Any]]] = {}
    with tempfile.TemporaryDirectory(prefix="varde-bench-") as made:
        write_families(Path(made), count)
        for turn in range(turns):
            for name in ENGINES:
                tell(f"{name}, {count} families, turn {turn + 1} of {turns}")
                heard.setdefault(name, []).append(_in_process_of_its_own(name, made))
    first = heard["duckdb_by_hand"][0]["found"]
    for name, runs in heard.items():
        for run in runs:
            if run["found"][:2] != first[:2] or abs(run["found"][2] - first[2]) > 1e-6 * first[2]:
                raise ValueError(f"{name} finds {run['found']}, and DuckDB by hand {first}")
    return tuple(
        Sweep(
            name,
            ENGINES[name][1],
            tuple(run["seconds"] for run in runs),
            max(run["memory_mb"] for run in runs),
        )
        for name, runs in heard.items()
    )


def _in_process_of_its_own(name: str, folder: str) -> dict[str, Any]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    asked = [sys.executable, "-m", "bench.sweeping", name, folder]
    done = subprocess.run(  # noqa: S603  # our own module
        asked, env=environment, capture_output=True, text=True, timeout=900, check=False
    )
    if done.returncode:
        raise ValueError(f"{name}: {(done.stderr.strip().splitlines() or ['no word of why'])[-1]}")
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


def as_text(found: tuple[Sweep, ...], count: int) -> str:
    best = min(median(one.seconds) for one in found if one.engine.endswith("by_hand"))
    rows = []
    for one in found:
        ratios = [seconds / best for seconds in one.seconds]
        rows.append(
            f"| {one.engine} | {median(ratios):.1f} ({min(ratios):.1f}–{max(ratios):.1f}) "
            f"| {median(one.seconds):.2f} | {one.memory_mb:.0f} | {one.note} |"
        )
    return "\n".join(
        [
            f"A sweep of {count} families, adults in a table of their own; times the faster of the two by hand.",
            "",
            "| engine | times the faster by hand (range) | seconds | memory MB | |",
            "|---|--:|--:|--:|---|",
            *rows,
        ]
    )


def _main() -> None:
    name, folder = sys.argv[1:]
    engine = ENGINES[name][2]
    __import__(ENGINES[name][0])  # what is imported is not counted; opening the files is
    began = time.perf_counter()
    found = engine(Path(folder))
    seconds = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"engine": name, "found": found, "seconds": seconds, "memory_mb": memory}))


if __name__ == "__main__":
    _main()
