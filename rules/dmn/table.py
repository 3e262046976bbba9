"""The decision tables of a DMN model as trees (DMN 1.5, chapter 8)."""

from __future__ import annotations

from rules.decision_table import Output, Row, Table
from rules.dmn.boxed import Boxes, place_of, said_at
from rules.dmn.xml_source import DmnFault, Element
from rules.feel import tree
from rules.feel.names import normal_name
from rules.feel.parse import parse_listed
from rules.hit_policy import HitPolicy


def table_of(boxes: Boxes, element: Element) -> tree.Node:
    """The table's tree. Raises DmnFault with the line of what cannot be read."""
    inputs = [_input(boxes, one) for one in element.all("input")]
    columns = list(element.all("output"))
    outputs = tuple(_output(boxes, one) for one in columns)
    if not outputs:
        raise DmnFault(f"line {element.line}: a decision table has at least one output")
    rows = tuple(_row(boxes, one, [value for value, _ in inputs], columns) for one in element.all("rule"))
    allowed = tuple(condition for _, condition in inputs if condition is not None)
    return Table(place_of(element), _policy(element), outputs, rows, allowed)


def _policy(element: Element) -> HitPolicy:
    name = (element.get("hitPolicy") or "UNIQUE").lower()
    aggregation = element.get("aggregation").lower()
    try:
        return HitPolicy(f"collect {aggregation}" if name == "collect" and aggregation else name)
    except ValueError:
        raise DmnFault(f"line {element.line}: '{name} {aggregation}' is no hit policy") from None


def _input(boxes: Boxes, element: Element) -> tuple[tree.Node, tree.Node | None]:
    """The value a column tests, and the condition that its allowed values put to it."""
    expression = element.first("inputExpression")
    if expression is None or not expression.text_of("text"):
        raise DmnFault(f"line {element.line}: an input of a decision table has an expression")
    value = boxes.text(expression)
    allowed = element.first("inputValues")
    if allowed is None or not allowed.text_of("text"):
        return value, None
    condition = _tests(boxes, value, allowed)
    is_null = tree.Comparison(value.place, "=", value, tree.Constant(value.place, None))
    return value, tree.AnyOf(value.place, (is_null, condition))


def _tests(boxes: Boxes, value: tree.Node, element: Element) -> tree.Node:
    tested = boxes.knowing("?").vocabulary
    return said_at(element, lambda: tested.parse_tests(value, element.text_of("text")))


def _output(boxes: Boxes, element: Element) -> Output:
    vocabulary = boxes.vocabulary
    listed = element.first("outputValues")
    values: tuple[tree.Node, ...] = ()
    if listed is not None and listed.text_of("text"):
        text = listed.text_of("text")
        holder = said_at(
            listed,
            lambda: tree.ListOf(
                place_of(listed),
                parse_listed(text, vocabulary.known, vocabulary.attributes, vocabulary.types),
            ),
        )
        assert isinstance(holder, tree.ListOf)
        values = holder.items
    otherwise = element.first("defaultOutputEntry")
    default = boxes.text(otherwise) if otherwise is not None and otherwise.text_of("text") else None
    return Output(place_of(element), normal_name(element.get("name")), values, default)


def _row(boxes: Boxes, element: Element, inputs: list[tree.Node], columns: list[Element]) -> Row:
    tests, entries = list(element.all("inputEntry")), list(element.all("outputEntry"))
    if len(tests) != len(inputs) or len(entries) != len(columns):
        raise DmnFault(
            f"line {element.line}: the row has {len(tests)} tests and {len(entries)} outputs;"
            f" the table has {len(inputs)} and {len(columns)}"
        )
    conditions = tuple(_tests(boxes, value, one) for value, one in zip(inputs, tests, strict=True))
    outputs = tuple(
        boxes.conformed(_entry(boxes, one), column.get("typeRef"))
        for one, column in zip(entries, columns, strict=True)
    )
    return Row(place_of(element), conditions, outputs)


def _entry(boxes: Boxes, element: Element) -> tree.Node:
    if element.text_of("text") in ("", "-"):
        return tree.Constant(place_of(element), None)
    return boxes.text(element)
