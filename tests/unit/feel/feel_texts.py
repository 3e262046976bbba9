"""Expressions made by the grammar of FEEL (DMN 1.5, 10.3.1.2), and the same spoilt: for fuzzing.

Quick enough to make a million of. The same seed makes the same texts.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from rules.feel.builtins import BUILTINS

_LITERALS = [
    "0",
    "1",
    "-1",
    "2.5",
    "1e3",
    "1e-6144",
    "9999999999999999999999999999999999",
    ".5",
    '""',
    '"a"',
    '"é🐎"',
    '"\\u0041"',
    "true",
    "false",
    "null",
    '@"2024-02-29"',
    '@"P1D"',
    '@"-P1Y2M"',
    '@"23:59:60"',
    '@"12:00:00+02:00"',
    '@"2024-03-31T02:30:00@Europe/Oslo"',
    '@"x"',
    "?",
]
_NAMES = [
    "f.n",
    "f.m",
    "f.t",
    "f.list",
    "f.list.x",
    "f.s",
    "f.d",
    "x",
    "item",
    "partial",
    "a",
    "b",
    "f",
    "f.none",
    "f.list[1].x",
    "today",
]
_TYPES = [
    "number",
    "string",
    "boolean",
    "date",
    "time",
    '"date',
    "and",
    'time"',
    "Any",
    "list<number>",
    "range<date>",
    "context<a:number>",
    "function<number>->string",
    "list<list<Any>>",
]
_SIGNS = ["+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "and", "or", "in"]
_NOISE = [
    *"()[]{}<>,.;:=!?@\"'\\/*-+ \n\t\x00\ufeff\u2028é🐎٣",
    *["if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "not(", ".."],
]
_DEEP = (
    "(",
    "[",
    "{a:",
    "not(",
    "-",
    "if true then ",
    "for i in ",
    "function(a) ",
    "f[",
    "1+",
    "@",
    "some i in f satisfies ",
)


class FeelTexts:
    """Makes one text after the other."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # no secret
        self._functions = sorted(BUILTINS)
        self._forms: tuple[Callable[[int], str], ...] = (
            self._binary, self._binary, self._call, self._call, self._call, self._if, self._loop, self._quantified,
            self._list, self._context, self._range, self._filter, self._path, self._instance, self._function,
            self._between, self._in,
        )  # fmt: skip

    def text(self) -> str:
        """A text: mostly an expression, often spoilt, now and then noise or something deep."""
        kind = self.chance.random()
        if kind < 0.5:
            return self.expression(self.chance.randint(1, 4))
        if kind < 0.9:
            return self._spoilt(self.expression(self.chance.randint(1, 3)))
        if kind < 0.99:
            return "".join(self.chance.choices(_NOISE, k=self.chance.randint(0, 30)))
        return self.chance.choice(_DEEP) * self.chance.randint(1, 400) + self.expression(1)

    def expression(self, depth: int) -> str:
        if depth <= 0 or self.chance.random() < 0.15:
            return self.chance.choice(_LITERALS if self.chance.random() < 0.5 else _NAMES)
        return self.chance.choice(self._forms)(depth - 1)

    def _spoilt(self, text: str) -> str:
        """The text with a few places cut out, doubled, turned about, or with something put in."""
        for _ in range(self.chance.randint(1, 3)):
            at = self.chance.randint(0, len(text))
            to = min(len(text), at + self.chance.randint(0, 6))
            piece = self.chance.choice(
                ("", "", text[at:to] * 2, text[at:to][::-1], self.chance.choice(_NOISE))
            )
            text = text[:at] + piece + text[to:]
        return text

    def _some(self, depth: int, most: int = 3) -> str:
        return ", ".join(self.expression(depth) for _ in range(self.chance.randint(0, most)))

    def _binary(self, depth: int) -> str:
        return f"({self.expression(depth)} {self.chance.choice(_SIGNS)} {self.expression(depth)})"

    def _call(self, depth: int) -> str:
        return f"{self.chance.choice(self._functions)}({self._some(depth)})"

    def _if(self, depth: int) -> str:
        return f"if {self.expression(depth)} then {self.expression(depth)} else {self.expression(depth)}"

    def _loop(self, depth: int) -> str:
        until = f"..{self.expression(depth)}" if self.chance.random() < 0.4 else ""
        source, body = self.expression(depth), self.expression(depth)
        return f"for a in {source}{until}, b in {self.expression(depth)} return {body}"

    def _quantified(self, depth: int) -> str:
        word = self.chance.choice(("some", "every"))
        return f"{word} a in {self.expression(depth)} satisfies {self.expression(depth)}"

    def _list(self, depth: int) -> str:
        return f"[{self._some(depth)}]"

    def _context(self, depth: int) -> str:
        keys = self.chance.choices(("a", "b", '"c d"', "a b"), k=self.chance.randint(0, 2))
        return f"{{{', '.join(f'{key}: {self.expression(depth)}' for key in keys)}}}"

    def _range(self, depth: int) -> str:
        start, end = self.chance.choice("[(]"), self.chance.choice("])[")
        return f"{start}{self.expression(depth)}..{self.expression(depth)}{end}"

    def _filter(self, depth: int) -> str:
        return f"{self.expression(depth)}[{self.expression(depth)}]"

    def _path(self, depth: int) -> str:
        return f"({self.expression(depth)}).{self.chance.choice(('a', 'x', 'year', 'time offset', 'start', 'list'))}"

    def _instance(self, depth: int) -> str:
        return f"{self.expression(depth)} instance of {self.chance.choice(_TYPES)}"

    def _function(self, depth: int) -> str:
        return f"(function(a, b: number) {self.expression(depth)})({self._some(depth)})"

    def _between(self, depth: int) -> str:
        return f"{self.expression(depth)} between {self.expression(depth)} and {self.expression(depth)}"

    def _in(self, depth: int) -> str:
        test = self.chance.choice(("< {}", "[{}..5]", "not({})", "({}, = 3)", "-", "{}"))
        return f"{self.expression(depth)} in ({test.format(self.expression(depth))})"
