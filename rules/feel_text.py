"""A part of an expression written out as FEEL text again, so that it can be asked on its own."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal

from rules.feel import tree


def feel_text(node: tree.Node) -> str | None:
    """The text of a node, with every parenthesis; None where it has a form that is not written here.

    Literals, names, paths, arithmetic, comparisons, logic, `if` and calls are written; what binds names of
    its own (for, some, filters, functions) is not.
    """
    match node:
        case tree.Constant(value=value):
            return literal(value)
        case tree.Name(name=name):
            return name
        case tree.Path(base=base, attribute=attribute):
            return _put(f"{{}}.{attribute}", base)
        case tree.Negation(operand=operand):
            return _put("(-{})", operand)
        case tree.Arithmetic(operator=operator, left=left, right=right):
            return _put(f"({{}} {operator} {{}})", left, right)
        case tree.Comparison(operator=operator, left=left, right=right):
            return _put(f"({{}} {operator} {{}})", left, right)
        case tree.If(condition=condition, then=then, otherwise=otherwise):
            return _put("(if {} then {} else {})", condition, then, otherwise)
        case tree.AllOf(operands=operands):
            return _put("(" + " and ".join(["{}"] * len(operands)) + ")", *operands)
        case tree.AnyOf(operands=operands):
            return _put("(" + " or ".join(["{}"] * len(operands)) + ")", *operands)
        case tree.ListOf(items=items):
            return _put("[" + ", ".join(["{}"] * len(items)) + "]", *items)
        case tree.Call(function=tree.Name(name=name), arguments=arguments):
            places = [f"{given.name}: {{}}" if given.name else "{}" for given in arguments]
            return _put(f"{name}({', '.join(places)})", *(given.value for given in arguments))
    return None


def _put(form: str, *nodes: tree.Node) -> str | None:
    texts = [feel_text(node) for node in nodes]
    return None if None in texts else form.format(*texts)


def literal(value: object) -> str | None:
    """A value as FEEL writes it; None for what has no literal."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, date) and not isinstance(value, datetime):
        return f'@"{value.isoformat()}"'
    return None
