"""The graph as text: the same catalogue gives the same bytes."""

from __future__ import annotations

from typing import Literal

from rdflib import Graph

Format = Literal["turtle", "json-ld"]
FORMATS: tuple[Format, ...] = ("turtle", "json-ld")


def written(graph: Graph, form: Format) -> str:
    """Turtle, or JSON-LD with its context."""
    if form == "turtle":
        text = graph.serialize(format="turtle")
    else:
        context = {prefix: str(namespace) for prefix, namespace in graph.namespaces()}
        text = graph.serialize(format="json-ld", context=context, sort_keys=True)
    return text if text.endswith("\n") else f"{text}\n"
