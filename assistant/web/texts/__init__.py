"""What pages say, in nb, nn and en: one YAML file a room, every key in every language or no start."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

import yaml
from babel import Locale
from markupsafe import Markup, escape

from assistant.web.visitor import LANGUAGES, Language
from assistant.yaml_file import read_yaml

HERE = Path(__file__).parent
KEY = re.compile(r"[a-z][a-z0-9_]*")
PLURAL_FORMS = frozenset({"one", "other"})

Wording = str | Mapping[str, str]  # one sentence, or one for each plural form


class TextFault(ValueError):
    """A text is missing or does not fit the others; the message names file, key, language and fault."""


@dataclass(frozen=True)
class Texts:
    """All texts by '<room>.<key>'. `texts("desk.waiting", "nb", n=3)` → 'Tre saker …'."""

    entries: Mapping[str, Mapping[str, Wording]]

    def __repr__(self) -> str:
        return f"<Texts: {len(self.entries)}>"

    @classmethod
    def load(cls, *folders: Path) -> Texts:
        """Read every `<room>.yaml` in the folders (default: this one). Raises TextFault."""
        entries: dict[str, Mapping[str, Wording]] = {}
        for folder in folders or (HERE,):
            for file in sorted(folder.glob("*.yaml")):
                for key, wordings in _read(file).items():
                    name = f"{file.stem}.{key}"
                    if name in entries:
                        raise TextFault(f"{file}: {name} is said a second time; choose another key")
                    entries[name] = wordings
        return cls(entries)

    def __call__(self, key: str, language: Language, /, **values: object) -> str:
        """The text, filled in. With a Markup among the values the rest is escaped and Markup returned.

        Raises TextFault for a key nobody wrote or a value nobody gave.
        """
        try:
            wording = self.entries[key][language]
        except KeyError:
            raise TextFault(
                f"no text {key!r} in {language}; write it in texts/{key.partition('.')[0]}.yaml"
            ) from None
        if not isinstance(wording, str):
            n = values.get("n")
            if not isinstance(n, int):
                raise TextFault(f"text {key!r} has plural forms and needs n=<whole number>, got {n!r}")
            wording = wording[Locale.parse(language).plural_form(n)]
        try:
            if any(isinstance(value, Markup) for value in values.values()):
                return Markup(escape(wording)).format(**values)  # noqa: S704  (the wording is escaped first)
            return wording.format(**values)
        except KeyError as missing:
            raise TextFault(f"text {key!r} needs a value for {missing}") from None

    def keys_of(self, room: str) -> Iterable[str]:
        return (key for key in self.entries if key.startswith(f"{room}."))


def _read(file: Path) -> dict[str, Mapping[str, Wording]]:
    try:
        loaded = read_yaml(file) or {}
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark is not None else 0
        raise TextFault(f"{file}:{line}: not YAML: {error.problem} (quote a text with ? : , or {{)") from None
    if not isinstance(loaded, dict):
        raise TextFault(f"{file}: must be a mapping of keys, is a {type(loaded).__name__}")
    for key, wordings in loaded.items():
        _check(f"{file.name}: {key}", key, wordings)
    return loaded


def _check(where: str, key: object, wordings: object) -> None:
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise TextFault(
            f"{where}: a key is lower-case letters, digits and _ (quote a word YAML takes as a value)"
        )
    if not isinstance(wordings, dict) or set(wordings) != set(LANGUAGES):
        said = sorted(map(str, wordings)) if isinstance(wordings, dict) else type(wordings).__name__
        raise TextFault(f"{where}: must be said in exactly {', '.join(LANGUAGES)}; is said in {said}")
    names: set[str] | None = None
    for language, wording in wordings.items():
        sentences = [wording] if isinstance(wording, str) else wording
        if isinstance(wording, dict):
            if set(wording) != PLURAL_FORMS:
                raise TextFault(
                    f"{where} ({language}): plural forms are one and other, not {sorted(wording)}"
                )
            sentences = [wording["other"]]
        if not isinstance(sentences, list) or not all(isinstance(s, str) and s.strip() for s in sentences):
            raise TextFault(
                f"{where} ({language}): must be a text that is not empty (quote yes, no and numbers)"
            )
        used = {field for s in sentences for _, field, _, _ in Formatter().parse(s) if field is not None}
        if names is not None and used != names:
            raise TextFault(
                f"{where} ({language}): uses {sorted(used)} where another language uses {sorted(names)}"
            )
        names = used
