"""Writes walks over lists: sums, counts, some and every, filters. A list is read once, an item at a time."""

from __future__ import annotations

from dataclasses import replace

from rules.feel import tree
from rules.feel.builtins import BUILTINS
from rules.plain.body import Body
from rules.plain.expressions import _written, logical, value_of
from rules.plain.terms import BOOLEAN, EXACT_TOP, SAFE_TOP, Kind, NotPlain, Term, Walk

_MORE = 4
"""A sum of a list as long as a plain function takes has at most so many digits more than its items."""


def summed(walk: Walk, body: Body) -> Term:
    """The sum of numbers. Of none at all, or with a null among them, it is for the closures to say."""
    writer = body.writer
    total, item = writer.fresh("total"), writer.fresh("each")
    writer.line(f"{total} = None" if walk.sifted else f"if not {walk.source}: raise Beside")
    if not walk.sifted:
        writer.line(f"{total} = 0")
    with writer.block(f"for {item} in {walk.source}:"):
        value = writer.kept(walk.item(item))
        if value.kind.base != "number":
            raise NotPlain(f"the sum of {value.kind.base} values")
        if value.kind.whole and value.kind.top + _MORE > EXACT_TOP:
            raise NotPlain("a sum of whole numbers that may grow too large to be exact")
        if value.kind.null:
            writer.line(f"if {value.code} is None: raise Beside")
        first = f"{value.code} if {total} is None else " if walk.sifted else ""
        writer.line(f"{total} = {first}{total} + {value.code}")
    if walk.sifted:
        writer.line(f"if {total} is None: raise Beside")
    kind = Kind("number", whole=value.kind.whole, top=min(value.kind.top + _MORE, SAFE_TOP))
    return Term(total, kind, atom=True)


def extreme(walk: Walk, name: str, body: Body) -> Term:
    """The least or greatest of numbers or days. Of none at all, or with a null among them, for the closures."""
    writer = body.writer
    best, item = writer.fresh(name), writer.fresh("each")
    writer.line(f"{best} = None")
    with writer.block(f"for {item} in {walk.source}:"):
        value = writer.kept(walk.item(item))
        if value.kind.base not in ("number", "date"):
            raise NotPlain(f"the {name} of {value.kind.base} values")
        if value.kind.null:
            writer.line(f"if {value.code} is None: raise Beside")
        operator = "<" if name == "min" else ">"
        writer.line(f"if {best} is None or {value.code} {operator} {best}: {best} = {value.code}")
    writer.line(f"if {best} is None: raise Beside")
    return Term(best, value.kind.known, atom=True)


def counted(walk: Walk, body: Body) -> Term:
    """How many items; what is in them is only looked at where some are left out."""
    kind = Kind("number", whole=True, top=_MORE)
    if not walk.sifted:
        return Term(f"len({walk.source})", kind)
    writer = body.writer
    count, item = writer.fresh("count"), writer.fresh("each")
    writer.line(f"{count} = 0")
    with writer.block(f"for {item} in {walk.source}:"):
        walk.item(item)
        writer.line(f"{count} += 1")
    return Term(count, kind, atom=True)


@_written.register
def _quantified(node: tree.Quantified, body: Body) -> Term:
    """some, every: until an item settles it; null when none does and one is null."""
    if len(node.iterations) != 1 or node.iterations[0].until is not None:
        raise NotPlain(f"{node.quantifier} over several lists")
    found = value_of(node.iterations[0].source, body)
    if found.walk is None:
        raise NotPlain(f"{node.quantifier} over a {found.kind.base}")
    settling = node.quantifier == "some"
    writer = body.writer
    holds, item = writer.fresh("holds"), writer.fresh("each")
    writer.line(f"{holds} = {not settling}")
    with writer.block(f"for {item} in {found.walk.source}:"):
        bound = writer.kept(found.walk.item(item))
        condition = logical(value_of(node.condition, body.binding(node.iterations[0].name, bound)))
        condition = writer.kept(condition)
        with writer.block(f"if {condition.code} is {settling}:"):
            writer.line(f"{holds} = {settling}")
            writer.line("break")
        if condition.kind.null:
            writer.line(f"if {condition.code} is None: {holds} = None")
    return Term(holds, replace(BOOLEAN, null=condition.kind.null), atom=True)


@_written.register
def _filter(node: tree.Filter, body: Body) -> Term:
    """The items of which the condition is true, as a list that is walked."""
    base = value_of(node.base, body)
    if base.walk is None or base.kind.subject == "":
        raise NotPlain("a filter of other than entities")
    walk, subject = base.walk, base.kind.subject
    own = {c.attribute for c in body.model.concepts.values() if c.subject == subject}
    names = {one.name for one in tree.every_node(node.condition) if isinstance(one, tree.Name)}
    others = {*body.bound, *BUILTINS, *body.stretches.fixed, *body.used_rules, "today", body.rule.about}
    others |= {definition.name for definition in (*body.rule.where, *body.rule.outcome)}
    if names & own & others:
        raise NotPlain("a filter whose items have an attribute that is also a name of the rule")

    def item(source: str) -> Term:
        one = walk.item(source)
        inner = body.binding("item", one)
        for name in sorted(names & own):
            attribute = tree.Path(node.place, tree.Name(node.place, "item"), name)
            inner = inner.binding(name, value_of(attribute, inner))
        condition = logical(value_of(node.condition, inner))
        holds = f"{condition.code} is not True" if condition.kind.null else f"not {condition.code}"
        with body.writer.block(f"if {holds}:"):
            body.writer.line("continue")
        return one

    return Term("", base.kind, walk=Walk(walk.source, item, sifted=True))
