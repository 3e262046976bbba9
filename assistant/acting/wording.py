"""The words of a mandate: what the signer reads, and what is kept and sealed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from assistant.acting.mandates import NewMandate
from assistant.guidance.themes import title_of
from assistant.guidance.wording import day, listed
from assistant.yaml_file import read_yaml


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    kept: Mapping[str, Mapping[str, str]] = read_yaml(Path(__file__).parent / "mandate.yaml")
    return kept


def text_of_mandate(signer: str, new: NewMandate, on: date, language: str) -> str:
    """The whole text in a language: who, whom, what about, what they may do, and until when."""
    words = _words()
    themes = listed([title_of(theme, language) for theme in new.themes], language)
    parts = ("lets", f"may_{new.may}", "never", "lasts", "ends")
    values = {
        "signer": signer,
        "name": new.name,
        "themes": themes,
        "first": day(on, language),
        "last": day(new.valid_to - timedelta(days=1), language),
    }
    return "\n\n".join(words[part][language].format(**values) for part in parts)
