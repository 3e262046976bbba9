"""Channels that others have written: found by their entry point, made from their own settings, looked over."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from importlib.metadata import EntryPoint, entry_points
from typing import Any, cast, get_args

from channels.interface import Address, Carries, Channel, Receipts

GROUP = "varde.channels"
"""The group of entry points. Each names a callable `(settings, clock)` that gives a `Channel`."""

AWAITED = ("send", "close")
CALLED = ("cost", "can_carry")
TOLD = ("name", "addressed_by", "reminds", "carries", "receipts")


class BrokenChannel(ValueError):
    """An installed channel cannot be used; the message names it, what is wrong, and the way out."""


def installed() -> Sequence[str]:
    """The names of the channels that are installed here beside our own."""
    return sorted({found.name for found in entry_points(group=GROUP)})


def make_installed(name: str, settings: Mapping[str, Any], clock: Callable[[], datetime]) -> Channel:
    """The channel of that name. Raises BrokenChannel, with nothing of the settings' values in it."""
    found = list(entry_points(group=GROUP, name=name))
    if not found:
        known = ", ".join(installed()) or "none"
        raise BrokenChannel(f"no channel {name!r} is installed (installed: {known}): install its package")
    if len(found) > 1:
        packages = " and ".join(sorted(_package(one) for one in found))
        raise BrokenChannel(f"channel {name!r} is in {packages}: uninstall all but one")
    where = f"channel {name!r} ({found[0].value} of {_package(found[0])})"
    try:
        make = found[0].load()
    except Exception as error:  # whatever a stranger's module raises when it is read
        raise BrokenChannel(f"{where} cannot be loaded: {type(error).__name__}: {error}") from error
    try:
        channel = make(settings, clock)
    except KeyError as error:
        raise BrokenChannel(f"{where} wants a setting: write {error} in [channel.{name}]") from error
    except Exception as error:
        # Its words may repeat a setting, and a setting may be a secret.
        raise BrokenChannel(
            f"{where} cannot be made: {type(error).__name__}: look at [channel.{name}] and its documentation"
        ) from error
    if lacking := faults_of(channel):
        raise BrokenChannel(f"{where} is no channel: {'; '.join(lacking)}: see docs/channels.md")
    return cast(Channel, channel)


def faults_of(made: object) -> Sequence[str]:
    """What keeps it from being a `Channel`: all of it, so that it is put right in one go."""
    lacking = [f"it has no {name}" for name in (*TOLD, *CALLED, *AWAITED) if not hasattr(made, name)]
    lacking += [
        f"its {name} is not an async function"
        for name in AWAITED
        if hasattr(made, name) and not inspect.iscoroutinefunction(getattr(made, name))
    ]
    lacking += [
        f"its {name} is not a function"
        for name in CALLED
        if hasattr(made, name) and not callable(getattr(made, name))
    ]
    for name, allowed in (("addressed_by", get_args(Address)), ("receipts", get_args(Receipts))):
        if hasattr(made, name) and getattr(made, name) not in allowed:
            lacking.append(f"its {name} is not one of {', '.join(allowed)}")
    if hasattr(made, "carries") and not isinstance(made.carries, Carries):
        lacking.append("its carries is not a channels.Carries")
    return lacking


def _package(found: EntryPoint) -> str:
    return f"package {found.dist.name}" if found.dist is not None else "an unnamed package"
