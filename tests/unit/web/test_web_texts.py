"""What pages say: in every language or not at all, filled in and escaped rightly."""

from __future__ import annotations

import re
from pathlib import Path

import jinja2
import pytest
from markupsafe import Markup

from assistant.web import texts
from assistant.web.faults import Fault
from assistant.web.language import preferred
from assistant.web.texts import TextFault, Texts

TEMPLATES = Path(texts.__file__).parents[1] / "templates"
PYTHON = Path(texts.__file__).parents[1]


def _texts(tmp_path: Path, written: str) -> Texts:
    (tmp_path / "room.yaml").write_text(written, encoding="utf-8")
    return Texts.load(tmp_path)


def test_every_page_text_is_there_in_every_language() -> None:
    loaded = Texts.load()
    assert len(loaded.entries) > 50
    assert all(set(wordings) == {"nb", "nn", "en"} for wordings in loaded.entries.values())


def test_every_text_a_template_or_page_names_is_written() -> None:
    loaded = Texts.load()
    used = {
        key
        for file in [*TEMPLATES.rglob("*.html"), *PYTHON.rglob("*.py")]
        for key in re.findall(
            r"""(?:\bt\(|\btext\(request, )["']([a-z0-9_.]+)["']\s*[,)]""", file.read_text()
        )
    }
    assert len(used) > 20
    assert sorted(used - set(loaded.entries)) == []


def test_templates_compile() -> None:
    env = jinja2.Environment(autoescape=True)
    env.filters.update(dict.fromkeys(("kroner", "number", "day", "moment"), str))
    for file in TEMPLATES.rglob("*.html"):
        env.compile(file.read_text(encoding="utf-8"), filename=str(file))


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("hello: {nb: Hei, nn: Hei}", "exactly nb, nn, en"),
        ("hello: {nb: Hei, nn: Hei, en: Hello, se: Bures}", "exactly nb, nn, en"),
        ("hello: Hei", "exactly nb, nn, en"),
        ("hello: {nb: '', nn: Hei, en: Hello}", "not empty"),
        ("hello: {nb: Ja, nn: Ja, en: yes}", "quote yes"),
        ("hello: {nb: 'Hei {name}', nn: 'Hei {namn}', en: 'Hello {name}'}", "another language uses"),
        ("on: {nb: På, nn: På, en: On}", "lower-case letters"),
        ("hello: {nb: {one: en}, nn: Hei, en: Hello}", "one and other"),
        ("- hello", "must be a mapping"),
    ],
)
def test_a_text_that_is_not_whole_stops_the_start(tmp_path: Path, written: str, says: str) -> None:
    with pytest.raises(TextFault, match=says):
        _texts(tmp_path, written)


def test_a_key_is_said_in_one_place_only(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "room.yaml").write_text("hello: {nb: Hei, nn: Hei, en: Hello}")
    with pytest.raises(TextFault, match="a second time"):
        Texts.load(tmp_path / "a", tmp_path / "b")


def test_texts_are_filled_counted_and_escaped(tmp_path: Path) -> None:
    t = _texts(
        tmp_path,
        """
        hello: {nb: 'Hei, {name}', nn: 'Hei, {name}', en: 'Hello, {name}'}
        cases:
          nb: {one: '{n} sak', other: '{n} saker'}
          nn: {one: '{n} sak', other: '{n} saker'}
          en: {one: '{n} case', other: '{n} cases'}
        link: {nb: 'A & {where}', nn: 'A & {where}', en: 'A & {where}'}
        """,
    )
    assert t("room.hello", "en", name="Kari") == "Hello, Kari"
    assert [t("room.cases", "nb", n=n) for n in (0, 1, 2)] == ["0 saker", "1 sak", "2 saker"]
    assert t("room.link", "nb", where=Markup("<a>her</a>")) == "A &amp; <a>her</a>"
    with pytest.raises(TextFault, match="no text"):
        t("room.nowhere", "nb")
    with pytest.raises(TextFault, match="needs a value"):
        t("room.hello", "nb")
    with pytest.raises(TextFault, match="needs n="):
        t("room.cases", "nb", n="two")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "nb"),
        ("nn-NO,nn;q=0.9,en;q=0.5", "nn"),
        ("no", "nb"),
        ("en-GB,en;q=0.9,nb;q=0.8", "en"),
        ("de,fr;q=0.9", "nb"),
        ("de,en;q=0.2,nn;q=0.3", "nn"),
        ("nn;q=0,en;q=0.1", "en"),
        ("da", "nb"),
        (";;;q=,=x,en;q=banana", "nb"),
        ("en;q=1e999", "en"),
    ],
)
def test_the_browser_s_wishes_are_met(header: str, language: str) -> None:
    assert preferred(header) == language


def test_a_file_that_is_no_yaml_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(TextFault, match=r"room.yaml:2: not YAML"):
        _texts(tmp_path, "a: {nb: a, nn: a, en: a}\nhello: {nb: Ja, nn: Ja, en: [Yes}\n")


def test_every_fault_has_its_words() -> None:
    loaded, waiting = Texts.load(), [Fault]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        assert f"errors.{kind.key}_title" in loaded.entries
        assert f"errors.{kind.key}_text" in loaded.entries
