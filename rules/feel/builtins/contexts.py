"""Functions of contexts, and is (DMN 1.5, 10.3.4.7, 10.3.4.11). A fact that lacks a key gives unknown, not null."""

from __future__ import annotations

from collections.abc import Mapping

from rules.feel.builtins.declare import builtin
from rules.feel.operators import equal, kind
from rules.feel.reading import read
from rules.feel.values import Context, Unknown, Value, unknown_of


@builtin("get value(context: context, key: string)", lenient=True)
def get_value(context: Value, key: Value) -> Value:
    return unknown_of((context, key)) if isinstance(key, Unknown) else read(context, key, None)


@builtin("get entries(context: context)")
def get_entries(context: Mapping[str, Value]) -> Value:
    return [Context(key=name, value=context[name]) for name in context]


@builtin("context(entries: list)")
def context_(entries: list[Value]) -> Value:
    """A context of {key: …, value: …} entries; null when a key is missing, no text, or there twice."""
    made = Context()
    for entry in entries:
        if not isinstance(entry, Mapping) or "key" not in entry or "value" not in entry:
            return None
        key = entry["key"]
        if not isinstance(key, str) or key in made:
            return None
        made[key] = entry["value"]
    return made


@builtin(
    "context put(context: context, key: string, value: any)",
    "context put(context: context, keys: list, value: any)",
)
def context_put(context: Mapping[str, Value], key: Value, value: Value) -> Value:
    """The context with one entry added or replaced; with a list of keys, one in a context within it."""
    keys = [key] if isinstance(key, str) else key
    if not keys or not all(isinstance(one, str) for one in keys):
        return None
    first, *deeper = keys
    if deeper:
        inner = context.get(first)
        if inner is None:
            inner = Context()
        if not isinstance(inner, Mapping):
            return None
        value = context_put(inner, deeper, value)
        if value is None:
            return None
    made = Context({name: context[name] for name in context})
    made[first] = value
    return made


@builtin("context merge(contexts: list)")
def context_merge(contexts: list[Value]) -> Value:
    """One context of several; where they share a key, the last holds."""
    made = Context()
    for context in contexts:
        if not isinstance(context, Mapping):
            return None
        made.update({name: context[name] for name in context})
    return made


@builtin("is(value1: any, value2: any)")
def is_(one: Value, other: Value) -> Value:
    """Are the two the very same: of one kind, and with one meaning (a date and time in one zone, too)?"""
    if kind(one) is not kind(other):
        return False
    if getattr(one, "tzinfo", None) != getattr(other, "tzinfo", None):
        return False
    return equal(one, other) is True
