"""What a message would say in every language and channel at once, or what is wrong with its template. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import TemplateSyntaxError

from assistant.guidance.people import LANGUAGES
from assistant.guidance.sandbox import TemplateFault, unknown_names
from assistant.guidance.writing import (
    KINDS,
    NONE_EDITED,
    SHOWN_INSIDE,
    Written,
    context_of,
    file_name,
    write,
)
from assistant.yaml_file import read_yaml
from channels.sms import Segments, segments, text_of, too_many_parts

CHANNELS = ("chat", "email", "sms", "push")
"""Those with a text of their own. A letter reads as the chat does."""


@dataclass(frozen=True)
class Previewed:
    """A message in one language for one channel: `written`, or the `fault` that keeps it from being written.

    `characters` and `segments` are of the text message as it would be sent, its link included.
    """

    channel: str
    language: str
    written: Written | None = None
    fault: str = ""
    characters: int = 0
    segments: Segments | None = None


@cache
def samples_of(kind: str) -> tuple[Mapping[str, Any], ...]:
    """Made-up content of a kind, one for each way it can come out. Raises KeyError for a kind without a sample."""
    kept = read_yaml(Path(__file__).parent / "samples.yaml")
    return tuple({**kept["every"], **sample} for sample in kept["kinds"][kind])


def preview(
    kind: str,
    content: Mapping[str, Any],
    sender: str,
    link: str,
    edited: Mapping[str, str] = NONE_EDITED,
) -> tuple[Previewed, ...]:
    """The message in each channel and language, by channel. A value that is not there is a fault, never a blank.

    `link` is what a notice leads to.
    """
    return tuple(
        _previewed(kind, channel, language, content, sender, link, edited)
        for channel in CHANNELS
        for language in LANGUAGES
    )


def _previewed(
    kind: str,
    channel: str,
    language: str,
    content: Mapping[str, Any],
    sender: str,
    link: str,
    edited: Mapping[str, str],
    count: int = 1,
) -> Previewed:
    try:
        written = write(kind, channel, language, content, sender, count=count, edited=edited, strict=True)
    except TemplateFault as fault:
        return Previewed(channel, language, fault=str(fault))
    if not written.title or (channel in SHOWN_INSIDE and not written.body):
        where = file_name(kind if channel in SHOWN_INSIDE else "notice", channel, language)
        return Previewed(
            channel, language, fault=f"{where}:1: the first line is the title, the rest the text"
        )
    if channel != "sms":
        return Previewed(channel, language, written)
    text = text_of(written.body, link)
    if too_long := too_many_parts(text):
        return Previewed(channel, language, fault=f"{file_name('notice', channel, language)}:1: {too_long}")
    return Previewed(channel, language, written, characters=len(text), segments=segments(text))


@dataclass(frozen=True)
class Tried:
    """A template by what it is for. `kind` is 'notice' for those of email and SMS."""

    kind: str
    channel: str
    language: str

    @property
    def name(self) -> str:
        return file_name(self.kind, self.channel, self.language)

    @property
    def can_be_edited(self) -> bool:
        inside = self.kind in KINDS and self.channel == "chat"
        notice = self.kind == "notice" and self.channel in CHANNELS[1:]
        return (inside or notice) and self.language in LANGUAGES


SENDER, LINK = "Aurskog-Høland kommune", "https://varde.aurskog-holand.kommune.no/me"
"""What a text is tried with: names as long as they come."""


def faults_of(tried: Tried, text: str) -> tuple[str, ...]:
    """What is wrong with a text in the place of a template, tried with every sample of its kind."""
    inside = tried.kind != "notice"
    kind = tried.kind if inside else "right_found"
    known = context_of({}, SENDER, tried.language) if inside else {"sender": "", "count": 1}
    try:
        found = list(unknown_names(text, tried.name, known))
    except TemplateSyntaxError as error:
        return (f"{tried.name}:{error.lineno}: {error.message}",)
    for content in samples_of(kind):
        for count in (1, 3):
            edited = {tried.name: text}
            shown = _previewed(kind, tried.channel, tried.language, content, SENDER, LINK, edited, count)
            found += [shown.fault] if shown.fault else []
    return tuple(dict.fromkeys(found))


def faults_with_samples(
    sender: str, link: str, edited: Mapping[str, str] = NONE_EDITED, kinds: tuple[str, ...] = KINDS
) -> tuple[str, ...]:
    """What is wrong with the templates of these kinds when each sample of them is written; each fault once."""
    found = (
        shown.fault
        for kind in kinds
        for content in samples_of(kind)
        for shown in preview(kind, content, sender, link, edited)
    )
    return tuple(dict.fromkeys(fault for fault in found if fault))
