"""The assistant's own sentences, in nb, nn and en."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from assistant.processes.definition import Texts
from assistant.processes.picture import text_of
from assistant.yaml_file import read_yaml


@cache
def sentences() -> Mapping[str, Texts]:
    loaded: Mapping[str, Texts] = read_yaml(Path(__file__).parent / "texts.yaml")
    return loaded


def sentence(key: str, language: str, /, **values: str) -> str:
    """
    >>> sentence("thanks", "nn")
    'Berre hyggeleg.'
    """
    return text_of(sentences()[key], language).format(**values)
