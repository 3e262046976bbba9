"""What a template may hold, and that one that would burn or leak is refused before it runs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from assistant.guidance.sandbox import LONGEST_SOURCE, TemplateFault, safe_template

ATTACKS = [
    ("{{ ''.__class__.__mro__ }}", "__mro__ is not a name"),
    ("{{ name._hidden }}", "_hidden is not a name"),
    ("{{ ''['__class__'] }}", "Getitem is not allowed"),
    ("{{ name.format(name) }}", "Call is not allowed"),
    ("{{ '{0.__class__}'.format(name) }}", "Call is not allowed"),
    ("{{ range(1000000000) }}", "Call is not allowed"),
    ("{% for a in range(9) %}{% endfor %}", "a loop goes over a list that the message brings"),
    ("{{ 'a' * 1000000000 }}", "Mul is not allowed"),
    ("{{ 9 ** 9 ** 9 }}", "Pow is not allowed"),
    ("{{ 'a' ~ 'b' }}", "Concat is not allowed"),
    ("{{ '%999999999d' % 1 }}", "Mod is not allowed"),
    ("{{ name | center(1000000000) }}", "filter center is not one of"),
    ("{{ name | attr('__class__') }}", "filter attr is not one of"),
    ("{{ name | safe }}", "filter safe is not one of"),
    ("{{ name | lower_first(1) }}", "filter lower_first is not one of"),
    ("{% if name is callable %}{% endif %}", "test callable is not one of"),
    ("{% set a = 1 %}", "Assign is not allowed"),
    ("{% include 'x' %}", "Include is not allowed"),
    ("{% import 'x' as y %}", "Import is not allowed"),
    ("{% extends 'x' %}", "Extends is not allowed"),
    ("{% macro a() %}{% endmacro %}", "Macro is not allowed"),
    ("{% block a %}{% endblock %}", "Block is not allowed"),
    (
        "{% for a in items %}{% for b in items %}{% for c in items %}{% endfor %}{% endfor %}{% endfor %}",
        "loops stand at most 2 deep",
    ),
    ("{% for a in items recursive %}{{ loop(a) }}{% endfor %}", "do not call themselves"),
    ("{{ name", "unexpected end of template"),
    ("{{ (" + "(" * 5000, ":1: "),
    ("x" * (LONGEST_SOURCE + 1), "at most 20000 characters"),
]


@pytest.mark.parametrize(("source", "why"), ATTACKS)
def test_an_attack_is_refused_with_file_line_and_reason(source: str, why: str) -> None:
    with pytest.raises(TemplateFault) as refused:
        safe_template(source, "hostile.j2")
    assert str(refused.value).startswith("hostile.j2:1: ")
    assert why in str(refused.value)


def test_the_line_of_the_fault_is_named() -> None:
    with pytest.raises(TemplateFault, match=r"^letter\.j2:3: Mul is not allowed"):
        safe_template("Hei\n\n{{ 2 * 2 }}", "letter.j2")


class _Talkative(str):
    def shout(self) -> str:
        return "!"


@pytest.mark.parametrize("value", [_Talkative("a"), Markup("<b>"), object(), 1.5, {1: "a"}, {"a"}, len, b"a"])
def test_only_plain_values_go_into_a_template(value: object) -> None:
    with pytest.raises(TypeError):
        safe_template("{{ name }}", "hello.j2").render({"name": value})


def test_plain_values_do() -> None:
    template = safe_template("{{ a }} {{ b }} {{ c }} {{ d.e }} {{ f | listed }}", "t.j2")
    filled = template.render(
        {"a": "x", "b": Decimal("1.5"), "c": date(2026, 9, 1), "d": {"e": 1}, "f": ["g", "h"]}
    )
    assert filled == "x 1.5 2026-09-01 1 g, h"


def test_a_name_the_message_does_not_bring_is_a_fault_and_not_an_empty_space() -> None:
    with pytest.raises(TemplateFault, match="'nobody' is undefined"):
        safe_template("Hei, {{ nobody }}", "hello.j2").render({})


def test_a_text_without_end_is_a_fault() -> None:
    template = safe_template(
        "{% for a in items %}{% for b in items %}{{ a }}{% endfor %}{% endfor %}", "t.j2"
    )
    with pytest.raises(TemplateFault, match="the text is more than 20000 characters"):
        template.render({"items": ["long"] * 90})
    with pytest.raises(TypeError, match="201 entries"):
        template.render({"items": ["x"] * 201})


def test_loops_go_over_lists_alone_and_not_for_ever() -> None:
    silent = safe_template("{% for a in items %}{% for b in items %}{% endfor %}{% endfor %}", "t.j2")
    assert silent.render({"items": ["x"] * 90}) == ""
    with pytest.raises(TemplateFault, match=r"t\.j2:1: its loops go round more than 10000 times"):
        silent.render({"items": ["x"] * 200})
    with pytest.raises(TemplateFault, match="a loop goes over a list, and this is text"):
        silent.render({"items": "as long as somebody cares to write"})


def test_html_is_escaped_where_the_template_is_html() -> None:
    assert safe_template("{{ a }}", "t.html.j2", html=True).render({"a": "<b>"}) == "&lt;b&gt;"


@given(st.text(max_size=200))
def test_any_text_is_a_template_or_a_fault(source: str) -> None:
    try:
        template = safe_template(source, "any.j2")
    except TemplateFault:
        return
    try:
        template.render({"name": "Kari"})
    except TemplateFault:
        return
