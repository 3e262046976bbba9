"""Functions with patterns: matches, replace, split (DMN 1.5, 10.3.4.3; XPath regular expressions).

A pattern comes from an author and may be slow on purpose, and Python's engine cannot be stopped. So what a
pattern may hold is bounded: its length, the length of the text, and no repetition within a repetition.
"""

from __future__ import annotations

import functools
import re

from rules.feel import limits
from rules.feel.builtins.declare import builtin
from rules.feel.errors import FeelError
from rules.feel.values import Value

_PATTERN_LENGTH = 200
_TEXT_LENGTH = 5_000
_FLAGS = {"s": re.DOTALL, "m": re.MULTILINE, "i": re.IGNORECASE, "x": re.VERBOSE}
_XPATH_CLASSES = {r"\i": r"[^\W\d]", r"\c": r"[\w.\-:]"}
_BACK_REFERENCE = re.compile(r"\$(\d)")


@functools.lru_cache(maxsize=256)
def _compiled(pattern: str, flags: str) -> re.Pattern[str] | None:
    """The pattern ready for use, None when it is none. Raises FeelError for one that may run for ever."""
    if len(pattern) > _PATTERN_LENGTH:
        raise FeelError(f"a pattern has at most {_PATTERN_LENGTH} characters, this has {len(pattern)}")
    if not set(flags) <= set(_FLAGS):
        return None
    for ours, theirs in _XPATH_CLASSES.items():
        pattern = pattern.replace(ours, theirs)
    bits = re.NOFLAG
    for flag in flags:
        bits |= _FLAGS[flag]
    try:
        compiled = re.compile(pattern, bits)
    except (re.error, OverflowError, RecursionError):
        return None
    if _repeats_within(pattern):
        raise FeelError(
            f"the pattern {pattern!r} repeats what repeats, which may take for ever; write it without"
        )
    return compiled


def _repeats_within(pattern: str) -> bool:
    """Does a repeated group hold a repetition or a choice? Or is there more than a handful of open repetitions?"""
    bare = re.sub(r"\\.", "_", pattern)
    bare = re.sub(r"\[[^\]]*\]", "_", bare)
    open_groups: list[bool] = []
    repeats = 0
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
        elif character in "*+{" or (character == "|" and open_groups):
            repeats += character != "|"
            if open_groups:
                open_groups[-1] = True
    return repeats > 6  # each open repetition may multiply the work by the text's length


def _bounded(text: str) -> None:
    if len(text) > _TEXT_LENGTH:
        raise FeelError(
            f"a text matched with a pattern has at most {_TEXT_LENGTH} characters, this has {len(text)}"
        )


@builtin("matches(input: string, pattern: string, flags?: string|null)")
def matches(text: str, pattern: str, flags: str | None = None) -> Value:
    compiled = _compiled(pattern, flags or "")
    if compiled is None:
        return None
    _bounded(text)
    return compiled.search(text) is not None


@builtin("replace(input: string, pattern: string, replacement: string, flags?: string|null)")
def replace(text: str, pattern: str, replacement: str, flags: str | None = None) -> Value:
    """Every match replaced; $1 in the replacement is the first group."""
    compiled = _compiled(pattern, flags or "")
    if compiled is None:
        return None
    _bounded(text)

    def written(found: re.Match[str]) -> str:
        def group(reference: re.Match[str]) -> str:
            index = int(reference.group(1))
            return (found.group(index) or "") if index <= (found.re.groups) else ""

        return _BACK_REFERENCE.sub(group, replacement)

    if len(replacement) * (len(text) + 1) > limits.STRING_LENGTH * 50:
        raise FeelError(f"a text would be longer than {limits.STRING_LENGTH} characters")
    result = compiled.sub(written, text)
    if len(result) > limits.STRING_LENGTH:
        raise FeelError(f"a text would be longer than {limits.STRING_LENGTH} characters")
    return result


@builtin("split(string: string, delimiter: string)")
def split(text: str, delimiter: str) -> Value:
    compiled = _compiled(delimiter, "")
    if compiled is None or compiled.groups:
        return None
    _bounded(text)
    return compiled.split(text)
