"""One evaluation of a DMN model: each decision when it is first needed, and once (DMN 1.5, 10.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from rules.dmn.boxed import type_of_result
from rules.dmn.definitions import Decision, InputData, Invocable, Knowledge, Service
from rules.dmn.model import Model
from rules.dmn.xml_source import DmnFault
from rules.feel import FeelError, Function
from rules.feel.kinds import conformed
from rules.feel.values import Context, Value

MAX_DEPTH = 40


@dataclass
class Evaluation:
    """What is given, by input or decision, and what has come of it so far.

    A fault in a part makes its value null and is told in `reasons`, each once.
    """

    given: Mapping[Invocable, Value]
    reasons: dict[str, None] = field(default_factory=dict)
    depth: int = 0
    _known: dict[Invocable, Value] = field(default_factory=dict)
    _under_way: set[Invocable] = field(default_factory=set)

    def value(self, model: Model, part: Invocable) -> Value:
        """The value of a decision or input; of knowledge and services, the function that they are."""
        if part in self.given:
            return self.given[part]
        if part not in self._known:
            if part in self._under_way:
                self.reasons[f"{part.name}: it needs its own value"] = None
                return None
            self._under_way.add(part)
            self._known[part] = self._found(model, part)
            self._under_way.discard(part)
        return self._known[part]

    def _found(self, model: Model, part: Invocable) -> Value:
        match part:
            case InputData():
                return None
            case Service():
                return self._service(model, part)
            case Knowledge():
                return self._evaluated(model, part)
            case Decision():
                value = self._evaluated(model, part)
                return self._fitted(model, part, value) if part.type_name else value

    def _evaluated(self, model: Model, part: Decision | Knowledge) -> Value:
        try:
            expression = model.compiled(part)
            self.reasons.update(
                {f"{part.name}: {error.message} It is null": None for error in expression.forgiven}
            )
            return expression.evaluate(_Scope(self, model, part), keep_places=True)
        except (FeelError, DmnFault) as fault:
            self.reasons[f"{part.name}: {fault}"] = None
            return None

    def _fitted(self, model: Model, part: Invocable, value: Value) -> Value:
        fitted = conformed(value, model.type_of(part))
        if fitted is None and value is not None:
            self.reasons[f"{part.name}: its value is no {part.type_name}"] = None
        return fitted

    def _service(self, model: Model, service: Service) -> Value:
        """The function that a decision service is: it knows nothing but its arguments."""
        try:
            parameters = [model.find(href) for href in service.parameters]
            outputs = [model.find(href) for href in service.outputs]
        except DmnFault as fault:
            self.reasons[f"{service.name}: {fault}"] = None
            return None

        def call(*arguments: Value) -> Value:
            if self.depth >= MAX_DEPTH:
                raise FeelError(f"decision services call each other more than {MAX_DEPTH} deep")
            fitted = {
                part: conformed(argument, where.type_of(part)) if part.type_name else argument
                for (where, part), argument in zip(parameters, arguments, strict=True)
            }
            inner = Evaluation(fitted, self.reasons, self.depth + 1)
            values = {part.name: inner.value(where, part) for where, part in outputs}
            result = Context(values) if len(values) != 1 else next(iter(values.values()))
            if not service.type_name:
                return result
            return conformed(result, type_of_result(model.type_of(service)))

        return Function(tuple(part.name for _, part in parameters), call)


class _Scope(Mapping[str, Value]):
    """The names a part may use, each evaluated when it is read."""

    def __init__(self, evaluation: Evaluation, model: Model, part: Decision | Knowledge) -> None:
        self._evaluation = evaluation
        needed = list(model.needed(part))
        self._direct = {one.name: (one.model, one.part) for one in needed if not one.through}
        if isinstance(part, Knowledge):
            self._direct.setdefault(part.name, (model, part))
        self._imported = {
            through: [one for one in needed if one.through == through]
            for through in dict.fromkeys(one.through for one in needed if one.through)
        }

    def __getitem__(self, name: str) -> Value:
        if name in self._direct:
            return self._evaluation.value(*self._direct[name])
        return Context(
            {one.name: self._evaluation.value(one.model, one.part) for one in self._imported[name]}
        )

    def __contains__(self, name: object) -> bool:
        return name in self._direct or name in self._imported

    def __iter__(self) -> Iterator[str]:
        return iter((*self._direct, *self._imported))

    def __len__(self) -> int:
        return len(self._direct) + len(self._imported)


def evaluate(model: Model, name: str, inputs: Mapping[str, Value]) -> tuple[Value, tuple[str, ...]]:
    """The value of a decision, or of a service or knowledge model called with the inputs, and what went wrong.

    `inputs` are the values of inputs by name, fit for their types, also of the models that are imported; a decision
    that is given so is not evaluated. Raises DmnFault where nothing has the name.
    """
    part = model.invocable(name)
    evaluation = Evaluation(dict(_given(model, inputs, {part})))
    value = evaluation.value(model, part)
    if isinstance(part, (Service, Knowledge)) and isinstance(value, Function):
        try:
            value = value.call(*(inputs.get(parameter) for parameter in value.parameters))
        except FeelError as fault:
            evaluation.reasons[f"{part.name}: {fault}"] = None
            value = None
    return value, tuple(evaluation.reasons)


def _given(
    model: Model, inputs: Mapping[str, Value], without: set[Invocable]
) -> Iterator[tuple[Invocable, Value]]:
    """The parts that the inputs are values of, here and in imported models."""
    for part in model.definitions.parts:
        if isinstance(part, (InputData, Decision)) and part not in without:
            name = next((name for name in part.names if name in inputs), None)
            if name is not None:
                yield part, inputs[name]
    for imported in model.imports.values():
        yield from _given(imported, inputs, without)
