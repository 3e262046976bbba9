"""A made-up population: households with adults and children, incomes and kindergarten places, as Parquet files.

Nobody in it is real, and it is no statistics of anybody: shares and amounts are chosen to try rules on every side of
their limits. The same number and seed give the same people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

HOUSEHOLDS_AT_A_TIME = 200_000
PERSONS_A_HOUSEHOLD = 2.15
CHILDREN = (0.62, 0.16, 0.15, 0.055, 0.015)
"""The shares of households with no child, one, two …"""
PRICE, HALF_PRICE = 1200, 660
TODAY = date(2026, 9, 1)
_EPOCH = date(1970, 1, 1).toordinal()
_LISTED = pa.list_(pa.int64())

PERSON = pa.schema(
    [
        ("id", pa.int64()),
        ("birth_date", pa.date32()),
        ("assessed_income", pa.int64()),
        ("income_shielded", pa.bool_()),
        ("household", pa.int64()),
        ("guardians", _LISTED),
        ("cohabitant", pa.int64()),
        ("cohabitant.known", pa.bool_()),
        ("sibling_number", pa.int8()),
        ("kindergarten_place", pa.int64()),
        ("kindergarten_place.known", pa.bool_()),
    ]
)
HOUSEHOLD = pa.schema([("id", pa.int64()), ("adults", _LISTED)])
PLACE = pa.schema(
    [("id", pa.int64()), ("price", pa.int32()), ("weekly_hours", pa.int8()), ("starts_on", pa.date32())]
)
_SCHEMAS = {"person": PERSON, "household": HOUSEHOLD, "kindergarten_place": PLACE}


@dataclass
class _Numbers:
    """The next free numbers."""

    person: int = 1
    household: int = 1
    place: int = 1


def write_population(
    folder: Path, persons: int, seed: int = 1, progress: Callable[[int, int], None] = lambda done, of: None
) -> int:
    """Write about as many persons as asked for; how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    households = max(round(persons / PERSONS_A_HOUSEHOLD), 1)
    numbers = _Numbers()
    with ExitStack() as files:
        writers = {
            name: files.enter_context(
                pq.ParquetWriter(folder / f"{name}.parquet", schema, compression="zstd")
            )
            for name, schema in _SCHEMAS.items()
        }
        for part, begin in enumerate(range(0, households, HOUSEHOLDS_AT_A_TIME)):
            count = min(HOUSEHOLDS_AT_A_TIME, households - begin)
            for name, table in _part(np.random.default_rng([seed, part]), count, numbers):
                writers[name].write_table(table)
            progress(begin + count, households)
    return numbers.person - 1


def _part(chance: Any, count: int, numbers: _Numbers) -> Iterator[tuple[str, pa.Table]]:
    """Some households with those who live there: adults first, then children."""
    adults = np.where(chance.random(count) < 0.55, 2, 1)
    children = chance.choice(len(CHILDREN), size=count, p=CHILDREN)
    homes = numbers.household + np.arange(count)
    first_adult = numbers.person + np.concatenate([[0], np.cumsum(adults)[:-1]])
    grown, small = int(adults.sum()), int(children.sum())
    yield "household", pa.table([homes, _runs(first_adult, adults)], schema=HOUSEHOLD)
    yield (
        "person",
        _grown_ups(chance, np.repeat(homes, adults), np.repeat(children > 0, adults), numbers.person),
    )
    nth = np.arange(small) - np.repeat(np.cumsum(children) - children, children)
    born = _days_ago(chance.integers(0, 18 * 365, small))
    age = (np.datetime64(TODAY) - born).astype(int) / 365.25
    placed = (age >= 1) & (age < 5.7) & (chance.random(small) < 0.93)
    places = np.where(placed, numbers.place + np.cumsum(placed) - 1, -1)
    yield (
        "person",
        pa.table(
            [
                numbers.person + grown + np.arange(small),
                pa.array(born),
                pa.nulls(small, pa.int64()),
                pa.nulls(small, pa.bool_()),
                np.repeat(homes, children),
                _runs(np.repeat(first_adult, children), np.repeat(adults, children)),
                pa.nulls(small, pa.int64()),
                np.ones(small, bool),
                _nth_placed(nth, placed),
                pa.array(places, mask=~placed),
                np.ones(small, bool),
            ],
            schema=PERSON,
        ),
    )
    full = chance.random(int(placed.sum())) < 0.9
    yield (
        "kindergarten_place",
        pa.table(
            [
                numbers.place + np.arange(len(full)),
                pa.array(np.where(full, PRICE, HALF_PRICE), pa.int32()),
                pa.array(np.where(full, 45, 24), pa.int8()),
                pa.array(_days_ago(chance.integers(20, 900, len(full)))),
            ],
            schema=PLACE,
        ),
    )
    numbers.person += grown + small
    numbers.household += count
    numbers.place += len(full)


def _grown_ups(chance: Any, homes: Any, parents: Any, first: int) -> pa.Table:
    count = len(homes)
    years = np.where(parents, chance.integers(22, 52, count), chance.integers(19, 95, count))
    income = np.round(chance.lognormal(12.7, 0.7, count)).astype(np.int64)
    income[chance.random(count) < 0.05] = 0
    # one in a thousand right at a limit: 11 months of the highest price are 6 percent of it
    at_limit = chance.random(count) < 0.001
    income[at_limit] = PRICE * 11 * 100 // 6 + chance.integers(-1, 2, int(at_limit.sum()))
    return pa.table(
        [
            first + np.arange(count),
            pa.array(_days_ago(years * 365 + chance.integers(0, 365, count))),
            pa.array(income, mask=chance.random(count) < 0.03),
            chance.random(count) < 0.003,
            homes,
            pa.nulls(count, _LISTED),
            pa.nulls(count, pa.int64()),
            np.ones(count, bool),
            pa.nulls(count, pa.int8()),
            pa.nulls(count, pa.int64()),
            np.ones(count, bool),
        ],
        schema=PERSON,
    )


def _days_ago(days: Any) -> Any:
    return np.datetime64(TODAY) - days.astype("timedelta64[D]")


def _runs(first: Any, lengths: Any) -> pa.ListArray:
    """Lists of numbers that follow each other: of the first adult and those after."""
    ends = np.cumsum(lengths)
    starts = np.concatenate([[0], ends]).astype(np.int32)
    values = (
        np.repeat(first, lengths)
        + np.arange(int(ends[-1]) if len(ends) else 0)
        - np.repeat(starts[:-1], lengths)
    )
    return pa.ListArray.from_arrays(pa.array(starts, pa.int32()), pa.array(values, pa.int64()))


def _nth_placed(nth: Any, placed: Any) -> pa.Array:
    """Which of its siblings in kindergarten a child is; nothing for one without a place."""
    begins = np.flatnonzero(nth == 0)
    counted = np.cumsum(placed)
    before = np.zeros(len(nth), dtype=np.int64)
    if len(begins):
        lengths = np.diff(np.append(begins, len(nth)))
        before = np.repeat(counted[begins] - placed[begins], lengths)
    return pa.array(counted - before, pa.int8(), mask=~placed)
