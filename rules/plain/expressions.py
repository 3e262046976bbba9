"""Writes one expression: each kind of node has a small function that gives the text of its value."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace

from rules.feel import tree
from rules.feel.builtins import BUILTINS
from rules.plain.body import Body
from rules.plain.facts import read_attribute
from rules.plain.given import MOST_MONTHS, latest_start
from rules.plain.terms import BOOLEAN, EXACT_TOP, NULL, SAFE_TOP, Kind, NotPlain, Term, joined


def value_of(node: tree.Node, body: Body) -> Term:
    """The value of a node, after whatever lines it takes. Raises NotPlain."""
    if body.stretches.is_fixed(node, body.bound):
        return body.stretches.term(node)
    return _written(node, body)


@functools.singledispatch
def _written(node: tree.Node, body: Body) -> Term:
    raise NotPlain(type(node).__name__)


@_written.register
def _name(node: tree.Name, body: Body) -> Term:
    if node.name in BUILTINS and node.name not in body.bound:
        raise NotPlain(f"`{node.name}` as a value")
    return body.named(node.name)


@_written.register
def _path(node: tree.Path, body: Body) -> Term:
    if isinstance(node.base, tree.Call):
        part = _part_of_duration(node.base, node.attribute, body)
        if part is not None:
            return part
    base = value_of(node.base, body)
    if base.kind.base == "used rule":
        used = body.used_rules[base.kind.subject]
        if node.attribute == "answer":
            return Term(f"{base.code}[0]", Kind("text"))
        if node.attribute not in used.kinds:
            return Term("None", NULL, atom=True)
        key = body.writer.bind(node.attribute, "key")
        return Term(f"{base.code}[1].get({key})", replace(used.kinds[node.attribute], null=True, whole=False))
    if base.kind.base == "date" and node.attribute in ("year", "month", "day"):
        return unless_null([base], f"{{0}}.{node.attribute}", Kind("number", whole=True, top=4), body)
    if base.kind.base in ("entity", "list"):
        return read_attribute(base, node.attribute, body.model, body.writer)
    raise NotPlain(f"`.{node.attribute}` of a {base.kind.base}")


def _part_of_duration(node: tree.Call, part: str, body: Body) -> Term | None:
    """years and months duration(…).years, without making the duration."""
    name = node.function.name if isinstance(node.function, tree.Name) else ""
    if name != "years and months duration" or part != "years" or any(a.name for a in node.arguments):
        return None
    terms = [value_of(argument.value, body) for argument in node.arguments]
    if len(terms) != 2 or any(term.kind.base != "date" for term in terms):
        return None
    return unless_null(terms, "years_between({0}, {1})", Kind("number", whole=True, top=5), body)


def unless_null(terms: Sequence[Term], code: str, kind: Kind, body: Body) -> Term:
    """The text with the terms put in; null when one of those that may be null is."""
    may = [index for index, term in enumerate(terms) if term.kind.null]
    if may:
        terms = [body.writer.kept(term) if index in may else term for index, term in enumerate(terms)]
        checks = " or ".join(f"{terms[index].code} is None" for index in may)
        made = code.format(*(term.code for term in terms))
        return Term(f"(None if {checks} else {made})", replace(kind, null=True))
    return Term(f"({code.format(*(term.code for term in terms))})", kind)


# ---- numbers and dates


def exact(term: Term) -> str:
    """The text of a number as a Decimal (of one that is not null)."""
    if term.exact:
        return term.exact
    return f"Decimal({term.code})" if term.kind.whole else term.code


def alike(one: Term, other: Term) -> tuple[Term, Term]:
    """Two numbers to be compared or chosen between: both as Decimals where that costs nothing."""
    if one.kind.base == other.kind.base == "number" and one.kind.whole != other.kind.whole:
        return _as_decimal(one), _as_decimal(other)
    return one, other


def _as_decimal(term: Term) -> Term:
    if not term.kind.whole or not term.exact:
        return term
    return replace(term, code=term.exact, kind=replace(term.kind, whole=False))


@_written.register
def _negation(node: tree.Negation, body: Body) -> Term:
    operand = value_of(node.operand, body)
    if operand.kind.base != "number":
        raise NotPlain(f"- before a {operand.kind.base}")
    return unless_null([operand], "-{0}", operand.kind.known, body)


@_written.register
def _arithmetic(node: tree.Arithmetic, body: Body) -> Term:
    left, right = value_of(node.left, body), value_of(node.right, body)
    for length in ("months", "days"):
        if left.kind.base == "date" and right.kind.base == length and node.operator in "+-":
            return unless_null([left, right], f"{length}_on({{0}}, {node.operator}{{1}})", Kind("date"), body)
        if left.kind.base == length and right.kind.base == "date" and node.operator == "+":
            return unless_null([left, right], f"{length}_on({{1}}, {{0}})", Kind("date"), body)
    if left.kind.base != "number" or right.kind.base != "number" or node.operator == "**":
        raise NotPlain(f"{left.kind.base} {node.operator} {right.kind.base}")
    return (
        _divided(left, right, body) if node.operator == "/" else _reckoned(node.operator, left, right, body)
    )


def _reckoned(operator: str, left: Term, right: Term, body: Body) -> Term:
    """+, - and *: of ints where that is exact, else of Decimals, which keep FEEL's 34 digits."""
    one, other = left.kind, right.kind
    top = one.top + other.top if operator == "*" else max(one.top, other.top) + 1
    whole = one.whole and other.whole and top <= EXACT_TOP
    kind = Kind("number", whole=whole, top=min(top, SAFE_TOP))
    if whole:
        return unless_null([left, right], f"{{0}} {operator} {{1}}", kind, body)
    # A Decimal with an int is reckoned as exactly as two Decimals; two ints would not be rounded
    left = body.writer.kept(left)
    first = exact(left) if left.exact or (one.whole and other.whole) else left.code
    second = right.exact or "{1}"
    if top <= SAFE_TOP:
        return unless_null([left, right], f"{first} {operator} {second}", kind, body)
    found = unless_null([left, right], f"finite({first} {operator} {second})", kind, body)
    return Term(found.code, replace(kind, null=True))


def _divided(left: Term, right: Term, body: Body) -> Term:
    left, right = body.writer.kept(left), body.writer.kept(right)
    if right.folded and right.folded[0]:
        top = max(left.kind.top - right.folded[0].adjusted(), 1)
        kind = Kind("number", top=top)
        return unless_null([left, right], f"{exact(left)} / {right.exact}", kind, body)
    quotient = unless_null([left, right], f"quotient({exact(left)}, {exact(right)})", Kind("number"), body)
    return Term(quotient.code, Kind("number", null=True, top=SAFE_TOP))


# ---- comparison


@_written.register
def _comparison(node: tree.Comparison, body: Body) -> Term:
    reached = _reached(node, body)
    if reached is not None:
        return reached
    return compared(node.operator, value_of(node.left, body), value_of(node.right, body), body)


_REACHED = {">=": "<=", "<": ">"}


def _reached(node: tree.Comparison, body: Body) -> Term | None:
    """`today >= day + duration`: asks whether the day is early enough, so that no day is reckoned for a person."""
    if node.operator not in _REACHED or not isinstance(node.right, tree.Arithmetic):
        return None
    is_today = isinstance(node.left, tree.Name) and node.left.name == "today" and "today" not in body.bound
    if not is_today or node.right.operator != "+":
        return None
    day, length = value_of(node.right.left, body), value_of(node.right.right, body)
    if day.kind.base != "date" or length.kind.base != "months" or not length.folded:
        return None
    months: int = length.folded[0].total
    if not 0 <= months <= MOST_MONTHS:
        return None
    latest = body.stretches.of_today(lambda today: latest_start(today, months), ("latest start", months))
    day = body.writer.kept(day)
    if ("near", day.code) not in body.writer.at_hand:
        there = f"{day.code} is not None and " if day.kind.null else ""
        body.writer.line(f"if {there}{day.code} > FAR: raise Beside")
        body.writer.at_hand["near", day.code] = day
    return unless_null([day], f"{{0}} {_REACHED[node.operator]} {latest}", BOOLEAN, body)


def compared(operator: str, left: Term, right: Term, body: Body) -> Term:
    one, other = left.kind, right.kind
    if "null" in (one.base, other.base) and "list" not in (one.base, other.base):
        return _compared_with_null(operator, right if one.base == "null" else left, body)
    if one.base != other.base or one.base not in ("number", "text", "date", "boolean"):
        raise NotPlain(f"{one.base} {operator} {other.base}")
    left, right = alike(left, right)
    if operator == "=":
        return Term(f"({left.code} == {right.code})", BOOLEAN)
    if operator == "!=":
        return Term(f"({left.code} != {right.code})", BOOLEAN)
    if one.base == "boolean":
        raise NotPlain("the order of true and false")
    return unless_null([left, right], f"{{0}} {operator} {{1}}", BOOLEAN, body)


def _compared_with_null(operator: str, value: Term, body: Body) -> Term:
    if operator not in ("=", "!="):
        return Term("None", NULL, atom=True)
    there = ("there", value.code) in body.writer.at_hand
    if not value.kind.null or there:
        answer = operator == "!="
        return Term(str(answer), BOOLEAN, atom=True, folded=(answer,))
    return Term(f"({value.code} is {'not ' if operator == '!=' else ''}None)", BOOLEAN)


@_written.register
def _between(node: tree.Between, body: Body) -> Term:
    value = body.writer.kept(value_of(node.value, body))
    tests = [compared(">=", value, value_of(node.low, body), body)]
    tests.append(compared("<=", value, value_of(node.high, body), body))
    return _settled(tests, body, settling=False)


@_written.register
def _in(node: tree.In, body: Body) -> Term:
    value = body.writer.kept(value_of(node.value, body))
    return _settled([_passes(value, test, body) for test in node.tests], body, settling=True)


def _passes(value: Term, test: tree.Node, body: Body) -> Term:
    if isinstance(test, tree.RangeOf):
        tests = []
        if test.start is not None:
            tests.append(compared(">=" if test.start_included else ">", value, _end(test.start, body), body))
        if test.end is not None:
            tests.append(compared("<=" if test.end_included else "<", value, _end(test.end, body), body))
        return _settled(tests, body, settling=False)
    if isinstance(test, tree.ListOf):
        return _settled([_passes(value, item, body) for item in test.items], body, settling=True)
    if isinstance(test, tree.Constant):
        return compared("=", value, value_of(test, body), body)
    raise NotPlain(f"the test {type(test).__name__}")


def _end(node: tree.Node, body: Body) -> Term:
    found = value_of(node, body)
    if found.kind.null:
        raise NotPlain("a range with an end that may be null")
    return found


# ---- logic


@_written.register
def _all_of(node: tree.AllOf, body: Body) -> Term:
    return _in_turn(node.operands, body, settling=False)


@_written.register
def _any_of(node: tree.AnyOf, body: Body) -> Term:
    return _in_turn(node.operands, body, settling=True)


def _in_turn(operands: Sequence[tree.Node], body: Body, *, settling: bool) -> Term:
    """and, or: each operand only where those before it have not settled the matter."""
    writer = body.writer
    found = logical(value_of(operands[0], body))
    for operand in operands[1:]:
        with writer.aside() as held:
            other = logical(value_of(operand, body))
        if not held:
            found = _settled([found, other], body, settling=settling)
            continue
        name = writer.fresh("holds")
        writer.line(f"{name} = {found.code}")
        with writer.block(f"if {name} is not {settling}:"):
            writer.put(held)
            _settle(name, found, other, body, settling)
        null = found.kind.null or other.kind.null
        found = Term(name, replace(BOOLEAN, null=null), atom=True)
    return found


def _settle(name: str, found: Term, other: Term, body: Body, settling: bool) -> None:
    """Where `name` is not settled yet, let the other value settle it, or make it null."""
    if not found.kind.null:
        body.writer.line(f"{name} = {other.code}")
        return
    other = body.writer.kept(other)
    body.writer.line(f"if {other.code} is not {not settling}: {name} = {other.code}")


def _settled(terms: Sequence[Term], body: Body, *, settling: bool) -> Term:
    """and, or, of values that are there already."""
    if not terms:
        raise NotPlain("a test of nothing")
    word = " or " if settling else " and "
    if not any(term.kind.null for term in terms):
        return Term(f"({word.join(term.code for term in terms)})", BOOLEAN) if len(terms) > 1 else terms[0]
    kept = [body.writer.kept(logical(term)) for term in terms]
    settles = " or ".join(f"{term.code} is {settling}" for term in kept)
    nulls = " or ".join(f"{term.code} is None" for term in kept if term.kind.null)
    return Term(
        f"({settling} if {settles} else None if {nulls} else {not settling})", replace(BOOLEAN, null=True)
    )


def logical(term: Term) -> Term:
    if term.kind.base == "null":
        return Term("None", replace(BOOLEAN, null=True), atom=True)
    if term.kind.base != "boolean":
        raise NotPlain(f"a {term.kind.base} as a condition")
    return term


@_written.register
def _if(node: tree.If, body: Body) -> Term:
    condition = logical(value_of(node.condition, body))
    if condition.folded:
        return value_of(node.then if condition.folded[0] is True else node.otherwise, body)
    writer = body.writer
    with writer.aside() as first:
        then = value_of(node.then, body)
    with writer.aside() as second:
        otherwise = value_of(node.otherwise, body)
    then, otherwise = alike(then, otherwise)
    kind = joined(then.kind, otherwise.kind)
    holds = f"{condition.code} is True" if condition.kind.null else condition.code
    if not first and not second:
        return Term(f"({then.code} if {holds} else {otherwise.code})", kind)
    name = writer.fresh("chosen")
    for header, lines, branch in ((f"if {holds}:", first, then), ("else:", second, otherwise)):
        with writer.block(header):
            writer.put(lines)
            writer.line(f"{name} = {branch.code}")
    return Term(name, kind, atom=True)


@_written.register
def _constant(node: tree.Constant, body: Body) -> Term:
    return body.stretches.term(node)
