"""The plain form of a rule: compiled once for a municipality's settings, then asked as often as there are people.

    reduced_fee = plain(catalogue.rules["kindergarten.reduced_fee"], {}, catalogue)
    answer, values = reduced_fee.determine(date(2024, 9, 1), {"child": {…}})

It gives the answer and values of `determine` and nothing else, and looks only at the facts it needs: a fault in a
fact that no answer depends on goes unseen. Where a fact it needs is unknown or is not as its concept says, and
where the rule uses what the generator has no text for, the closures answer in its place.
"""

from __future__ import annotations

import builtins
import decimal
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from rules.determination import Answer
from rules.evaluation import NO_SETTINGS, Rules, answered, exact_settings
from rules.feel import tree
from rules.feel.numbers import CONTEXT, finite
from rules.model import FactFault, InformationModel
from rules.plain import calls, given, loops
from rules.plain.body import Body, UsedRule
from rules.plain.expressions import exact, logical, value_of
from rules.plain.stretches import Stretches
from rules.plain.terms import Kind, NotPlain, Term
from rules.plain.writer import Writer
from rules.rule import Rule

_NODE_WRITERS = (calls, loops)  # importing them registers their nodes

Said = tuple[Answer, Mapping[str, Any]]
"""The answer, and the values by name: what a determination has as `answer` and `values`."""


@dataclass(frozen=True)
class Plain:
    """A rule's plain form. `determine(on, facts)` raises what `rules.determine` raises.

    `whole` says that there is a function; otherwise `why` says what the generator could not write, and the
    closures answer every time. `source` is the function's text, for those who want to see it.
    """

    rule: Rule
    whole: bool
    why: str
    source: str = field(repr=False)
    determine: Callable[[date, Mapping[str, Any]], Said] = field(repr=False)


def plain(rule: Rule, settings: Mapping[str, Any] = NO_SETTINGS, catalogue: Rules | None = None) -> Plain:
    """The plain form of a rule with a municipality's settings. Raises `FactFault` for settings that cannot be."""
    by_closures = answered(rule, settings, catalogue)
    writer = Writer()
    rules = catalogue.rules if catalogue is not None else {}
    try:
        function, _ = _write(rule, rule.model, exact_settings(settings), rules, writer)
    except NotPlain as reason:
        return Plain(rule, False, str(reason), "", by_closures)
    source = "\n".join([*writer.lines, *_entrance(function, writer.bind(rule.about, "about"))]) + "\n"
    names = {**_NAMES, **writer.bound, "by_closures": by_closures}
    exec(compile(source, f"<plain {rule.id}>", "exec"), names)  # noqa: S102  # text of our own, names bound above
    return Plain(rule, True, "", source, names["determine"])


_NAMES: Mapping[str, Any] = {
    "__builtins__": {
        name: getattr(builtins, name)
        for name in (
            "abs", "len", "type", "int", "str", "float", "dict", "list", "Ellipsis", "KeyError", "TypeError",
            "ValueError", "AttributeError", "ArithmeticError",
        )
    },
    **{name: value for name, value in vars(given).items() if callable(value)},
    "FAR": given.FAR,
    "fromisoformat": date.fromisoformat,
    "Decimal": Decimal,
    "FEEL_NUMBERS": CONTEXT,
    "getcontext": decimal.getcontext,
    "setcontext": decimal.setcontext,
    "finite": finite,
    "quotient": lambda number, by: finite(number / by) if by else None,
}  # fmt: skip
"""All that a plain function can reach, beside the constants of its own rule."""


def _entrance(function: str, about: str) -> list[str]:
    """The function that is called: FEEL's numbers around the rule, and the closures for what it does not take."""
    return [
        "def determine(today, facts):",
        "    before = getcontext()",
        "    setcontext(FEEL_NUMBERS)",
        "    try:",
        "        if len(facts) != 1: raise Beside",
        f"        return {function}(today, facts[{about}])",
        "    except (Beside, KeyError, TypeError, ValueError, AttributeError, ArithmeticError):",
        "        pass",
        "    finally:",
        "        setcontext(before)",
        "    return by_closures(today, facts)",
    ]


def _write(
    rule: Rule,
    model: InformationModel,
    settings: Mapping[str, Any],
    rules: Mapping[str, Rule],
    writer: Writer,
) -> tuple[str, Mapping[str, Kind]]:
    """Write the function of a rule, after those of the rules it uses: its name, and the kinds of its outcome."""
    used = {}
    for name, rule_id in rule.uses.items():
        if rule_id not in rules or rules[rule_id].about != rule.about:
            raise NotPlain(f"the rule {rule_id}, which is not at hand")
        used[name] = UsedRule(*_write(rules[rule_id], model, settings, rules, writer))
    for setting in rule.settings:
        value = settings.get(setting.name, setting.default)
        if setting.choices and value not in setting.choices:
            raise FactFault(f"settings.{setting.name}: {value!r} is not one of {', '.join(setting.choices)}")
    if model.subject_type(rule.about) is None:
        raise NotPlain(f"`{rule.about}`, which is no subject")
    stretches = Stretches(rule, settings, writer)
    body = Body(rule, model, writer, stretches, used, value_of)
    function = writer.fresh("rule")
    with writer.aside() as lines:
        kinds = _judgement(body)
    words = set(re.findall(r"\w+", "\n".join(lines)))
    with writer.block(f"def {function}(today, subject):"):
        writer.put(["if type(subject) is not dict: entity(subject)", *stretches.row(words)])
        writer.put(lines)
    return function, kinds


def _judgement(body: Body) -> Mapping[str, Kind]:
    """Conditions, those without facts first, and then the values: any order says the same."""
    rule, writer = body.rule, body.writer
    trees = [condition.that.tree for condition in rule.conditions]
    for condition in sorted(trees, key=lambda one: not body.stretches.is_fixed(one, ())):
        operands = condition.operands if isinstance(condition, tree.AllOf) else (condition,)
        for operand in operands:
            body.work_out_ahead(operand)
            _unless_it_holds(operand, body, alone=len(operands) == 1)
    kinds: dict[str, Kind] = {}
    entries = []
    body.work_out_ahead(*(value.expression.tree for value in rule.outcome))
    for value in rule.outcome:
        taken = {definition.name for definition in rule.where} | body.stretches.fixed | {*rule.uses}
        found = value_of(value.expression.tree, body) if value.name in taken else body.named(value.name)
        if found.kind.base in ("entity", "list", "used rule", "months", "days"):
            raise NotPlain(f"the outcome '{value.name}', which is a {found.kind.base}")
        found = writer.kept(found)
        code = exact(found) if found.kind.base == "number" else found.code
        if found.kind.null and code != found.code:
            code = f"None if {found.code} is None else {code}"
        entries.append(f"{writer.bind(value.name, 'name')}: {code}")
        kinds[value.name] = found.kind
    writer.line(f'return "yes", {{{", ".join(entries)}}}')
    return kinds


def _unless_it_holds(condition: tree.Node, body: Body, *, alone: bool) -> None:
    """Answer no unless the condition is true: neither false nor, alone, null is.

    Null beside an unknown fact is undetermined, so among several operands it is for the closures.
    """
    writer = body.writer
    if isinstance(condition, tree.Comparison) and condition.operator == "!=":
        sides = [value_of(side, body) for side in (condition.left, condition.right)]
        there = [side for side in sides if side.kind.base != "null"]
        if len(there) == 1 and there[0].atom and there[0].kind.null:
            with writer.block(f"if {there[0].code} is None:"):
                writer.line('return "no", {}')
            writer.at_hand["there", there[0].code] = Term("True", Kind("boolean"))
            return
    found = logical(value_of(condition, body))
    if found.folded and found.folded[0] is True:
        return
    found = writer.kept(found) if found.kind.null else found
    with writer.block(f"if {found.code} is not True:" if found.kind.null else f"if not {found.code}:"):
        if found.kind.null and not alone:
            writer.line(f"if {found.code} is None: raise Beside")
        writer.line('return "no", {}')
