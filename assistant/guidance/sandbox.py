"""Message templates as data: text with names, choices and lists in it, and nothing that can burn or leak.

Jinja2's ImmutableSandboxedEnvironment stops code from climbing out of a template, but not `'a' * 10**9`. So a
template is read first, and what is not on a short list of constructs is refused with its line: no
arithmetic, no calls, no attributes of anything but our own plain values, few filters, few loops.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, Undefined, UndefinedError, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

LONGEST_SOURCE = 20_000  # characters
LONGEST_TEXT = 20_000
DEEPEST_LOOP = 2
LONGEST_LIST = 200
MOST_ROUNDS = 10_000  # of all loops together while one text is written

_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.Getattr,
    nodes.If,
    nodes.For,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Filter,
    nodes.Test,
)
_FILTERS = frozenset({"lower_first", "listed"})
EACH = "each"  # put around what a loop goes over; no template may name it
_TESTS = frozenset({"defined"})


class TemplateFault(ValueError):
    """A template cannot be used: `file:line: what is wrong`."""


class Missing(Undefined):
    """A name without a value: a template may ask whether it is there, and never write it."""

    @property
    def _undefined_message(self) -> str:
        return f"{self._undefined_name} has no value"

    __str__ = __iter__ = __len__ = Undefined._fail_with_undefined_error


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


_rounds: ContextVar[int] = ContextVar("rounds", default=0)


def _each(value: Any) -> Any:
    """What a loop goes over: a list, counted; text has as many characters as somebody cares to write."""
    if isinstance(value, str):
        raise SecurityError("a loop goes over a list, and this is text")
    if isinstance(value, list | tuple | dict):
        _rounds.set(_rounds.get() + len(value))
        if _rounds.get() > MOST_ROUNDS:
            raise SecurityError(f"its loops go round more than {MOST_ROUNDS} times")
    return value


def _environment(
    *, html: bool, listed: Callable[[list[str]], str], undefined: type[Undefined]
) -> ImmutableSandboxedEnvironment:
    made = ImmutableSandboxedEnvironment(
        autoescape=html, undefined=undefined, trim_blocks=True, lstrip_blocks=True
    )
    made.globals.clear()
    made.filters = {"lower_first": _lower_first, "listed": listed, EACH: _each}
    made.tests = {"defined": made.tests["defined"]}
    return made


@dataclass(frozen=True)
class SafeTemplate:
    """A template that has passed; `render` fills it from plain values only."""

    name: str
    _template: Template

    def render(self, context: Mapping[str, Any]) -> str:
        """The text. Raises TemplateFault for a missing name, TypeError for a value that is not plain."""
        _plain(dict(context), "context")
        _rounds.set(0)
        text = ""
        try:
            for piece in self._template.generate(context):  # never more in memory than may go out
                text += piece
                if len(text) > LONGEST_TEXT:
                    raise TemplateFault(f"{self.name}: the text is more than {LONGEST_TEXT} characters")
        except (UndefinedError, SecurityError) as error:
            raise TemplateFault(f"{self.name}:{_line_of(error, self.name)}: {error}") from None
        return text


def _line_of(error: BaseException, name: str) -> int:
    """The line of the template that the error came from."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == name:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def safe_template(
    source: str,
    name: str,
    *,
    html: bool = False,
    listed: Callable[[list[str]], str] = ", ".join,
    undefined: type[Undefined] = StrictUndefined,
) -> SafeTemplate:
    """Check and compile. Raises TemplateFault naming the file, the line and the construct.

    `undefined` is what becomes of a name without a value: with `Missing` a template may ask whether it is there.

    >>> safe_template('Hei, {{ name }}!', 'hello.j2').render({'name': 'Kari'})
    'Hei, Kari!'
    >>> safe_template("{{ 'a' * 1000000000 }}", 'bomb.j2')
    Traceback (most recent call last):
        ...
    assistant.guidance.sandbox.TemplateFault: bomb.j2:1: Mul is not allowed in a template
    """
    if len(source) > LONGEST_SOURCE:
        raise TemplateFault(f"{name}:1: a template is at most {LONGEST_SOURCE} characters")
    environment = _environment(html=html, listed=listed, undefined=undefined)
    try:
        tree = environment.parse(source)
    except TemplateSyntaxError as error:
        raise TemplateFault(f"{name}:{error.lineno}: {error.message}") from None
    except RecursionError:
        raise TemplateFault(f"{name}:1: nested too deeply") from None
    _check(tree, name, loops=0)
    for loop in tree.find_all(nodes.For):
        loop.iter = nodes.Filter(loop.iter, EACH, [], [], None, None, lineno=loop.lineno)
    code = environment.compile(tree, name, name)
    return SafeTemplate(
        name, environment.template_class.from_code(environment, code, dict(environment.globals))
    )


def unknown_names(source: str, name: str, known: Collection[str]) -> tuple[str, ...]:
    """A fault for each name a template asks for that no message brings: to ask for it would always be in vain.

    >>> unknown_names("{% if titel %}{{ title }}{% endif %}", "x.j2", {"title"})
    ('x.j2:1: no message brings titel',)
    """
    tree = _environment(html=False, listed=", ".join, undefined=StrictUndefined).parse(source)
    named = list(tree.find_all(nodes.Name))
    own = {one.name for one in named if one.ctx == "store"} | {"loop"}
    asked = (one for one in named if one.name not in own and one.name not in known)
    return tuple(dict.fromkeys(f"{name}:{one.lineno}: no message brings {one.name}" for one in asked))


def _check(node: nodes.Node, name: str, loops: int) -> None:
    where = f"{name}:{node.lineno}"
    if not isinstance(node, _ALLOWED):
        raise TemplateFault(f"{where}: {type(node).__name__} is not allowed in a template")
    if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
        raise TemplateFault(f"{where}: {node.attr} is not a name a template may ask for")
    if isinstance(node, nodes.Filter) and (node.name not in _FILTERS or node.args or node.kwargs):
        raise TemplateFault(f"{where}: filter {node.name} is not one of {', '.join(sorted(_FILTERS))}")
    if isinstance(node, nodes.Test) and node.name not in _TESTS:
        raise TemplateFault(f"{where}: test {node.name} is not one of {', '.join(sorted(_TESTS))}")
    if isinstance(node, nodes.For):
        loops += 1
        if loops > DEEPEST_LOOP or node.recursive:
            raise TemplateFault(
                f"{where}: loops stand at most {DEEPEST_LOOP} deep and do not call themselves"
            )
        if not isinstance(node.iter, nodes.Name | nodes.Getattr):
            raise TemplateFault(f"{where}: a loop goes over a list that the message brings")
    for child in node.iter_child_nodes():
        _check(child, name, loops)


def _plain(value: Any, where: str) -> None:
    """Only exactly our plain types: a subclass may bring methods that a template could call."""
    kind = type(value)
    if kind is dict:
        for key, inner in value.items():
            if type(key) is not str:
                raise TypeError(f"{where}: a key is {type(key).__name__}, not text")
            _plain(inner, f"{where}.{key}")
    elif kind in (list, tuple):
        if len(value) > LONGEST_LIST:
            raise TypeError(f"{where}: {len(value)} entries, at most {LONGEST_LIST} are written")
        for inner in value:
            _plain(inner, where)
    elif kind not in (str, int, bool, Decimal, date, type(None)):
        raise TypeError(
            f"{where}: {kind.__name__} is no plain value; give text, numbers, days and lists of them"
        )
