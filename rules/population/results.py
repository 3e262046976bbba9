"""What a sweep found, as a Parquet file; what has changed since another one; and a picture of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import ibis

from rules.population.files import PopulationFault
from rules.population.form import ANSWERS
from rules.population.sweep import Swept

_COMMON = ("rule", "subject", "answer")


def write(swept: Sequence[Swept], path: Path) -> None:
    """One file with a row for each rule and subject, and a column for each value any of the rules gives.

    A folder of files where Spark writes it. Raises PopulationFault where such a folder is there already.
    """
    if path.is_dir():
        raise PopulationFault(f"{path}: is a folder that is there already; give another name, or remove it")
    parts = [one.table.mutate(rule=ibis.literal(one.rule)) for one in swept]
    types: dict[str, Any] = {"rule": "string"}
    for part in parts:
        for name, kind in part.schema().items():
            types[name] = kind if types.get(name, kind) == kind else "string"
    types = {name: "float64" if str(kind) == "null" else kind for name, kind in types.items()}
    aligned = [
        part.select(
            **{
                name: part[name].cast(kind) if name in part.columns else ibis.null(kind)
                for name, kind in types.items()
            }
        )
        for part in parts
    ]
    beside = path.with_name(f"{path.name}.part")
    shutil.rmtree(beside, ignore_errors=True)  # of a sweep that was stopped
    (aligned[0] if len(aligned) == 1 else ibis.union(*aligned)).to_parquet(beside)
    if beside.is_dir():
        path.unlink(missing_ok=True)
    beside.replace(path)


def changes(backend: Any, earlier: Path, later: Path) -> Any:
    """Who has another answer or value: rule, subject, before, after; amounts within half an øre are the same.

    Raises PopulationFault for a file that is no sweep's.
    """
    one, other = (_opened(backend, path, name) for path, name in ((earlier, "earlier"), (later, "later")))
    values = [name for name in other.columns if name not in _COMMON and name in one.columns]
    renamed = one.rename({f"{name} before": name for name in one.columns})
    both = renamed.join(
        other,
        [renamed["rule before"] == other["rule"], renamed["subject before"] == other["subject"]],
        how="outer",
    )
    differs = both["answer before"].fill_null("") != both["answer"].fill_null("")
    for name in values:
        before, after = both[f"{name} before"], both[name]
        same = (before == after).fill_null(False) | (before.isnull() & after.isnull())
        if before.type().is_floating() and after.type().is_floating():
            same = same | ((before - after).abs() < 0.005).fill_null(False)
        differs = differs | ~same
    return both.filter(differs).select(
        rule=ibis.coalesce(both["rule"], both["rule before"]),
        subject=ibis.coalesce(both["subject"], both["subject before"]),
        before=both["answer before"],
        after=both["answer"],
        **{f"{name} before": both[f"{name} before"] for name in values},
        **{name: both[name] for name in values},
    )


def _opened(backend: Any, path: Path, name: str) -> Any:
    if not path.exists():
        raise PopulationFault(f"{path}: no such file")
    try:
        table = backend.read_parquet(str(path), table_name=f"sweep_{name}")
    except Exception as error:
        raise PopulationFault(f"{path}: is no Parquet file that can be read: {error}") from None
    if missing := [name for name in _COMMON if name not in table.columns]:
        raise PopulationFault(f"{path}: is no sweep's file; it has no column '{missing[0]}'")
    return table


def plot(swept: Iterable[Swept], path: Path, title: str) -> None:
    """A bar for each rule: how many yes, undetermined and no. SVG, PNG or PDF by the file's name."""
    from matplotlib.figure import Figure  # takes a moment to load

    shown = list(swept)
    figure = Figure(figsize=(9, 1.6 + 0.5 * len(shown)), layout="constrained")
    axes = figure.subplots()
    names = [one.rule for one in shown]
    total = [sum(one.counts.values()) or 1 for one in shown]
    left = [0.0] * len(shown)
    # told apart without colours too: each answer has its own hatch
    for answer, colour, hatch in (
        ("yes", "#0062ba", ""),
        ("undetermined", "#f2b600", "//"),
        ("no", "#d2d5d8", ".."),
    ):
        widths = [100 * one.counts[answer] / of for one, of in zip(shown, total, strict=True)]
        axes.barh(names, widths, left=left, color=colour, hatch=hatch, edgecolor="white", label=answer)
        left = [begun + width for begun, width in zip(left, widths, strict=True)]
    for row, one in enumerate(shown):
        axes.text(101, row, f"{one.counts['yes']:,} yes".replace(",", " "), va="center", fontsize=9)
    axes.set_xlim(0, 100)
    axes.invert_yaxis()
    axes.set_xlabel("percent")
    axes.set_title(title, loc="left")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.legend(
        ncols=len(ANSWERS), loc="upper center", bbox_to_anchor=(0.5, -0.35 / (0.3 + 0.3 * len(shown)))
    )
    try:
        figure.savefig(path)
    except ValueError as error:
        raise PopulationFault(f"{path}: {error}") from None
