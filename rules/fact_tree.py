"""Facts as they come (JSON) made into facts as rules read them: each value of its concept's type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rules.model import Concept, FactFault, InformationModel, converted


def prepared(facts: Mapping[str, Any], about: str, model: InformationModel) -> dict[str, Any]:
    """The facts of one subject, checked and converted: {"child": {…}}.

    An absent key stays absent (unknown). null stays null (known to be absent) where the concept can be
    absent, and is otherwise as good as unknown. "id" of an entity is kept. Raises `FactFault` naming the
    path and the way out.
    """
    if not isinstance(facts, Mapping):
        raise FactFault(f"facts are {_shape(facts)}; a mapping is needed, as in {{{about!r}: {{…}}}}")
    if unexpected := [name for name in facts if name != about]:
        raise FactFault(
            f"facts: '{unexpected[0]}' is not what this rule is about; put everything under '{about}'"
        )
    kind = model.subject_type(about)
    if kind is None:
        raise FactFault(f"facts: '{about}' is no subject of the information model")
    return {about: _entity(facts.get(about, {}), kind.id, about, model)}


def _entity(value: Any, subject: str, path: str, model: InformationModel) -> dict[str, Any]:
    if type(value) is not dict and not isinstance(value, Mapping):
        raise FactFault(f"{path}: {_shape(value)} where a {subject} (a mapping) is needed")
    made: dict[str, Any] = {}
    for name, inner in value.items():
        if name == "id":
            made["id"] = str(inner)
            continue
        concept = model.concepts.get(f"{subject}.{name}") or model.along(f"{subject}.{name}")[0]
        if inner is not None:
            made[name] = _value(inner, concept, f"{path}.{name}", model)
        elif concept.can_be_absent:
            made[name] = None
    return made


def _value(value: Any, concept: Concept, path: str, model: InformationModel) -> Any:
    if concept.type.many:
        if isinstance(value, str | Mapping) or not isinstance(value, list | tuple):
            raise FactFault(f"{path}: {_shape(value)} where a list is needed")
        return [_one(item, concept, f"{path}[{index}]", model) for index, item in enumerate(value)]
    return _one(value, concept, path, model)


def _one(value: Any, concept: Concept, path: str, model: InformationModel) -> Any:
    if concept.type.base == "subject":
        return _entity(value, concept.type.subject, path, model)
    if isinstance(value, Mapping | list | tuple):
        raise FactFault(f"{path}: {_shape(value)} where {concept.type.base} is needed")
    return converted(concept, value, path)


def _shape(value: Any) -> str:
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    return "null" if value is None else f"a {type(value).__name__}"
