"""What `varde rules check` and `varde determine` do, as functions: arguments in, text out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from rules.canonical_json import scalar
from rules.catalogue_loader import DEFAULT_ROOT, Catalogue
from rules.checking import Report, check, chosen
from rules.counterfactual import Goal, suggestions
from rules.counterfactual_wording import phrase
from rules.decision_record import decision_record
from rules.determination import Determination
from rules.evaluation import determine
from rules.explanation import explain, sentences
from rules.faults import Fault, RuleFault
from rules.model import FactFault
from rules.rule import Rule
from rules.rule_file import load_rule
from rules.suggested_text import as_yaml
from rules.suggesting import suggested_tests
from rules.timeline import PeriodFault, timeline
from rules.turn_wording import coming_sentence, stretch_sentences
from rules.wording import LANGUAGES

MAX_JSON_BYTES = 4_000_000
_GOAL = re.compile(r"\s*([a-z_][a-z0-9_]*)\s*(<=|>=)\s*(-?[0-9]{1,15}(?:\.[0-9]{1,10})?)\s*", re.ASCII)


class CommandFault(ValueError):
    """The command cannot be carried out as given; the text names the thing, the value and the way out."""


def rules_check(paths: Iterable[str]) -> Report:
    """`varde rules check [PATH…]`: print the faults one a line, then `str(report)`; exit 1 on any fault."""
    return check([Path(path) for path in paths])


def suggested_tests_text(paths: Iterable[str]) -> tuple[str, tuple[Fault, ...]]:
    """`varde rules check --suggest-tests [PATH…]`: tests to put into the files, and faults of what cannot be read."""
    found = chosen([Path(path) for path in paths])
    written = (as_yaml(rule, suggested_tests(rule, found.catalogue)) for rule in found.rules)
    return "\n".join(text for text in written if text), tuple(sorted(set(found.faults)))


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
    with _asking(rule, on, facts, settings, facts_name, root) as asked:
        return as_json_text(asked.determination())


def timeline_json(
    rule: str,
    on: str,
    facts: str,
    settings: str = "{}",
    *,
    first: str,
    until: str,
    facts_name: str = "facts",
    root: Path = DEFAULT_ROOT,
) -> str:
    """`varde determine … --timeline FROM TO`: the stretches of the days [FROM, TO), as JSON text."""
    start, end = _day(first, "--timeline"), _day(until, "--timeline")
    with _asking(rule, on, facts, settings, facts_name, root) as asked:
        try:
            line = timeline(
                asked.rule,
                start,
                end,
                asked.given,
                asked.settings,
                asked.catalogue,
                known_on=asked.on,
            )
        except PeriodFault as fault:
            raise CommandFault(f"--timeline: {fault}") from None
        told = line.as_json()
        for stretch, found in zip(told["stretches"], line.stretches, strict=True):
            stretch["text"] = {language: stretch_sentences(found, language) for language in LANGUAGES}
        for law, coming in zip(told["coming"], line.coming, strict=True):
            law["text"] = {language: coming_sentence(coming, language) for language in LANGUAGES}
        return _written(told, "")


def what_if_json(
    rule: str,
    on: str,
    facts: str,
    settings: str = "{}",
    *,
    goal: str = "",
    facts_name: str = "facts",
    root: Path = DEFAULT_ROOT,
) -> str:
    """`varde determine … --what-if [GOAL]`: what would have to be different for a yes, or for a value, as JSON text.

    `goal` is a value of the outcome with a bound, as in 'monthly_fee<=1000'; empty: a yes.
    """
    wanted = _goal(goal)
    with _asking(rule, on, facts, settings, facts_name, root) as asked:
        found = suggestions(asked.rule, asked.on, asked.given, asked.settings, asked.catalogue, goal=wanted)
        now = asked.determination()
        told = {
            "rule": now.rule,
            "answer": now.answer,
            "values": now.values,
            "suggestions": [
                one.as_json() | {"text": {language: phrase(one, language) for language in LANGUAGES}}
                for one in found
            ],
        }
        return _written(told, "")


def explain_text(
    rule: str,
    on: str,
    facts: str,
    settings: str = "{}",
    *,
    language: str,
    as_json: bool = False,
    facts_name: str = "facts",
    root: Path = DEFAULT_ROOT,
) -> str:
    """`varde determine … --explain LANG`: why, a sentence a line; or as JSON text with the decision record."""
    known_language(language, "--explain")
    with _asking(rule, on, facts, settings, facts_name, root) as asked:
        found = asked.determination()
        explanation = explain(found, asked.rule, asked.catalogue.rules)
        said = sentences(explanation, language)
        if not as_json:
            return "\n".join(said)
        record = decision_record(found, asked.rule)
        return _written(explanation.as_json() | {"sentences": said, "record": record}, "")


def known_language(language: str, option: str) -> str:
    """A language we write. Raises `CommandFault` naming those there are."""
    if language not in LANGUAGES:
        raise CommandFault(f"{option}: '{language}' is no language we write: use {', '.join(LANGUAGES)}")
    return language


@dataclass(frozen=True)
class _Question:
    """What the command line asks: a rule, a day, facts and settings, read and found."""

    rule: Rule
    on: date
    given: Any
    settings: Mapping[str, Any]
    catalogue: Catalogue

    def determination(self) -> Determination:
        return determine(self.rule, self.on, self.given, self.settings, self.catalogue)


@contextmanager
def _asking(
    rule: str, on: str, facts: str, settings: str, facts_name: str, root: Path
) -> Iterator[_Question]:
    """The question as given; what is wrong with the facts is told with their name. Raises `CommandFault`."""
    day = _day(on)
    given = read_json(facts, facts_name)
    chosen = read_json(settings, "--settings")
    if not isinstance(chosen, Mapping):
        raise CommandFault(
            f'--settings: a JSON object is needed, as in \'{{"zone": "normal"}}\', not {settings!r}'
        )
    found, catalogue = find_rule(rule, Catalogue.load_what_holds(root))
    try:
        yield _Question(found, day, given, chosen, catalogue)
    except FactFault as fault:
        raise FactFault(f"{facts_name}: {fault}") from None


def _goal(text: str) -> Goal | None:
    if not text:
        return None
    found = _GOAL.fullmatch(text)
    if found is None:
        raise CommandFault(
            f"--what-if: '{text}' is no goal; write a value and a bound, as in 'monthly_fee<=1000'"
        )
    return Goal(found[1], "<=" if found[2] == "<=" else ">=", Decimal(found[3]))


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
    return scalar(value)


def _day(text: str, name: str = "--on") -> date:
    try:
        if len(text) != len("2024-08-01"):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise CommandFault(f"{name}: '{text}' is not a date; write year-month-day as in 2024-09-01") from None


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is no JSON number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"'{twice}' is given twice")
    return made
