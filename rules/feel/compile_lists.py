"""Compiles what makes and sifts lists and contexts: literals and filters (DMN 1.5, 10.3.2.5–6)."""

from __future__ import annotations

from decimal import Decimal

from rules.feel import tree
from rules.feel.compile import compile_node, compile_way
from rules.feel.frame import Frame, Step
from rules.feel.numbers import whole
from rules.feel.scope import Scope
from rules.feel.values import Context, Function, Unknown, Value


@compile_node.register
def _list_of(node: tree.ListOf, scope: Scope) -> Step:
    items = [compile_node(item, scope) for item in node.items]
    return lambda frame: [item(frame) for item in items]


@compile_node.register
def _context_of(node: tree.ContextOf, scope: Scope) -> Step:
    entries: list[tuple[str, int, Step]] = []
    for entry in node.entries:
        inner = scope.bind(entry.key)
        # A function may call itself by its entry's name; any other value sees only the entries before it.
        sees_itself = isinstance(entry.value, tree.FunctionDefinition)
        entries.append(
            (entry.key, inner.last_slot, compile_node(entry.value, inner if sees_itself else scope))
        )
        scope = inner

    def context(frame: Frame) -> Value:
        made = Context()
        for name, slot, value in entries:
            found = made[name] = frame.slots[slot] = value(frame)
            if isinstance(found, Function) and found.captured is not None:
                found.captured[slot] = found
        return made

    return context


@compile_node.register
def _filter(node: tree.Filter, scope: Scope) -> Step:
    base = compile_way(node.base, scope)
    inner = scope.bind_item()
    condition, slot = compile_node(node.condition, inner), inner.last_slot

    def filtered(frame: Frame) -> Value:
        found = base(frame)
        if isinstance(found, Unknown):
            frame.slots[slot] = found
            return _filtered_unknown(found, condition(frame))
        items = found if isinstance(found, list) else [] if found is None else [found]
        frame.run.spend(len(items))
        return _filtered(items, condition, slot, frame)

    return filtered


def _filtered(items: list[Value], condition: Step, slot: int, frame: Frame) -> Value:
    """The items whose condition is true; or, when the brackets hold a number, the item at that position."""
    kept: list[Value] = []
    missing: list[str] = []
    if not items:
        frame.slots[slot] = None
        return None if isinstance(condition(frame), Decimal) else []
    for item in items:
        frame.slots[slot] = item
        holds = condition(frame)
        if isinstance(holds, Decimal):
            return _at_position(items, holds)
        if isinstance(holds, Unknown):
            missing.extend(holds.missing)
        elif holds is True:
            kept.append(item)
    return Unknown(missing) if missing else kept


def _at_position(items: list[Value], position: Decimal) -> Value:
    """From 1 at the front, from -1 at the back; null outside."""
    index = whole(position)
    if not index or abs(index) > len(items):
        return None
    return items[index - 1 if index > 0 else index]


def _filtered_unknown(found: Unknown, condition: Value) -> Unknown:
    """Nobody knows the list, so its items' condition is missing too, as far as it is not known already."""
    if not isinstance(condition, Unknown):
        return found
    return Unknown([*found.missing, *condition.missing], found.fact)
