"""What `varde dmn` does, as a function: a model's file, a decision and JSON in, JSON out."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from rules.dmn.definitions import Import, read_definitions
from rules.dmn.evaluating import evaluate
from rules.dmn.inputs import typed_inputs
from rules.dmn.model import read_model
from rules.dmn.xml_source import MAX_BYTES, DmnFault
from rules.feel.builtins.temporal import clock
from rules.feel.command import as_json, missing_in, read_json
from rules.feel.facts import released
from rules.feel.names import normal_name

_MAX_FILES = 200


def decide(
    path: Path, decision: str, inputs: str, now: datetime | None = None, *, unknown: bool = False
) -> dict[str, Any]:
    """The line `varde dmn` prints: {"value": …}, with "missing" where the value is unknown.

    "reasons" are there where a part of the model could not be evaluated and is null. `inputs` is JSON: an object
    of inputs by name. Models that are imported are looked for in the folder of the model. Raises DmnFault, or
    FeelError for faulty JSON.
    """
    given = read_json(inputs, "--inputs")
    if not isinstance(given, Mapping):
        raise DmnFault('--inputs: a JSON object is needed, such as {"Age": 18}')
    try:
        model = read_model(_content(path), _Folder(path).get, clock(now) if now else None)
        values, reasons = typed_inputs(
            model, {normal_name(name): value for name, value in given.items()}, unknown=unknown
        )
        value, more = evaluate(model, normal_name(decision), values)
    except DmnFault as fault:
        raise DmnFault(f"{path}: {fault}") from None
    answer: dict[str, Any] = {"value": as_json(released(value))}
    missing = missing_in(value)
    reasons += more
    return {
        **answer,
        **({"missing": missing} if missing else {}),
        **({"reasons": reasons} if reasons else {}),
    }


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise DmnFault(f"cannot be read: {error.strerror}") from None


class _Folder:
    """The models in the folder of one, by namespace: read when the first is asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @functools.cached_property
    def _models(self) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for path in sorted(self._path.parent.rglob("*.dmn"))[:_MAX_FILES]:
            try:
                content = _content(path)
                found.setdefault(read_definitions(content).namespace, content)
            except DmnFault:
                continue  # what cannot be read is not what is looked for
        return found

    def get(self, wanted: Import) -> bytes | None:
        return self._at(wanted) or self._models.get(wanted.namespace)

    def _at(self, wanted: Import) -> bytes | None:
        """The model where the import says it is, as long as that is in the folder and it is the one meant."""
        folder = self._path.parent.resolve()
        path = (folder / wanted.location).resolve()
        if not wanted.location or not path.is_relative_to(folder) or not path.is_file():
            return None
        content = _content(path)
        return content if read_definitions(content).namespace == wanted.namespace else None
