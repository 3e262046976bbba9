"""Writes calls of built-in functions: those that rules live by as a line of Python, others as the call itself."""

from __future__ import annotations

import decimal
from collections.abc import Callable, Sequence

from rules.feel import tree
from rules.feel.builtins import BUILTINS
from rules.feel.numbers import whole
from rules.plain.body import Body
from rules.plain.expressions import _written, alike, exact, logical, unless_null, value_of
from rules.plain.loops import counted, extreme, summed
from rules.plain.terms import BOOLEAN, EXACT_TOP, SAFE_TOP, Base, Kind, NotPlain, Term, joined

_ROUNDING = {
    "floor": decimal.ROUND_FLOOR,
    "ceiling": decimal.ROUND_CEILING,
    "decimal": decimal.ROUND_HALF_EVEN,
    "round up": decimal.ROUND_UP,
    "round down": decimal.ROUND_DOWN,
    "round half up": decimal.ROUND_HALF_UP,
    "round half down": decimal.ROUND_HALF_DOWN,
}
_GIVES: dict[str, Base] = {
    "string length": "number",
    "upper case": "text",
    "lower case": "text",
    "substring before": "text",
    "substring after": "text",
    "contains": "boolean",
    "starts with": "boolean",
    "ends with": "boolean",
    "string": "text",
    "modulo": "number",
    "sqrt": "number",
    "odd": "boolean",
    "even": "boolean",
    "day of year": "number",
    "week of year": "number",
    "day of week": "text",
    "month of year": "text",
}
"""What functions of plain values give, where they do not give null."""


@_written.register
def _call(node: tree.Call, body: Body) -> Term:
    name = node.function.name if isinstance(node.function, tree.Name) else ""
    if name not in BUILTINS or name in body.bound or any(argument.name for argument in node.arguments):
        raise NotPlain(f"the call `{name}(…)`" if name else "a call of what an expression gives")
    arguments = [argument.value for argument in node.arguments]
    if name in ("sum", "count") and len(arguments) == 1:
        found = value_of(arguments[0], body)
        if found.walk is None:
            raise NotPlain(f"{name} of a {found.kind.base}")
        return summed(found.walk, body) if name == "sum" else counted(found.walk, body)
    if name in ("min", "max") and len(arguments) == 1:
        found = value_of(arguments[0], body)
        if found.walk is None:
            raise NotPlain(f"{name} of a {found.kind.base}")
        return extreme(found.walk, name, body)
    terms = [value_of(argument, body) for argument in arguments]
    if any(term.kind.base in ("list", "entity", "used rule", "null") for term in terms):
        raise NotPlain(f"{name} of a {', '.join(term.kind.base for term in terms)}")
    if name in ("min", "max") and len(terms) > 1:
        return _extreme("<" if name == "min" else ">", terms, body)
    if name in _ROUNDING:
        return _rounded(name, terms, body)
    special = _SPECIAL.get(name)
    written = special(terms, body) if special is not None else None
    return written if written is not None else _called(name, terms, body)


def _extreme(operator: str, terms: Sequence[Term], body: Body) -> Term:
    """The least or greatest of values of one kind; null when one is null."""
    if any(term.kind.base not in ("number", "date", "text") for term in terms):
        raise NotPlain("the extreme of such values")
    best = body.writer.kept(terms[0])
    for following in terms[1:]:
        best, other = alike(best, body.writer.kept(following))
        kind = joined(best.kind, other.kind).known
        code = f"{{1}} if {{1}} {operator} {{0}} else {{0}}"
        best = body.writer.kept(unless_null([best, other], code, kind, body))
    return best


def _rounded(name: str, terms: Sequence[Term], body: Body) -> Term:
    """Rounded to a fixed number of decimals. An int is whole already."""
    scale = 0
    if len(terms) == 2:
        fixed = whole(terms[1].folded[0]) if terms[1].folded else None
        if fixed is None or not 0 <= fixed <= 10:
            raise NotPlain(f"{name} to a number of decimals that is not fixed")
        scale = fixed
    elif len(terms) != 1 or name not in ("floor", "ceiling"):
        raise NotPlain(f"{name} of {len(terms)}")
    if terms[0].kind.base != "number":
        raise NotPlain(f"{name} of a {terms[0].kind.base}")
    number = body.writer.kept(terms[0])
    if number.kind.top + scale >= EXACT_TOP:
        return _called(name, [number, *terms[1:]], body)
    unit = body.writer.bind(decimal.Decimal(1).scaleb(-scale), "unit")
    wide = body.writer.bind(_WIDE, "wide")
    code = f"({{0}}).quantize({unit}, {body.writer.bind(_ROUNDING[name], 'rounding')}, {wide})"
    if number.kind.whole:
        code = f"{{0}} if type({{0}}) is int else {code}"
    return unless_null([number], code, number.kind.known, body)


_WIDE = decimal.Context(prec=200, Emin=-6200, Emax=6300, traps=[])
"""So that rounding a number within ±10^34 to a few decimals never wants for digits."""


def _day(terms: Sequence[Term], body: Body) -> Term | None:
    if len(terms) != 3 or any(term.kind.base != "number" for term in terms):
        return None
    return unless_null(terms, "made_day({0}, {1}, {2})", Kind("date"), body)


def _not(terms: Sequence[Term], body: Body) -> Term | None:
    return unless_null([logical(terms[0])], "not {0}", BOOLEAN, body) if len(terms) == 1 else None


def _abs(terms: Sequence[Term], body: Body) -> Term | None:
    if len(terms) != 1 or terms[0].kind.base != "number":
        return None
    return unless_null(terms, "abs({0})", terms[0].kind.known, body)


_SPECIAL: dict[str, Callable[[Sequence[Term], Body], Term | None]] = {"date": _day, "not": _not, "abs": _abs}


def _called(name: str, terms: Sequence[Term], body: Body) -> Term:
    """A call of the function itself, with values as the closures have them."""
    base = _GIVES.get(name, "number" if name in _ROUNDING else None)
    if base is None or any(term.kind.base in ("months", "days") for term in terms):
        raise NotPlain(f"the call `{name}(…)`")
    texts = []
    for term in terms:
        kept = body.writer.kept(term)
        text = exact(kept) if kept.kind.base == "number" else kept.code
        texts.append(f"(None if {kept.code} is None else {text})" if kept.kind.null else text)
    function = body.writer.bind(BUILTINS[name].call, "function")
    kind = Kind(base, null=True, top=SAFE_TOP if base == "number" else 0)
    return Term(f"{function}({', '.join(texts)})", kind)
