"""Compiles calls, by position and by name, and the functions an expression defines (DMN 1.5, 10.3.2.13)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from rules.feel import limits, tree
from rules.feel.builtins.declare import Builtin, accepts
from rules.feel.compile import compile_node
from rules.feel.errors import FeelError
from rules.feel.frame import Frame, Run, Step
from rules.feel.kinds import is_instance
from rules.feel.names import did_you_mean
from rules.feel.scope import Scope
from rules.feel.values import Function, Months, Unknown, Value


@compile_node.register
def _call(node: tree.Call, scope: Scope) -> Step:
    if isinstance(node.function, tree.Name):
        found = scope.find(node.function)
        if found.function is not None:
            return _call_known(node, found.function, scope)
    return _call_found(node, scope)


def _call_known(node: tree.Call, function: Function, scope: Scope) -> Step:
    """A call of a built-in: its arguments are put in order while compiling, and faults in them are said then."""
    try:
        arguments = _in_order(node, function)
    except FeelError as error:
        scope.refuse(error)
        return lambda frame: None
    steps = [compile_node(argument, scope) if argument is not None else None for argument in arguments]
    call = function.call
    fixed = _fixed(function, arguments)
    if fixed is not None:

        def known(frame: Frame) -> Value:
            frame.run.spend()
            return fixed

        return known

    def called(frame: Frame) -> Value:
        frame.run.spend()
        return call(*[step(frame) if step is not None else None for step in steps])

    return called


def _fixed(function: Function, arguments: list[tree.Node | None]) -> Months | timedelta | date | None:
    """What a call with nothing but literals gives: duration("P1Y") is the same for everybody."""
    if not isinstance(function, Builtin) or not all(isinstance(one, tree.Constant) for one in arguments):
        return None
    try:
        value = function.call(*(one.value for one in arguments if isinstance(one, tree.Constant)))
    except FeelError:  # said when it is evaluated
        return None
    return value if isinstance(value, Months | timedelta | date) else None


def _in_order(node: tree.Call, function: Function) -> list[tree.Node | None]:
    """The arguments as the function's parameters stand. Raises FeelError where they do not fit."""
    name = function.name if isinstance(function, Builtin) else "the function"
    if not any(argument.name for argument in node.arguments):
        given = len(node.arguments)
        if isinstance(function, Builtin) and not any(accepts(one, given) for one in function.signatures):
            raise _fault(node, f"`{name}` is not called with {given} arguments; it is {_usage(function)}")
        return [argument.value for argument in node.arguments]
    by_name: dict[str, tree.Node] = {}
    for argument in node.arguments:
        if argument.name is None:
            raise _fault(argument, f"the arguments of `{name}` are either all named or none is")
        if argument.name in by_name:
            raise _fault(argument, f"`{argument.name}` is given twice")
        by_name[argument.name] = argument.value
    signatures = (
        [tuple(one.name for one in signature) for signature in function.signatures]
        if isinstance(function, Builtin)
        else [function.parameters]
    )
    for signature in signatures:
        if by_name.keys() <= set(signature):
            wanted = [by_name.get(parameter) for parameter in signature]
            while wanted and wanted[-1] is None:
                wanted.pop()
            return list(wanted)
    known = {parameter for signature in signatures for parameter in signature}
    wrong = next((one for one in by_name if one not in known), next(iter(by_name)))
    nearest = did_you_mean(wrong, known)
    usage = f" It is {_usage(function)}." if isinstance(function, Builtin) else ""
    raise _fault(node, f"`{name}` has no parameter `{wrong}` to go with the others.{nearest}{usage}")


def _usage(function: Builtin) -> str:
    """substring(string, start position, [length])"""
    return " or ".join(
        f"{function.name}({', '.join(f'[{one.name}]' if one.optional else one.name for one in signature)})"
        for signature in function.signatures
    )


def _fault(node: tree.Node, message: str) -> FeelError:
    return FeelError(message, node.place.line, node.place.column)


def _call_found(node: tree.Call, scope: Scope) -> Step:
    """A call of a function that is only known when the expression runs; null when it is none."""
    function = compile_node(node.function, scope)
    steps = [compile_node(argument.value, scope) for argument in node.arguments]
    names = [argument.name for argument in node.arguments]

    def called(frame: Frame) -> Value:
        frame.run.spend()
        found = function(frame)
        if isinstance(found, Unknown):
            return found
        if not isinstance(found, Function):
            return None
        given = [step(frame) for step in steps]
        if any(name is not None for name in names):
            if set(names) != set(found.parameters) or len(names) != len(found.parameters):
                return None
            by_name = dict(zip(names, given, strict=True))
            given = [by_name[parameter] for parameter in found.parameters]
        elif len(given) != len(found.parameters) and not isinstance(found, Builtin):
            return None
        return found.call(*given)

    return called


@compile_node.register
def _function_definition(node: tree.FunctionDefinition, scope: Scope) -> Step:
    inner = scope.bind(*(parameter.name for parameter in node.parameters))
    slots = [binding.slot for binding in inner.bindings[len(scope.bindings) :]]
    types = [parameter.type for parameter in node.parameters]
    names = tuple(parameter.name for parameter in node.parameters)
    body = compile_node(node.body, inner)

    def define(frame: Frame) -> Value:
        captured = list(frame.slots)
        run = frame.run

        def call(*arguments: Value) -> Value:
            own = list(captured)
            for slot, type_, argument in zip(slots, types, arguments, strict=True):
                if type_ is not None and argument is not None and is_instance(argument, type_) is False:
                    return None
                own[slot] = argument
            return _entered(run, body, own)

        return Function(names, call, captured)

    return define


def _entered(run: Run, body: Callable[[Frame], Value], slots: list[Value]) -> Value:
    """The body's value in a frame of its own, as long as the calls are not too deep."""
    run.spend()
    if run.depth >= limits.CALL_DEPTH:
        raise FeelError(f"functions call each other more than {limits.CALL_DEPTH} deep")
    run.depth += 1
    try:
        return body(Frame(run, slots))
    finally:
        run.depth -= 1
