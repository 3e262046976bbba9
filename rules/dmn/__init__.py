"""Decision models in the XML of OMG's DMN 1.1 to 1.5, read and evaluated with our FEEL."""

from __future__ import annotations

from rules.dmn.evaluating import evaluate
from rules.dmn.inputs import typed_inputs
from rules.dmn.model import Model, read_model
from rules.dmn.xml_source import DmnFault

__all__ = ["DmnFault", "Model", "evaluate", "read_model", "typed_inputs"]
