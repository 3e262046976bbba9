"""All that is held about a person, to take away: as JSON, as CSV (one file a kind), or to read."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assistant.casework.invoice import safe_cell
from assistant.mydata.kinds import KINDS, LEFT_OUT, WITHHELD, Row
from assistant.mydata.mine import Holder, Mine, facts_about
from assistant.processes import Processes
from assistant.store import Transaction
from assistant.store.columns import to_json
from assistant.store.tables import determination
from assistant.twin import Fact

FORMAT = "varde-my-data-1"
OF_CHILDREN = ("facts", "determinations")
"""What a parent's export holds of a child: what they see on the page. The rest is the child's own export."""


@dataclass(frozen=True)
class Held:
    """Rows of every kind about one holder. `name` is empty for the person themself."""

    holder: Holder
    kinds: Mapping[str, Sequence[Row]]


async def everything(tx: Transaction, processes: Processes, found: Mine) -> tuple[Held, ...]:
    """All there is about the person, and what they may see of their children; the caller logs the reading."""
    made = []
    for holder in found.holders:
        if holder.own:
            kinds = {
                kind.name: [
                    kind.shape(row, holder.id, found.ids) for row in await tx.all(kind.rows(holder.id))
                ]
                for kind in KINDS
            }
            things = [
                one for one in await facts_about(tx, processes, found, holder) if one.subject_id != holder.id
            ]
            kinds["facts"] += [_plain(one) for one in things]
        else:
            kinds = await _of_child(tx, processes, found, holder)
        made.append(Held(holder, kinds))
    return tuple(made)


async def _of_child(
    tx: Transaction, processes: Processes, found: Mine, holder: Holder
) -> dict[str, list[Row]]:
    facts = [_plain(one) for one in await facts_about(tx, processes, found, holder)]
    kind = next(one for one in KINDS if one.name == "determinations")
    rows = await tx.all(kind.rows(holder.id).where(determination.c.current))
    readable = [row for row in rows if found.may_read_rule(processes, row["rule"], holder.id)]
    return {"facts": facts, "determinations": [kind.shape(row, holder.id, found.ids) for row in readable]}


def _plain(fact: Fact) -> Row:
    return {
        "concept": fact.concept,
        "scope": fact.scope,
        "value": fact.value,
        "valid_from": fact.valid_from,
        "valid_to": fact.valid_to,
        "recorded_at": fact.recorded_at,
        "superseded_at": fact.superseded_at,
        "source": fact.source,
        "basis": fact.basis,
        "detail": dict(fact.detail),
        "names_another": fact.object_id is not None,
    }


def as_json(held: Sequence[Held], usage: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The export for machines; the usage log in it is the one `varde usage verify` checks."""
    own = next(one for one in held if one.holder.own)
    return {
        "format": FORMAT,
        "exported_at": now,
        "subject": own.holder.id,
        "left_out": left_out(),
        "me": own.kinds,
        "children": [{"name": one.holder.name, **one.kinds} for one in held if not one.holder.own],
        "usage_log": usage,
    }


def as_csv_files(held: Sequence[Held], usage: Mapping[str, Any]) -> dict[str, str]:
    """File name → CSV (RFC 4180, UTF-8), a heading row first; values that are no scalar stand as JSON."""
    rows: dict[str, list[Row]] = {}
    for one in held:
        for kind, found in one.kinds.items():
            rows.setdefault(kind, []).extend({"about": one.holder.name or "me", **row} for row in found)
    rows["usage_log"] = list(usage["entries"])
    rows["left_out"] = left_out()
    return {f"{kind}.csv": _csv(found) for kind, found in rows.items() if found}


def left_out() -> list[Row]:
    """What an export does not hold, by kind, and why; the same in every export."""
    return [{"kind": kind, "why": why} for kind, why in {**WITHHELD, **LEFT_OUT}.items()]


def _csv(rows: Sequence[Row]) -> str:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([safe_cell(cell(row.get(column))) for column in columns])
    return out.getvalue()


def cell(value: Any) -> str:
    """A value in a cell: text as it is, nothing for null, all else as JSON has it.

    >>> cell(None), cell("a"), cell(True), cell({"b": 1})
    ('', 'a', 'true', '{"b":1}')
    """
    if value is None:
        return ""
    return value if isinstance(value, str) else to_json(value).strip('"')


def zipped(files: Mapping[str, str], now: datetime) -> bytes:
    """The files in one archive, with the moment of the export as their time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            made = zipfile.ZipInfo(name, now.timetuple()[:6])
            made.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(made, "\ufeff" + text)
    return out.getvalue()
