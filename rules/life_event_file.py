"""Reading one life-event file: its name, what it is recognised by, and what tells two of them apart."""

from __future__ import annotations

import re
from string import Formatter

from rules.determination import Texts
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
        about=section.choice("about", model.subject_names, required=True) or "",
        signals=tuple(signals),
        occurred_on=_expression(section.node_of("occurred_on", required=True), "'occurred_on'", faults),
        key=_expression(section.node_of("key", required=True), "'key'", faults),
        within_months=_within(section, faults),
        not_before=_expression(waits, "'not_before'", faults)
        if (waits := section.node_of("not_before"))
        else None,
        unless=tuple(_change(number, node, faults, model) for number, node in section.items("unless")),
        brings=section.words("brings"),
        opening=section.texts("opening"),
        text=text,
        filename=filename,
    )
    _only_names(definition.opening, section, faults)
    if definition.brings and not definition.opening:
        faults.add(
            section.line_of("brings"), "life event: what is brought needs an 'opening' to be told with"
        )
    section.finish()
    faults.refuse()
    return definition


def _only_names(opening: Texts, section: Section, faults: Faults) -> None:
    """What an opening leaves open is filled in the night it is told: then it is too late to find it wrong."""
    for language, text in opening.items():
        try:
            open_places = [part[1:] for part in Formatter().parse(text) if part[1] is not None]
        except ValueError:
            open_places = [("", "", None)]
        if any(place != ("name", "", None) for place in open_places):
            faults.add(
                section.line_of("opening"),
                f"life event: 'opening' in {language} is '{text}'; of what stands in braces, {{name}} alone is known",
            )


def _signal(number: int, node: Node, faults: Faults, model: InformationModel) -> Signal:
    section = Section(node, faults, f"signal {number}")
    concept, life_event = _concept(section, "concept", model), section.text("life_event")
    if bool(concept) == bool(life_event):
        faults.add(node.line, f"signal {number}: give either 'concept' or 'life_event'")
    when = _expression(section.node_of("when") or Node("true", node.line), f"signal {number}", faults)
    of = _concept(section, "of", model)
    if of and of in model.concepts and not model.concepts[of].type.subject:
        faults.add(section.line_of("of"), f"signal {number}: 'of' is '{of}', which is not of other people")
    section.finish()
    return Signal(concept, life_event, when, of)


def _change(number: int, node: Node, faults: Faults, model: InformationModel) -> Signal:
    """One of `unless`: a change of a fact of the same subject."""
    section = Section(node, faults, f"unless {number}")
    section.text("concept", required=True)
    concept = _concept(section, "concept", model)
    when = _expression(section.node_of("when") or Node("true", node.line), f"unless {number}", faults)
    section.finish()
    return Signal(concept, "", when)


def _concept(section: Section, key: str, model: InformationModel) -> str:
    word = section.text(key)
    if word and word not in model.concepts:
        near = suggestion(word, model.concepts)
        section.faults.add(section.line_of(key), f"{section.name}: '{key}' is '{word}'{near}")
    return word


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
