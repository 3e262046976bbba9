"""What a rule's names mean while its text is written, and in which order its `where` is worked out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from rules.feel import tree
from rules.model import InformationModel
from rules.plain.stretches import Stretches
from rules.plain.terms import Kind, NotPlain, Term, joined
from rules.plain.writer import Writer
from rules.rule import Definition, Rule

_LOOPS = (tree.For, tree.Quantified, tree.Filter)


@dataclass(frozen=True)
class UsedRule:
    """A rule that is used: the name of its function, and the kinds of its outcome."""

    function: str
    kinds: Mapping[str, Kind]


@dataclass
class Waiting:
    """A name of `where` that several branches ask for: what the text calls it, and its kind so far."""

    name: str
    kind: Kind | None = None


@dataclass(frozen=True)
class Body:
    """A rule's text while it is written. `bound` are names of loops; `item_of` is the item of a filter."""

    rule: Rule
    model: InformationModel
    writer: Writer
    stretches: Stretches
    used_rules: Mapping[str, UsedRule]
    value_of: Callable[[tree.Node, Body], Term]
    later: dict[str, Waiting] = field(default_factory=dict)
    bound: Mapping[str, Term] = field(default_factory=dict)

    def binding(self, name: str, term: Term) -> Body:
        return replace(self, bound={**self.bound, name: term})

    @property
    def _unbound(self) -> Body:
        return replace(self, bound={})

    # ---- names

    def named(self, name: str) -> Term:
        """The value of a name: bound, today, the subject, of `where`, an earlier outcome, or a used rule."""
        if name in self.bound:
            return self.bound[name]
        if name == "today":
            return Term("today", Kind("date"), atom=True)
        if name == self.rule.about:
            kind = self.model.subject_type(name)
            assert kind is not None
            return Term("subject", Kind("entity", subject=kind.id), atom=True)
        key = ("name", name)
        if key not in self.writer.at_hand:
            if name in self.used_rules:
                value = self.writer.fresh("used")
                self.writer.line(f"{value} = {self.used_rules[name].function}(today, subject)")
                term = Term(value, Kind("used rule", subject=name), atom=True)
            elif name in self.later:
                term = self._worked_out_once(name)
            else:
                term = self.writer.kept(self._defined(name), "where")
            self.writer.at_hand[key] = term
        return self.writer.at_hand[key]

    def _defined(self, name: str) -> Term:
        return self.value_of(self._definition(name).expression.tree, self._unbound)

    def _worked_out_once(self, name: str) -> Term:
        """A name that several branches ask for: worked out by the first of them that is taken."""
        waiting = self.later[name]
        with self.writer.block(f"if {waiting.name} is Ellipsis:"):
            found = self._defined(name)
            if found.walk is not None:
                raise NotPlain("a list that is asked for in several branches")
            self.writer.line(f"{waiting.name} = {found.code}")
        # It may have been worked out here or in a branch before
        waiting.kind = found.kind if waiting.kind is None else joined(waiting.kind, found.kind)
        return Term(waiting.name, waiting.kind, atom=True)

    def _definition(self, name: str) -> Definition:
        for definition in (*self.rule.where, *self.rule.outcome):
            if definition.name == name:
                return definition
        raise NotPlain(f"`{name}`")

    # ---- order

    def work_out_ahead(self, *nodes: tree.Node) -> None:
        """Write, ahead of the text of nodes, what all of them ask for, so that none of it is written twice.

        A name that one branch asks for is written there, and one that several ask for is worked out by the first
        of them that is taken.
        """
        sure: Counter[str] = Counter()
        perhaps: Counter[str] = Counter()
        for node in nodes:
            self._count(node, sure, perhaps)
        ahead, several = [], []
        for definition in reversed((*self.rule.where, *self.rule.outcome)):
            name = definition.name
            if ("name", name) in self.writer.at_hand or not (sure[name] or perhaps[name]):
                continue
            if sure[name]:
                self._count(definition.expression.tree, sure, perhaps)
                ahead.append(name)
            else:
                self._count(definition.expression.tree, perhaps, perhaps)
                if perhaps[name] > 1:
                    several.append(name)
        for name in self.used_rules:
            if sure[name] or perhaps[name] > 1:
                self.named(name)
        for name in several:
            if not self._is_fixed(name):
                self.later[name] = Waiting(self.writer.fresh("where"))
                self.writer.line(f"{self.later[name].name} = Ellipsis")
        for name in reversed(ahead):
            if not self._is_fixed(name):
                self.named(name)

    def _is_fixed(self, name: str) -> bool:
        return name in self.stretches.fixed

    def _count(self, node: tree.Node, sure: Counter[str], perhaps: Counter[str]) -> None:
        """Add how often names are asked for in any case, and how often only in some."""
        for name, branch in _names(node, 0):
            (perhaps if branch else sure)[name] += branch or 1


def _names(node: tree.Node, branch: int) -> Iterator[tuple[str, int]]:
    """Every name in a tree, with 0 where it is always asked for, 1 in a branch, 2 where it may be many times."""
    if isinstance(node, tree.Name):
        yield node.name, branch
        return
    for index, child in enumerate(tree.children(node)):
        deeper = branch
        if isinstance(node, _LOOPS) and index:
            deeper = 2
        elif index and isinstance(node, tree.If | tree.AllOf | tree.AnyOf | tree.In):
            deeper = max(branch, 1)
        yield from _names(child, deeper)
