"""From text to tokens. FEEL's tokens depend on what stands before them and on the names in scope, so this
is by hand.

Two things are kept while reading: the bracket we are in, with the names bound there, and whether the next
token is an operand or an operator. The second tells `[` of a list from `[` of a filter, and `]1..5]` from a
closing bracket.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lark import Token
from lark.lexer import Lexer, LexerState

from rules.feel import limits
from rules.feel.errors import FeelError
from rules.feel.names import KEYWORDS, NAME_PART, NAME_START, KnownNames, normal_name, word_at
from rules.feel.strings import read_string
from rules.feel.types import Type, read_type

_SPACE = re.compile(r"(?:\s|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_NUMBER = re.compile(r"(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?")
_KEY = re.compile(rf"({NAME_START}(?:{NAME_PART}|[ \t\r\n\-+*/'’.])*?)\s*(?=:)")
_BINDER = re.compile(rf"({NAME_START}(?:{NAME_PART}|[ \t\r\n\-+*/'’.])*?)\s+(?=in(?!{NAME_PART}))")
_PARAMETER = re.compile(rf"({NAME_START}(?:{NAME_PART}|[ \t\r\n\-+*/'’.])*?)\s*(?=[,:)])")
_OPERATORS = re.compile(r"\*\*|!=|<=|>=|\.\.|->|[-+*/=<>.,:]")
_OPERATOR_TOKENS = {
    "+": "PLUS", "-": "MINUS", "*": "STAR", "/": "SLASH", "**": "POWER", "=": "COMPARE", "!=": "COMPARE",
    "<": "COMPARE", "<=": "COMPARE", ">": "COMPARE", ">=": "COMPARE", "..": "DOTS", ".": "DOT", ",": "COMMA",
    ":": "COLON",
}  # fmt: skip
_ENDS_OPERAND = frozenset(
    [
        "NAME",
        "NUMBER",
        "STRING",
        "AT",
        "TRUE",
        "FALSE",
        "NULL",
        "RPAR",
        "RSQB",
        "RBRACE",
        "OPEN_END",
        "TYPE",
        "BINDER",
        "KEY",
    ]
)
_CLOSES = {")": "(", "]": "[", "}": "{"}


@dataclass
class _Bracket:
    """A bracket being read: how it opened, what it is for, and the names bound in it."""

    opened: str
    purpose: str  # group, call, filter, list, open range, context, parameters
    position: int
    names: list[str] = field(default_factory=list)
    headers: list[str] = field(
        default_factory=list
    )  # for/some/every whose `return`/`satisfies` is still to come
    ranged: bool = False  # a `..` was read in it
    expects_key: bool = False


@dataclass(frozen=True)
class Source:
    """A text to be read, and the names known in it: those in scope, and those that stand behind a dot."""

    text: str
    names: KnownNames
    attributes: Collection[str] = ()
    types: Mapping[str, Type] = field(default_factory=dict)


class FeelLexer(Lexer):
    """Lark's door to the tokens of a Source."""

    __future_interface__ = 2

    def __init__(self, lexer_conf: Any) -> None:
        pass

    def lex(self, lexer_state: LexerState, parser_state: Any) -> Iterator[Token]:
        source: Any = lexer_state.text
        yield from _Reading(source).tokens()


class _Reading:
    """One walk through one text."""

    def __init__(self, source: Source) -> None:
        self.text = source.text
        self.names = source.names
        self.types = source.types
        self.attributes = KnownNames(source.attributes)
        self.position = 0
        self.previous = ""
        self.brackets = [_Bracket("", "group", 0)]
        self.lines = [0, *(found.end() for found in re.finditer("\n", self.text))]

    # where we are

    def place(self, position: int) -> tuple[int, int]:
        low, high = 0, len(self.lines)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.lines[middle] <= position else (low, middle)
        return low + 1, position - self.lines[low] + 1

    def fault(self, message: str, position: int | None = None) -> FeelError:
        return FeelError(message, *self.place(self.position if position is None else position))

    def token(self, kind: str, value: Any, end: int) -> Token:
        line, column = self.place(self.position)
        token = Token(kind, self.text[self.position : end], line=line, column=column, start_pos=self.position)
        token.value = value
        self.position = end
        self.previous = kind
        return token

    def next_after(self, position: int) -> int:
        found = _SPACE.match(self.text, position)
        return found.end() if found else position

    # the walk

    def tokens(self) -> Iterator[Token]:
        while True:
            self.position = self.next_after(self.position)
            if self.position >= len(self.text):
                break
            yield self.next_token()
        if len(self.brackets) > 1:
            left = self.brackets[-1]
            raise self.fault(f"`{left.opened}` is never closed", left.position)

    def next_token(self) -> Token:
        character = self.text[self.position]
        if self.previous == "DOT":
            return self.attribute()
        if self.previous == "INSTANCE" or (
            self.previous == "COLON" and self.brackets[-1].purpose == "parameters"
        ):
            return self.type()
        if self.previous not in _ENDS_OPERAND:
            operand = self.operand(character)
            if operand is not None:
                return operand
        elif character in "([":
            return self.open_after_operand(character)
        elif word_at(self.text, self.position):
            return self.word_operator()
        if character in _CLOSES:
            return self.close(character)
        return self.operator()

    def operand(self, character: str) -> Token | None:
        """A token that starts an operand, or None when an operator or closing bracket stands here."""
        bracket = self.brackets[-1]
        if character == '"':
            bracket.expects_key = False
            value, end = read_string(self.text, self.position, self.fault)
            if bracket.purpose == "context":
                self.learn_attribute(value)
            return self.token("STRING", value, end)
        if character == "@":
            opening = self.next_after(self.position + 1)
            if self.text[opening : opening + 1] != '"':
                raise self.fault('@ is followed by a text in quotes: @"2024-08-01"')
            value, end = read_string(self.text, opening, self.fault)
            return self.token("AT", value, end)
        number = _NUMBER.match(self.text, self.position)
        if number:
            return self.number(number)
        if character in "([{":
            return self.open_operand(character)
        if character == "]" and not (self.previous == "LSQB" and bracket.opened == "["):
            return self.open("OPEN_START", "]", "open range")
        word = word_at(self.text, self.position)
        return self.word_operand(word) if word else None

    def number(self, number: re.Match[str]) -> Token:
        written = number.group()
        exponent = re.split("[eE]", written)[1:]
        if len(written) > limits.NUMBER_DIGITS:
            raise self.fault(
                f"a number has at most {limits.NUMBER_DIGITS} characters, this has {len(written)}"
            )
        if exponent and len(exponent[0].lstrip("+-")) > limits.EXPONENT_DIGITS:
            raise self.fault(f"the exponent of a number has at most {limits.EXPONENT_DIGITS} digits")
        return self.token("NUMBER", written, number.end())

    # brackets

    def open(self, kind: str, character: str, purpose: str) -> Token:
        if len(self.brackets) > limits.NESTING:
            raise self.fault(f"brackets stand inside each other more than {limits.NESTING} deep")
        bracket = _Bracket(character, purpose, self.position)
        bracket.expects_key = purpose in ("context", "call")
        self.brackets.append(bracket)
        return self.token(kind, character, self.position + 1)

    def open_operand(self, character: str) -> Token:
        if character == "{":
            return self.open("LBRACE", "{", "context")
        if character == "[":
            return self.open("LSQB", "[", "list")
        return self.open("LPAR", "(", "parameters" if self.previous == "FUNCTION" else "group")

    def open_after_operand(self, character: str) -> Token:
        if character == "(":
            return self.open("CALL", "(", "call")
        if self.brackets[-1].ranged and self.ends_range():
            self.brackets.pop()
            return self.token("OPEN_END", "[", self.position + 1)
        return self.open("FILTER", "[", "filter")

    def ends_range(self) -> bool:
        """Is this `[` the open end of a range (`]1..5[`)? Then no operand follows it."""
        following = self.next_after(self.position + 1)
        character = self.text[following : following + 1]
        if character in ("", ")", "]", "}", ",", "=", "<", ">", "!", "+", "*", "/", "."):
            return True
        return word_at(self.text, following) in (
            "and",
            "or",
            "in",
            "then",
            "else",
            "return",
            "satisfies",
            "instance",
        )

    def close(self, character: str) -> Token:
        bracket = self.brackets[-1]
        ends_range = bracket.ranged and character in ")]" and bracket.opened in ("(", "[", "]")
        if bracket.opened != _CLOSES[character] and not ends_range:
            if not bracket.opened:
                raise self.fault(f"`{character}` closes nothing")
            line, column = self.place(bracket.position)
            raise self.fault(
                f"`{character}` does not close `{bracket.opened}` of line {line}, column {column}"
            )
        self.brackets.pop()
        kind = {")": "RPAR", "]": "RSQB", "}": "RBRACE"}[character]
        closed = self.token(kind, character, self.position + 1)
        if bracket.purpose == "parameters":
            self.brackets[-1].names.extend(bracket.names)
            self.previous = "PARAMETERS"  # a body follows, not an operator
        return closed

    # words

    def bind(self, name: str) -> None:
        self.brackets[-1].names.append(name)

    def learn_attribute(self, name: str) -> None:
        self.attributes.add(name)

    def word_operand(self, word: str) -> Token:
        bracket = self.brackets[-1]
        if bracket.purpose == "parameters":
            return self.bound(_PARAMETER, "a parameter is a name")
        if self.previous in ("FOR", "SOME", "EVERY") or (self.previous == "COMMA" and bracket.headers):
            return self.bound(_BINDER, f"`{word}` is followed by `in` here: for x in list")
        if bracket.expects_key:
            bracket.expects_key = False
            key = _KEY.match(self.text, self.position)
            if key and (bracket.purpose == "context" or word not in KEYWORDS):
                name = normal_name(key.group(1))
                if bracket.purpose == "context":
                    self.bind(name)
                    self.learn_attribute(name)
                return self.token("KEY", name, key.end(1))
        known = self.longest_known(word)
        if known:
            return self.token("NAME", *known)
        end = self.position + len(word)
        if word in ("for", "some", "every"):
            bracket.headers.append(word)
        if word in ("if", "for", "some", "every", "function", "true", "false", "null"):
            return self.token(word.upper(), word, end)
        if word in KEYWORDS:
            return self.word_operator()
        return self.token("NAME", word, end)

    def longest_known(self, word: str) -> tuple[str, int] | None:
        bound = KnownNames(name for bracket in self.brackets for name in bracket.names)
        found = [
            names.longest_at(self.text, self.position, word) for names in (bound, self.names, self.attributes)
        ]
        return max((match for match in found if match), key=lambda match: match[1], default=None)

    def bound(self, pattern: re.Pattern[str], otherwise: str) -> Token:
        found = pattern.match(self.text, self.position)
        if not found:
            raise self.fault(otherwise)
        name = normal_name(found.group(1))
        self.bind(name)
        return self.token("BINDER", name, found.end(1))

    def attribute(self) -> Token:
        word = word_at(self.text, self.position)
        if not word:
            raise self.fault("a name follows the dot: child.birth_date")
        known = self.attributes.longest_at(self.text, self.position, word)
        name, end = known or (word, self.position + len(word))
        return self.token("NAME", name, end)

    def type(self) -> Token:
        try:
            type_, end = read_type(self.text, self.position, self.types)
        except FeelError as fault:
            raise self.fault(fault.message) from None
        return self.token("TYPE", type_, end)

    def word_operator(self) -> Token:
        word = word_at(self.text, self.position)
        end = self.position + len(word)
        if word == "instance":
            of = self.next_after(end)
            if word_at(self.text, of) != "of":
                raise self.fault("`instance` is followed by `of`: x instance of number")
            return self.token("INSTANCE", word, of + 2)
        if word in ("return", "satisfies") and self.brackets[-1].headers:
            self.brackets[-1].headers.pop()
        if word in ("and", "or", "in", "between", "then", "else", "return", "satisfies"):
            return self.token(word.upper(), word, end)
        raise self.fault(f"`{word}` cannot stand here: an operator such as + or `and` is missing before it")

    def operator(self) -> Token:
        found = _OPERATORS.match(self.text, self.position)
        if not found or found.group() not in _OPERATOR_TOKENS:
            raise self.fault(f"`{self.text[self.position]}` has no meaning here")
        written = found.group()
        bracket = self.brackets[-1]
        if written == "..":
            bracket.ranged = bracket.opened != ""
        if written == ",":
            bracket.expects_key = bracket.purpose in ("context", "call")
        return self.token(_OPERATOR_TOKENS[written], written, found.end())
