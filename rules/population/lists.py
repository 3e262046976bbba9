"""Lists in columns: the items are worked out on a table of their own, and brought together again for each owner."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import ibis

from rules.feel import tree
from rules.population.body import Body
from rules.population.frame import Frame, Standing, marked
from rules.population.terms import NotColumns, Term, both, column, either, literal, negated, opposite, surely

OWNER = "owner"


def attribute_of(items: Term, attribute: str) -> Term:
    """`adults.assessed_income`: an attribute of each item."""
    return replace(items, where=replace(items.where, steps=(*items.where.steps, attribute)))


def filtered(items: Term, condition: tree.Node) -> Term:
    """`adults[income > 0]`: the items for which the condition is true."""
    return replace(items, where=replace(items.where, steps=(*items.where.steps, condition)))


How = Literal["sum", "min", "max", "count", "any", "all"]


class Items:
    """The items of a list for every owner of one, in a frame of their own."""

    def __init__(self, items: Term, body: Body) -> None:
        self.items, self.body, outer = items, body, body.frame
        if body.bound or body.item is not None:
            raise NotColumns("a list within a list")
        at: Standing = items.where
        self.at = at
        owners = outer.population.rows(at.owner, {at.attribute}) if at.prefix else outer.first
        rows = owners.select(owners["id"].name(OWNER), owners[at.attribute].unnest().name("item"))
        standing = Standing(at.subject, at.path, "item.", "item")
        owner = Standing(at.owner, at.path.rpartition(".")[0], "", OWNER)
        self.frame = Frame(outer.population, outer.model, owner, rows, outer.only_compared)
        self.item = Term(ibis._["item"], "entity", where=standing)
        self.value = self.item
        self.chosen: Any = True
        for step in at.steps:
            if isinstance(step, str):
                if self.value.base != "entity":
                    raise NotColumns(f"`.{step}` of a {self.value.base} of a list")
                self.value = self.frame.fact(self.value, step)
            else:
                self._filter(step)
        if self.value.base == "list":
            raise NotColumns("a list within a list")

    def _filter(self, condition: tree.Node) -> None:
        inner = replace(self.body, frame=self.frame, item=self.value, _named={})
        held = inner.value(condition)
        if held.base != "boolean":
            raise NotColumns(f"a filter that is a {held.base}")
        self.frame.doubts.append(opposite(held.known))
        self.chosen = both(self.chosen, surely(held.value))

    def holds(self, name: str, condition: tree.Node) -> Term:
        """The condition of `some` and `every`, for each item."""
        inner = replace(self.body, frame=self.frame, bound={name: self.value}, item=None, _named={})
        return inner.value(condition)

    def brought_together(self, **columns: tuple[How, Any]) -> dict[str, Any]:
        """Aggregates for each owner, as columns of the frame the list stands in; null where the list is empty."""
        outer, frame = self.body.frame, self.frame
        key = outer.fresh("owner")
        whole: dict[str, tuple[How, Any]] = {
            "doubt": ("any", marked(frame.doubts)),
            "gap": ("any", marked(frame.gaps)),
        }
        names = {name: outer.fresh(name) for name in (*columns, *whole)}
        wanted = {"kept": column(self.chosen)}
        wanted |= {names[name]: value for name, (_, value) in (*columns.items(), *whole.items())}

        def join(made: Any) -> Any:
            table = frame.table()
            table = table.select(OWNER, **wanted)
            kept = None if self.chosen is True else table["kept"]
            found = table.group_by(OWNER).agg(
                **{names[name]: _all_of(table[names[name]], how, kept) for name, (how, _) in columns.items()},
                **{names[name]: _all_of(table[names[name]], how, None) for name, (how, _) in whole.items()},
            )
            # made once and for itself: a query that groups and joins at a time may not go on on disk
            found = found.cache()
            return made.left_join(found.rename({key: OWNER}), made[self.at.key] == found[OWNER])

        outer.then(join)
        outer.doubts.append(surely(ibis._[names["doubt"]]))
        outer.gaps.append(surely(ibis._[names["gap"]]))
        return {name: ibis._[names[name]] for name in columns}


def _all_of(values: Any, how: How, kept: Any) -> Any:
    """The values of an owner's items made one."""
    return getattr(values, how)(where=kept)


def total(items: Term, body: Body, name: str) -> Term:
    """sum, min, max or count of a list. Of nothing, and with null, for the exact function."""
    if items.known is False:
        return Term(literal(None, "float64"), "number", known=False)
    found = Items(items, body)
    value = found.value
    if name == "count":
        columns = found.brought_together(count=("count", ibis._["item"]))
        return Term(columns["count"].fill_null(0).cast("float64"), "number", items.known, whole=True)
    if value.base != "number":
        raise NotColumns(f"{name} of a list of {value.base}")
    how: How = {"sum": "sum", "min": "min", "max": "max"}[name]  # type: ignore[assignment]  # its keys again
    columns = found.brought_together(
        total=(how, value.value),
        known=("all", column(value.known)),
        null=("any", column(both(value.known, value.value.isnull()))),
    )
    known = both(items.known, surely(columns["known"]))
    body.frame.doubts.append(both(items.known, surely(columns["known"].isnull() | columns["null"])))
    rough = name == "sum" and not value.whole
    return Term(columns["total"].cast("float64"), "number", known, rough=rough, whole=value.whole)


def quantified(node: tree.Quantified, items: Term, name: str, body: Body) -> Term:
    """`some` and `every`; a condition that is null for an item is for the exact function."""
    if items.known is False:
        return Term(literal(None, "boolean"), "boolean", known=False)
    found = Items(items, body)
    held = found.holds(name, node.condition)
    if held.base != "boolean":
        raise NotColumns(f"{node.quantifier} that is a {held.base}")
    some = node.quantifier == "some"
    settles = surely(held.value) if some else surely(~held.value)
    found.frame.doubts.append(both(held.known, held.value.isnull()))
    columns = found.brought_together(
        settled=("any", column(both(held.known, settles))),
        open=("any", column(opposite(held.known))),
    )
    settled, undecided = surely(columns["settled"]), surely(columns["open"])
    known = both(items.known, either(settled, opposite(undecided)))
    return Term(settled if some else negated(settled), "boolean", known)
