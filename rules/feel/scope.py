"""Where a name gets its value, settled while compiling: bound, an item's attribute, given, or built in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rules.feel import tree
from rules.feel.errors import FeelError
from rules.feel.names import did_you_mean
from rules.feel.values import Function

ITEM = "item"
TESTED = "?"


class Slots:
    """Hands out places for bound values; `used` is how many a frame needs."""

    def __init__(self) -> None:
        self.used = 0

    def take(self) -> int:
        self.used += 1
        return self.used - 1


@dataclass(frozen=True)
class Binding:
    """A name bound by for, some, every, a parameter or a context entry; `item` also lends its attributes' names."""

    name: str
    slot: int
    is_item: bool = False


@dataclass(frozen=True)
class Found:
    """What a name means: the items whose attribute it may be (innermost first), and what it is otherwise."""

    items: tuple[int, ...]
    slot: int | None = None
    root: str | None = None
    function: Function | None = None


@dataclass(frozen=True)
class Scope:
    """The names an expression may use at one place in it."""

    roots: frozenset[str]
    functions: Mapping[str, Function]
    slots: Slots
    bindings: tuple[Binding, ...] = ()
    forgiven: list[FeelError] | None = None
    """The errors that are null instead, as the standard has it; None where they are raised."""

    def bind(self, *names: str) -> Scope:
        """The scope within which the names are bound, each in a slot of its own."""
        added = tuple(Binding(name, self.slots.take()) for name in names)
        return Scope(self.roots, self.functions, self.slots, (*self.bindings, *added), self.forgiven)

    def bind_item(self) -> Scope:
        """The scope within a filter: `item`, and its attributes by their bare names."""
        added = Binding(ITEM, self.slots.take(), is_item=True)
        return Scope(self.roots, self.functions, self.slots, (*self.bindings, added), self.forgiven)

    @property
    def last_slot(self) -> int:
        return self.bindings[-1].slot

    def find(self, node: tree.Name) -> Found:
        """What the name means here. Raises FeelError when nothing is called that, naming what is near."""
        items: list[int] = []
        for binding in reversed(self.bindings):
            if binding.name == node.name:
                return Found(tuple(items), slot=binding.slot)
            if binding.is_item:
                items.append(binding.slot)
        if node.name in self.roots:
            return Found(tuple(items), root=node.name)
        if node.name in self.functions:
            return Found(tuple(items), function=self.functions[node.name])
        if items:
            return Found(tuple(items))
        nearest = did_you_mean(node.name, {*self.roots, *self.functions, *self.bound()})
        self.refuse(
            FeelError(
                f"`{node.name}` is not known here.{nearest}{self._names_there_are()}",
                node.place.line,
                node.place.column,
            )
        )
        return Found(())

    def refuse(self, error: FeelError) -> None:
        """Raise an error of the author, or note it where it is forgiven."""
        if self.forgiven is None:
            raise error
        self.forgiven.append(error)

    def bound(self) -> Iterable[str]:
        return (binding.name for binding in self.bindings)

    def _names_there_are(self) -> str:
        names = sorted({*self.roots, *self.bound()})
        return f" The names here are {', '.join(names)}." if 0 < len(names) <= 12 else ""
