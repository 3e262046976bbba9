"""Reading one life-event file: its name, what it is recognised by, and what tells two of them apart."""

from __future__ import annotations

import re

from rules.faults import suggestion
from rules.feel import Expression, FeelError, compile_expression
from rules.life_events import NAMES, LifeEventDefinition, Signal
from rules.model import InformationModel
from rules.reading import Faults, Section, expression_text
from rules.yaml_source import Node, read_yaml

_WITHIN = re.compile(r"P(\d{1,3})M")


def read_life_event_file(text: str, filename: str, model: InformationModel) -> LifeEventDefinition:
    """One life-event definition, checked against the information model. Raises `RuleFault`."""
    faults = Faults(filename)
    section = Section(read_yaml(text, filename), faults, "life event")
    signals = [_signal(number, node, faults, model) for number, node in section.items("signals")]
    if not signals:
        faults.add(section.line, "life event: 'signals' is missing")
    definition = LifeEventDefinition(
        kind=section.text("life_event", required=True),
        title=section.texts("title", required=True),
        summary=section.texts("summary", required=True),
        about=section.choice("about", model.subject_names, required=True),
        signals=tuple(signals),
        occurred_on=_expression(section.node_of("occurred_on", required=True), "'occurred_on'", faults),
        key=_expression(section.node_of("key", required=True), "'key'", faults),
        within_months=_within(section, faults),
        text=text,
        filename=filename,
    )
    section.finish()
    faults.refuse()
    return definition


def _signal(number: int, node: Node, faults: Faults, model: InformationModel) -> Signal:
    section = Section(node, faults, f"signal {number}")
    concept, life_event = section.text("concept"), section.text("life_event")
    if bool(concept) == bool(life_event):
        faults.add(node.line, f"signal {number}: give either 'concept' or 'life_event'")
    if concept and concept not in model.concepts:
        faults.add(
            section.line_of("concept"),
            f"signal {number}: 'concept' is '{concept}'{suggestion(concept, model.concepts)}",
        )
    when = _expression(section.node_of("when") or Node("true", node.line), f"signal {number}", faults)
    section.finish()
    return Signal(concept, life_event, when)


def _within(section: Section, faults: Faults) -> int | None:
    word = section.text("within")
    if not word:
        return None
    found = _WITHIN.fullmatch(word)
    if not found:
        faults.add(section.line_of("within"), f"life event: 'within' is '{word}'; write months as in P6M")
        return None
    return int(found[1])


def _expression(node: Node | None, what: str, faults: Faults) -> Expression:
    text = expression_text(node) if node is not None else "null"
    if text is None:
        assert node is not None
        faults.add(node.line, f"{what} is {node.shape}; an expression is needed")
        text = "null"
    try:
        return compile_expression(text, NAMES)
    except FeelError as error:
        faults.add((node.line if node else 1) + max(0, error.line - 1), f"{what}: {error.message}")
        return compile_expression("null", ())
