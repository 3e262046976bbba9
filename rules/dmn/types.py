"""Item definitions as FEEL types (DMN 1.5, 7.3.2): simple, collections, structures, functions, allowed values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from rules.dmn.xml_source import DmnFault, Element
from rules.feel import FeelError, tree
from rules.feel.expression import Vocabulary, compile_tree
from rules.feel.names import normal_name
from rules.feel.types import SIMPLE_TYPES, Type

ANY = Type("Any")
_OLD_NAMES = {
    "dateTime": "date and time",
    "dateAndTime": "date and time",
    "dayTimeDuration": "days and time duration",
    "yearMonthDuration": "years and months duration",
    "days and time duration": "days and time duration",
    "integer": "number",
    "double": "number",
    "decimal": "number",
}


class TypeBook:
    """The types of one model by name: FEEL's, its own item definitions', and those it imports."""

    def __init__(self, definitions: tuple[Element, ...], imported: Mapping[str, Type]) -> None:
        self._elements = {normal_name(one.get("name")): one for one in definitions}
        self._made: dict[str, Type] = dict(imported)
        self._making: list[str] = []
        for name in self._elements:
            self._named(name)
        self.own = {name: self._made[name] for name in self._elements}
        self.named = dict(self._made)

    def find(self, reference: str) -> Type:
        """The type a typeRef means; Any for none, or for one nobody defines.

        A prefix of XML (`feel:number`, `include1:tLoan`) says only which namespace the name is of.
        """
        name = normal_name(reference)
        for candidate in (name, name.rpartition(":")[2]):
            if candidate in self._elements or candidate in self._made:
                return self._named(candidate)
            simple = _OLD_NAMES.get(candidate, candidate)
            if simple in SIMPLE_TYPES:
                return Type(simple)
        return ANY

    def _named(self, name: str) -> Type:
        if name in self._made:
            return self._made[name]
        if name in self._making:
            raise DmnFault(f"the type '{name}' is made of itself; no value can be of it")
        self._making.append(name)
        made = self._made[name] = self._type(self._elements[name])
        self._making.pop()
        return made

    def _type(self, element: Element) -> Type:
        """Of an item definition, or a component of one."""
        components = list(element.all("itemComponent"))
        function = element.first("functionItem")
        if function is not None:
            parameters = [self.find(one.get("typeRef")) for one in function.all("parameters")]
            result = self.find(function.get("outputTypeRef"))
            made = Type("function", (*parameters, result))
        elif components:
            names = tuple(normal_name(one.get("name")) for one in components)
            made = Type("context", tuple(self._type(one) for one in components), names)
        else:
            made = self.find(element.text_of("typeRef") or element.get("typeRef"))
        collection = element.get("isCollection") == "true"
        allowed = element.first("allowedValues")
        if allowed is not None and allowed.text_of("text"):
            made = replace(made, allows=_allowing(allowed))
        if collection:
            made = Type("list", (made,))
        constraint = element.first("typeConstraint")
        if constraint is not None and constraint.text_of("text"):
            made = replace(made, allows=_allowing(constraint))
        return made


def _allowing(element: Element) -> Callable[[Any], Any]:
    """The condition that allowed values put to a value."""
    tested = "value"
    vocabulary = Vocabulary.of([tested])
    try:
        text = element.text_of("text")
        condition = vocabulary.parse_tests(tree.Name(tree.Place(1, 1), tested), text)
        expression = compile_tree(text, condition, vocabulary, lenient=True)
    except FeelError as fault:
        raise DmnFault(f"line {element.line}: allowed values: {fault}") from None
    return lambda value: expression.evaluate({tested: value}) is not False
