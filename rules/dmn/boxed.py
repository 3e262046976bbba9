"""Boxed expressions as trees of FEEL (DMN 1.5, 10.2.1): each box is what one could have written in the language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rules.dmn.definitions import EXPRESSIONS
from rules.dmn.types import ANY, TypeBook
from rules.dmn.xml_source import DmnFault, Element
from rules.feel import FeelError, tree
from rules.feel.expression import Vocabulary
from rules.feel.names import normal_name
from rules.feel.types import Type

_RESULT = "="
"""The key of a context's result in the tree; no author can write it."""


@dataclass(frozen=True)
class Boxes:
    """Reads the boxes of one part of a model: the names it may use, and the model's types."""

    vocabulary: Vocabulary
    types: TypeBook

    def node(self, element: Element) -> tree.Node:
        """The tree of a box. Raises DmnFault with its line."""
        made = _READERS[element.name](self, element)
        return self.conformed(made, element.get("typeRef"))

    def conformed(self, node: tree.Node, type_name: str) -> tree.Node:
        """The value made to be of a type, where one is asked for."""
        type_ = self.types.find(type_name) if type_name else ANY
        return node if type_ == ANY else tree.Conformed(node.place, node, type_)

    def knowing(self, *names: str) -> Boxes:
        return Boxes(self.vocabulary.knowing(*names), self.types)

    def within(self, element: Element | None, outer: Element) -> tree.Node:
        """The tree of the one box inside an element."""
        box = element.first(*EXPRESSIONS) if element is not None else None
        return self.node(box) if box is not None else tree.Constant(place_of(outer), None)

    def text(self, element: Element) -> tree.Node:
        """The tree of the text in an element."""
        return said_at(element, lambda: self.vocabulary.parse(element.text_of("text")))


def place_of(element: Element) -> tree.Place:
    return tree.Place(element.line, 1)


def said_at(element: Element, read: Callable[[], tree.Node]) -> tree.Node:
    """What `read` gives, its faults said with the element's line in the model."""
    try:
        return read()
    except FeelError as fault:
        raise DmnFault(f"line {element.line}: {fault}") from None


def _literal(boxes: Boxes, element: Element) -> tree.Node:
    language = element.get("expressionLanguage")
    if language and "feel" not in language.lower():
        raise DmnFault(f"line {element.line}: expressions in {language} are not read; write it in FEEL")
    if not element.text_of("text"):
        return tree.Constant(place_of(element), None)
    return boxes.text(element)


def _context(boxes: Boxes, element: Element) -> tree.Node:
    entries: list[tree.Entry] = []
    for one in element.all("contextEntry"):
        variable = one.first("variable")
        value = boxes.within(one, one)
        if variable is None:
            entries.append(tree.Entry(place_of(one), _RESULT, value))
            break
        name = normal_name(variable.get("name"))
        entries.append(tree.Entry(place_of(one), name, boxes.conformed(value, variable.get("typeRef"))))
        boxes = boxes.knowing(name)
    made = tree.ContextOf(place_of(element), tuple(entries))
    if entries and entries[-1].key == _RESULT:
        return tree.Path(place_of(element), made, _RESULT)
    return made


def _invocation(boxes: Boxes, element: Element) -> tree.Node:
    arguments = []
    for binding in element.all("binding"):
        parameter = binding.first("parameter")
        if parameter is None:
            raise DmnFault(f"line {binding.line}: a binding names its parameter")
        value = boxes.conformed(boxes.within(binding, binding), parameter.get("typeRef"))
        arguments.append(tree.Argument(place_of(binding), normal_name(parameter.get("name")), value))
    return tree.Call(place_of(element), boxes.within(element, element), tuple(arguments))


def function_of(boxes: Boxes, element: Element, result: Type = ANY) -> tree.Node:
    """A function definition, or the logic of a business knowledge model: arguments and result are made to fit."""
    kind = element.get("kind") or "FEEL"
    if kind.upper() != "FEEL":
        raise DmnFault(f"line {element.line}: functions in {kind} are not run; write it in FEEL")
    place = place_of(element)
    parameters = [
        (normal_name(one.get("name")), one.get("typeRef")) for one in element.all("formalParameter")
    ]
    names = [name for name, _ in parameters]
    body = boxes.knowing(*names).within(element, element)
    if result != ANY:
        body = tree.Conformed(place, body, result)
    formal = tuple(tree.Parameter(place, name, None) for name in names)
    fitted = tuple(
        tree.Argument(place, None, boxes.conformed(tree.Name(place, name), type_name))
        for name, type_name in parameters
    )
    if any(isinstance(argument.value, tree.Conformed) for argument in fitted):
        body = tree.Call(place, tree.FunctionDefinition(place, formal, body), fitted)
    return tree.FunctionDefinition(place, formal, body)


def _relation(boxes: Boxes, element: Element) -> tree.Node:
    columns = [(normal_name(one.get("name")), one.get("typeRef")) for one in element.all("column")]
    rows = []
    for row in element.all("row"):
        cells = zip(columns, row.all(*EXPRESSIONS), strict=False)
        entries = tuple(
            tree.Entry(place_of(cell), name, boxes.conformed(boxes.node(cell), type_name))
            for (name, type_name), cell in cells
        )
        rows.append(tree.ContextOf(place_of(row), entries))
    return tree.ListOf(place_of(element), tuple(rows))


def _list(boxes: Boxes, element: Element) -> tree.Node:
    return tree.ListOf(place_of(element), tuple(boxes.node(one) for one in element.all(*EXPRESSIONS)))


def _conditional(boxes: Boxes, element: Element) -> tree.Node:
    parts = [boxes.within(element.first(name), element) for name in ("if", "then", "else")]
    return tree.If(place_of(element), *parts)


def _filter(boxes: Boxes, element: Element) -> tree.Node:
    base = boxes.within(element.first("in"), element)
    match = boxes.knowing("item").within(element.first("match"), element)
    return tree.Filter(place_of(element), base, match)


def _iteration(boxes: Boxes, element: Element) -> tuple[tree.Iteration, Boxes]:
    name = normal_name(element.get("iteratorVariable"))
    source = element.first("in")
    listed = boxes.within(source, element)
    if source is not None and source.get("typeRef"):
        listed = boxes.conformed(listed, source.get("typeRef"))
    return tree.Iteration(place_of(element), name, listed, None), boxes.knowing(name)


def _for(boxes: Boxes, element: Element) -> tree.Node:
    iteration, inner = _iteration(boxes, element)
    body = inner.knowing("partial").within(element.first("return"), element)
    return tree.For(place_of(element), (iteration,), body)


def _some(boxes: Boxes, element: Element) -> tree.Node:
    iteration, inner = _iteration(boxes, element)
    condition = inner.within(element.first("satisfies"), element)
    return tree.Quantified(place_of(element), "some", (iteration,), condition)


def _every(boxes: Boxes, element: Element) -> tree.Node:
    iteration, inner = _iteration(boxes, element)
    condition = inner.within(element.first("satisfies"), element)
    return tree.Quantified(place_of(element), "every", (iteration,), condition)


def _table(boxes: Boxes, element: Element) -> tree.Node:
    from rules.dmn.table import table_of

    return table_of(boxes, element)


_READERS: dict[str, Callable[[Boxes, Element], tree.Node]] = {
    "literalExpression": _literal,
    "decisionTable": _table,
    "context": _context,
    "invocation": _invocation,
    "functionDefinition": function_of,
    "relation": _relation,
    "list": _list,
    "conditional": _conditional,
    "filter": _filter,
    "for": _for,
    "some": _some,
    "every": _every,
}


def type_of_result(type_: Type) -> Type:
    """What a function of the type gives; of a type that is none (as DMN 1.2 had it), the type itself."""
    return type_.of[-1] if type_.name == "function" and type_.of else type_
