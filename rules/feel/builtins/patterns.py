"""Functions with patterns: matches, replace, split (DMN 1.5, 10.3.4.3; XPath regular expressions).

A pattern comes from an author and may be slow on purpose, and Python's engine cannot be stopped. So the work a
pattern may cause is reckoned beforehand from its repetitions and choices and the length of the text, and bounded.
"""

from __future__ import annotations

import functools
import math
import re
from dataclasses import dataclass

from rules.feel import limits
from rules.feel.builtins.declare import builtin
from rules.feel.builtins.xpath_patterns import PatternFault, translated
from rules.feel.errors import FeelError
from rules.feel.values import Value

_PATTERN_LENGTH = 200
_TEXT_LENGTH = 5_000
_WORK = math.log(3e7)  # tries of one character that take about a second
_FLAGS = {"s": re.DOTALL, "m": re.MULTILINE, "i": re.IGNORECASE, "x": re.NOFLAG}
_REPLACEMENT = re.compile(r"(?:[^$\\]|\\[$\\]|\$\d)*")
_REFERENCE = re.compile(r"\\([$\\])|\$(\d+)")


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A pattern ready for use. In a text of n characters it tries at most about n ** `open` * 2 ** `choices` ways."""

    compiled: re.Pattern[str]
    open: int
    choices: int

    def refuse_long_work(self, text: str) -> None:
        """Raises FeelError where matching the text might take more than about a second."""
        work = self.open * math.log(len(text) + 2) + self.choices * math.log(2)
        if len(text) > _TEXT_LENGTH or work > _WORK:
            raise FeelError(
                f"the pattern {self.compiled.pattern!r} may take for ever on a text of {len(text)} characters; "
                "start it with ^, and repeat or choose less in it"
            )


@functools.lru_cache(maxsize=256)
def _ready(pattern: str, flags: str) -> _Pattern | None:
    """The pattern ready for use, None when it is none. Raises FeelError for one that may run for ever."""
    if len(pattern) > _PATTERN_LENGTH:
        raise FeelError(f"a pattern has at most {_PATTERN_LENGTH} characters, this has {len(pattern)}")
    if not set(flags) <= set(_FLAGS) or re.search(r"\(\?(?!:)", pattern):
        return None
    bits = re.NOFLAG
    for flag in flags:
        bits |= _FLAGS[flag]
    bare = _bare(pattern)
    if _repeats_within(bare):
        raise FeelError(
            f"the pattern {pattern!r} repeats what repeats, which may take for ever; write it without"
        )
    try:
        compiled = re.compile(translated(pattern, flags), bits)
    except (PatternFault, re.error, OverflowError, RecursionError):
        return None
    repetitions = len(re.findall(r"[*+]|\{\d*,\d*\}", re.sub(r"([*+?}])[+?]", r"\1", bare)))
    optional = len(re.findall(r"(?<![*+?}(])\?", bare))
    anchored = bare.startswith("^") and "|" not in bare and "m" not in flags
    return _Pattern(compiled, repetitions + (not anchored), optional + bare.count("|"))


def _bare(pattern: str) -> str:
    """The pattern with escapes and classes of characters made one letter each."""
    return re.sub(r"\[\^?\]?[^\]]*\]", "_", re.sub(r"\\.", "_", pattern))


def _repeats_within(bare: str) -> bool:
    """Does a repeated group hold a repetition or a choice?"""
    open_groups: list[bool] = []
    for position, character in enumerate(bare):
        following = bare[position + 1 : position + 2]
        if character == "(":
            open_groups.append(False)
        elif character == ")" and open_groups:
            risky = open_groups.pop()
            repeated = following in ("*", "+", "{")
            if risky and repeated:
                return True
            if open_groups:
                open_groups[-1] = open_groups[-1] or risky or repeated
        elif character in "*+{|" or (character == "?" and bare[position - 1 : position] != "("):
            open_groups[-1:] = [True] if open_groups else []
    return False


@builtin("matches(input: string, pattern: string, flags?: string|null)")
def matches(text: str, pattern: str, flags: str | None = None) -> Value:
    ready = _ready(pattern, flags or "")
    if ready is None:
        return None
    ready.refuse_long_work(text)
    return ready.compiled.search(text) is not None


@builtin("replace(input: string, pattern: string, replacement: string, flags?: string|null)")
def replace(text: str, pattern: str, replacement: str, flags: str | None = None) -> Value:
    """Every match replaced; $1 in the replacement is the first group, \\$ a dollar. Null where nothing can match."""
    ready = _ready(pattern, flags or "")
    if ready is None or not _REPLACEMENT.fullmatch(replacement) or ready.compiled.fullmatch(""):
        return None
    ready.refuse_long_work(text)

    def written(found: re.Match[str]) -> str:
        return _REFERENCE.sub(lambda reference: _referred(found, reference), replacement)

    if len(replacement) * (len(text) + 1) > limits.STRING_LENGTH * 50:
        raise FeelError(f"a text would be longer than {limits.STRING_LENGTH} characters")
    result = ready.compiled.sub(written, text)
    if len(result) > limits.STRING_LENGTH:
        raise FeelError(f"a text would be longer than {limits.STRING_LENGTH} characters")
    return result


def _referred(found: re.Match[str], reference: re.Match[str]) -> str:
    """What a reference in a replacement stands for: the longest number that is one of the groups, then digits."""
    if reference[1]:
        return reference[1]
    digits = reference[2]
    for length in range(len(digits), 0, -1):
        if int(digits[:length]) <= found.re.groups:
            return (found.group(int(digits[:length])) or "") + digits[length:]
    return digits[1:]


@builtin("split(string: string, delimiter: string)")
def split(text: str, delimiter: str) -> Value:
    ready = _ready(delimiter, "")
    if ready is None or ready.compiled.groups:
        return None
    ready.refuse_long_work(text)
    return ready.compiled.split(text)
