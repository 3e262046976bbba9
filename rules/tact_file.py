"""Reading one file of tact: when nothing is said, a human must say it, or one waits; and its tests."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any

from rules.determination import LawReference
from rules.faults import suggestion
from rules.feel import Expression, FeelError, compile_expression
from rules.reading import Faults, Section, expression_text
from rules.tact import NAMES, TELL, WAYS, Matter, Party, Situation, TactRule, TactTest
from rules.yaml_source import Node, read_yaml

OF_PARTY = tuple(one.name for one in fields(Party))
ATTRIBUTES = {
    "person": OF_PARTY,
    "subject": OF_PARTY,
    "matter": (*(one.name for one in fields(Matter)), "theme"),
}
"""What an expression may ask of each of these."""

WANTED: dict[str, tuple[type, str]] = {
    "bool": (bool, "true or false"),
    "int": (int, "a whole number"),
    "date": (date, "a date (year-month-day)"),
    "str": (str, "text"),
}
"""By the type of a field: what a test may give, and how that is said."""


def read_tact_file(text: str, filename: str) -> tuple[TactRule, ...]:
    """The rule of one file, in a tuple as files with several things are. Raises `RuleFault`."""
    faults = Faults(filename)
    section = Section(read_yaml(text, filename), faults, "tact")
    ways = [(way, node) for way in WAYS if (node := section.node_of(way)) is not None]
    if len(ways) != 1 or (ways[0][0] == "wait_until") != ("when" in section.entries):
        faults.add(
            section.line,
            "tact: give one of 'silent' and 'by_hand' (a condition), or 'wait_until' with 'when'",
        )
    when = section.node_of("when")
    way, said = ways[0] if ways else (WAYS[0], None)
    rule = TactRule(
        id=section.text("tact", required=True),
        order=_order(section, faults),
        title=section.texts("title", required=True),
        why=section.texts("why", required=True),
        way=way,
        when=_expression(when if way == "wait_until" else said, faults),
        until=_expression(said, faults) if way == "wait_until" else None,
        law=tuple(_law(node, faults) for _, node in section.items("law")),
        tests=tuple(_test(node, faults) for _, node in section.items("tests")),
        text=text,
        filename=filename,
    )
    if not rule.tests:
        faults.add(section.line, f"tact {rule.id}: has no tests")
    section.finish()
    faults.refuse()
    return (rule,)


def _order(section: Section, faults: Faults) -> int:
    node = section.node_of("order", required=True)
    try:
        return int(str(node.value)) if node else 0
    except ValueError:
        faults.add(
            section.line_of("order"), f"tact: 'order' is '{node.value if node else ''}'; write a whole number"
        )
        return 0


def _expression(node: Node | None, faults: Faults) -> Expression:
    nothing = compile_expression("null", ())
    if node is None:
        return nothing
    text = expression_text(node)
    if text is None:
        faults.add(node.line, f"tact: {node.shape} where an expression is needed")
        return nothing
    try:
        expression = compile_expression(text, NAMES)
    except FeelError as error:
        faults.add(node.line + max(0, error.line - 1), f"tact: {error.message}")
        return nothing
    for path in expression.paths:
        _known_of(path, node.line, faults)
    return expression


def _known_of(path: str, line: int, faults: Faults) -> None:
    """A name that nothing has is null to FEEL, and the rule would never hold: it is a fault."""
    of, _, name = path.partition(".")
    known = ATTRIBUTES.get(of, ())
    if name and known and name not in known:
        faults.add(line, f"tact: {path}: {of} has no '{name}'{suggestion(name, known)}")


def _law(node: Node, faults: Faults) -> LawReference:
    section = Section(node, faults, "law")
    found = LawReference(
        section.text("act", required=True),
        section.text("section", required=True),
        section.text("url"),
        section.text("title"),
    )
    section.finish()
    return found


def _test(node: Node, faults: Faults) -> TactTest:
    section = Section(node, faults, "test")
    on = section.day("on", required=True) or date.min
    given = section.section("given")
    situation = Situation(
        today=on,
        person=_party(given, "person", faults),
        subject=_party(given, "subject", faults),
        matter=Matter(**_values(given.section("matter") if given else None, Matter, faults)),
        own=given.boolean("own", False) if given else False,
        about_person=given.boolean("about_person", True) if given else True,
        protected_elsewhere=given.boolean("protected_elsewhere", False) if given else False,
    )
    if given:
        given.finish()
    expected = section.node_of("expect", required=True)
    value = expected.value if expected else TELL
    test = TactTest(
        section.text("name", required=True),
        situation,
        value.isoformat() if isinstance(value, date) else str(value),
        section.text("because", required=True),
        node.line,
    )
    section.finish()
    return test


def _party(given: Section | None, name: str, faults: Faults) -> Party:
    return Party(**_values(given.section(name) if given else None, Party, faults))


def _values(section: Section | None, of: type[Party] | type[Matter], faults: Faults) -> dict[str, Any]:
    """What a test gives of one of these, by the names of its fields."""
    known = {one.name: str(one.type) for one in fields(of)}
    found: dict[str, Any] = {}
    for name, node in section.entries.items() if section else ():
        if name not in known:
            faults.add(
                node.line, f"test: '{name}' is not known of {of.__name__.lower()}{suggestion(name, known)}"
            )
            continue
        wanted, _, unknown = known[name].partition(" | ")  # 'bool | None'
        kind, what = WANTED[wanted]
        fits = isinstance(node.value, kind) and (kind is bool or not isinstance(node.value, bool))
        if fits or (node.value is None and unknown):
            found[name] = node.value
        else:
            faults.add(node.line, f"test: '{name}' is {node.shape}; {what} is needed")
    return found
