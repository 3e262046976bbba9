"""What `varde rules check` and `varde determine` do, as functions: arguments in, text out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from rules.catalogue_loader import DEFAULT_ROOT, Catalogue
from rules.checking import Report, check
from rules.determination import Determination
from rules.evaluation import determine
from rules.faults import Fault, RuleFault
from rules.model import FactFault
from rules.rule import Rule
from rules.rule_file import load_rule

MAX_JSON_BYTES = 4_000_000


class CommandFault(ValueError):
    """The command cannot be carried out as given; the text names the thing, the value and the way out."""


def rules_check(paths: Iterable[str]) -> Report:
    """`varde rules check [PATH…]`: print the faults one a line, then `str(report)`; exit 1 on any fault."""
    return check([Path(path) for path in paths])


def determine_json(
    rule: str,
    on: str,
    facts: str,
    settings: str = "{}",
    *,
    facts_name: str = "facts",
    root: Path = DEFAULT_ROOT,
) -> str:
    """`varde determine RULE --on DATE --facts FILE [--settings JSON]`: the determination as JSON text.

    `rule` is a catalogue id or a path to a rule file; `facts` and `settings` are JSON texts; `facts_name` is
    what the facts are called in messages (the file's name, or 'stdin'). Raises `CommandFault`, `RuleFault` or
    `FactFault`, each of whose text is fit for standard error.
    """
    day = _day(on)
    given = read_json(facts, facts_name)
    chosen = read_json(settings, "--settings")
    if not isinstance(chosen, Mapping):
        raise CommandFault(
            f'--settings: a JSON object is needed, as in \'{{"zone": "normal"}}\', not {settings!r}'
        )
    catalogue = Catalogue.load_what_holds(root)
    found, catalogue = find_rule(rule, catalogue)
    try:
        return as_json_text(determine(found, day, given, chosen, catalogue))
    except FactFault as fault:
        raise FactFault(f"{facts_name}: {fault}") from None


def find_rule(name: str, catalogue: Catalogue) -> tuple[Rule, Catalogue]:
    """The rule of an id or file, and the catalogue with it in. Raises `CommandFault` or `RuleFault`."""
    path = Path(name)
    if not (path.suffix in (".yaml", ".yml") or path.exists() or "/" in name):
        if name not in catalogue.rules and (faults := [f for f in catalogue.faults if f.message]):
            raise RuleFault([*faults])
        return catalogue.rule(name), catalogue
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise RuleFault([Fault(name, 0, f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError:
        raise RuleFault([Fault(name, 0, "cannot be read: not UTF-8 text")]) from None
    rule = load_rule(text, name, catalogue.model)
    return rule, catalogue.with_rule(rule)


def read_json(text: str, name: str) -> Any:
    """JSON with exact numbers; a key given twice, NaN, too large a text: refused. Raises `CommandFault`."""
    if len(text) > MAX_JSON_BYTES:
        raise CommandFault(f"{name}: larger than {MAX_JSON_BYTES:,} characters")
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise CommandFault(f"{name}:{error.lineno}: not valid JSON: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise CommandFault(f"{name}: not valid JSON: {error}") from None


def as_json_text(determination: Determination) -> str:
    """A determination as JSON: dates as ISO text, decimals as JSON numbers with every digit they have."""
    return _written(determination.as_json(), "")


def _written(value: Any, indent: str) -> str:
    """JSON text, two spaces a level. Our own, because json cannot write a Decimal as an exact number."""
    inner = indent + "  "
    if isinstance(value, Mapping):
        entries = [
            f"{inner}{json.dumps(str(k), ensure_ascii=False)}: {_written(v, inner)}" for k, v in value.items()
        ]
        return "{\n" + ",\n".join(entries) + f"\n{indent}}}" if entries else "{}"
    if isinstance(value, list | tuple):
        items = [inner + _written(item, inner) for item in value]
        return "[\n" + ",\n".join(items) + f"\n{indent}]" if items else "[]"
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, date | datetime):
        return json.dumps(value.isoformat())
    if value is None or isinstance(value, bool | int | str):
        return json.dumps(value, ensure_ascii=False)
    return json.dumps(str(value), ensure_ascii=False)


def _number(value: Decimal) -> str:
    """1636, 0.06: every digit, no zeros after the last decimal, an exponent only for the very large or small."""
    if not -40 < value.adjusted() < 40:
        return str(value)
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _day(text: str) -> date:
    try:
        if len(text) != len("2024-08-01"):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise CommandFault(f"--on: '{text}' is not a date; write year-month-day as in 2024-09-01") from None


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is no JSON number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"'{twice}' is given twice")
    return made
