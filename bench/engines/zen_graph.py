"""GoRules ZEN: a decision table for the dated price and an expression node, as its editor would save them."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import Any

from bench.case import PRICES, Answer, Case, iso
from bench.timing import Evaluate

CASES = 200
EXPRESSIONS = {
    "income": "sum(map(adults, #.income))",
    "age": "d(child.birth_date).isAfter(d(date)) ? -1 : floor(d(date).diff(d(child.birth_date), 'year'))",
    "ofAge": "$.age >= 1 and $.age <= 5",
    "cap": "$.income * 0.06 / 11",
    "factor": "child.sibling_order == 1 ? 1 : (child.sibling_order == 2 ? 0.7 : 0)",
    "fee": "$.ofAge ? min([maxPrice, $.cap]) * $.factor : 0",
    "entitled": "$.ofAge and $.cap < maxPrice",
}


def note() -> str:
    return f"zen-engine {version('zen-engine')} (Rust), a graph of two nodes, decimals, no trace"


def make() -> Evaluate:
    import zen

    decision = zen.ZenEngine().create_decision(json.dumps(_graph()))

    def evaluate(case: Case) -> Answer:
        result = decision.evaluate(case.request)["result"]
        return result["fee"], result["entitled"]

    return evaluate


def _graph() -> dict[str, Any]:
    plain = {"passThrough": True, "inputField": None, "outputPath": None, "executionMode": "single"}
    table = {
        **plain,
        "hitPolicy": "first",
        "inputs": [{"id": "day", "name": "Day", "field": "date"}],
        "outputs": [{"id": "price", "name": "Price", "field": "maxPrice"}],
        "rules": [
            {"_id": f"row{first}", "day": f"d($).isSameOrAfter(d('{iso(first)}'))", "price": str(int(amount))}
            for first, amount in reversed(PRICES)
        ],
    }
    fee = {
        **plain,
        "passThrough": False,
        "expressions": [{"id": key, "key": key, "value": value} for key, value in EXPRESSIONS.items()],
    }
    kinds: tuple[tuple[str, str, Any], ...] = (
        ("in", "inputNode", None),
        ("price", "decisionTableNode", table),
        ("fee", "expressionNode", fee),
        ("out", "outputNode", None),
    )
    nodes = [
        {"id": name, "type": kind, "name": name, "position": {"x": place, "y": 0}}
        | ({"content": content} if content else {})
        for place, (name, kind, content) in enumerate(kinds)
    ]
    edges = [
        {"id": f"{one}-{other}", "sourceId": one, "targetId": other, "type": "edge"}
        for one, other in (("in", "price"), ("price", "fee"), ("fee", "out"))
    ]
    return {"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges}
