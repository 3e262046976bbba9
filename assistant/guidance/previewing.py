"""What a message would say in every language and channel at once, or what is wrong with its template. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from assistant.guidance.people import LANGUAGES
from assistant.guidance.sandbox import TemplateFault
from assistant.guidance.writing import KINDS, NONE_EDITED, SHOWN_INSIDE, Written, write
from assistant.yaml_file import read_yaml
from channels.sms import Segments, clean, segments

CHANNELS = ("chat", "email", "sms")
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
) -> Previewed:
    try:
        written = write(kind, channel, language, content, sender, edited=edited, strict=True)
    except TemplateFault as fault:
        return Previewed(channel, language, fault=str(fault))
    if not written.title or (channel in SHOWN_INSIDE and not written.body):
        where = f"{kind if channel in SHOWN_INSIDE else 'notice'}.{channel}.{language}.j2"
        return Previewed(
            channel, language, fault=f"{where}:1: the first line is the title, the rest the text"
        )
    if channel != "sms":
        return Previewed(channel, language, written)
    text = f"{clean(written.body)}\n{link}"
    return Previewed(channel, language, written, characters=len(text), segments=segments(text))


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
