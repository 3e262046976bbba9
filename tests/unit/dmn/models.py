"""Models of these tests, put together from their parts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rules.dmn.command import decide
from rules.feel.command import json_line

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def model(*parts: str, namespace: str = "test", prefix: str = "") -> str:
    return f'<definitions xmlns="{NAMESPACE}" namespace="{namespace}" name="t">{prefix}{"".join(parts)}</definitions>'


def literal(text: str, type_: str = "") -> str:
    typed = f' typeRef="{type_}"' if type_ else ""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return f"<literalExpression{typed}><text>{escaped}</text></literalExpression>"


def input_(name: str, type_: str = "") -> str:
    return f'<inputData id="{name}" name="{name}"><variable name="{name}" typeRef="{type_}"/></inputData>'


def decision(name: str, logic: str, needs: str = "", type_: str = "", knows: str = "") -> str:
    """A decision that needs the parts listed in `needs` (`input:Age, decision:Fee`) and knows those in `knows`."""
    requirements = []
    for need in filter(None, needs.split(", ")):
        kind, _, id_ = need.partition(":")
        tag = "requiredInput" if kind == "input" else "requiredDecision"
        requirements.append(f'<informationRequirement><{tag} href="#{id_}"/></informationRequirement>')
    for id_ in filter(None, knows.split(", ")):
        requirements.append(
            f'<knowledgeRequirement><requiredKnowledge href="#{id_}"/></knowledgeRequirement>'
        )
    return (
        f'<decision id="{name}" name="{name}"><variable name="{name}" typeRef="{type_}"/>'
        f"{''.join(requirements)}{logic}</decision>"
    )


def knowledge(name: str, parameters: str, logic: str) -> str:
    """A business knowledge model; `parameters` as in `a: number, b`."""
    formal = ""
    for parameter in filter(None, parameters.split(", ")):
        given, _, type_ = parameter.partition(": ")
        formal += f'<formalParameter name="{given}" typeRef="{type_}"/>'
    return (
        f'<businessKnowledgeModel id="{name}" name="{name}"><variable name="{name}"/>'
        f"<encapsulatedLogic>{formal}{logic}</encapsulatedLogic></businessKnowledgeModel>"
    )


def said(folder: Path, xml: str, name: str, inputs: str = "{}", **options: Any) -> str:
    """What `varde dmn` prints for a model."""
    path = folder / "model.dmn"
    path.write_text(xml, encoding="utf-8")
    return json_line(decide(path, name, inputs, **options))
