"""Models in DMN XML: what their decisions say, and what is told of those that are faulty."""

from __future__ import annotations

from pathlib import Path

import pytest
from models import NAMESPACE, decision, input_, knowledge, literal, model, said

from rules.dmn import DmnFault

PERSON = """
<itemDefinition name="tPerson">
  <itemComponent name="first name"><typeRef>string</typeRef></itemComponent>
  <itemComponent name="born"><typeRef>date</typeRef></itemComponent>
</itemDefinition>
<itemDefinition name="tNumbers" isCollection="true"><typeRef>number</typeRef></itemDefinition>
<itemDefinition name="tSmall">
  <typeRef>number</typeRef><allowedValues><text>[0..9]</text></allowedValues>
</itemDefinition>
"""
TABLE = """<decisionTable hitPolicy="{policy}">
  <input><inputExpression><text>Age</text></inputExpression></input>
  <output name="group"/>
  <rule><inputEntry><text>&lt; 18</text></inputEntry><outputEntry><text>"young"</text></outputEntry></rule>
  <rule><inputEntry><text>not(&lt; 18)</text></inputEntry><outputEntry><text>"old"</text></outputEntry></rule>
</decisionTable>"""


@pytest.mark.parametrize(
    ("logic", "value"),
    [
        (literal("1 + 2"), "3"),
        (literal("1 + nobody"), "null"),
        (literal("abs(1, 2)"), "null"),
        (literal("[1]", "number"), "1"),
        (literal("1", "tNumbers"), "[1]"),
        (literal('"a"', "number"), "null"),
        (literal("10", "tSmall"), "null"),
        (literal("9", "tSmall"), "9"),
        (f"<list>{literal('1')}{literal('2')}</list>", "[1, 2]"),
        (f"<context><contextEntry><variable name='a b'/>{literal('2')}</contextEntry>"
         f"<contextEntry><variable name='c'/>{literal('a b * 2')}</contextEntry></context>", '{"a b": 2, "c": 4}'),
        (f"<context><contextEntry><variable name='a b'/>{literal('2')}</contextEntry>"
         f"<contextEntry>{literal('a b + 1')}</contextEntry></context>", "3"),
        (f"<relation><column name='a'/><column name='b'/><row>{literal('1')}{literal('2')}</row></relation>",
         '[{"a": 1, "b": 2}]'),
        (f"<conditional><if>{literal('1 > 2')}</if><then>{literal('1')}</then>"
         f"<else>{literal('2')}</else></conditional>", "2"),
        (f"<filter><in>{literal('[1, 2, 3]')}</in><match>{literal('item > 1')}</match></filter>", "[2, 3]"),
        (f"<for iteratorVariable='x y'><in>{literal('[1..3]')}</in><return>{literal('x y * 2')}</return></for>",
         "[2, 4, 6]"),
        (f"<some iteratorVariable='x'><in>{literal('[1, 2]')}</in><satisfies>{literal('x > 1')}</satisfies></some>",
         "true"),
        (f"<every iteratorVariable='x'><in>{literal('[1, 2]')}</in>"
         f"<satisfies>{literal('x > 1')}</satisfies></every>", "false"),
        ("<context><contextEntry><variable name='f'/><functionDefinition><formalParameter name='n'/>"
         f"{literal('n + 1')}</functionDefinition></contextEntry>"
         f"<contextEntry>{literal('f(1)')}</contextEntry></context>", "2"),
        (f"<invocation>{literal('max')}</invocation>", "null"),
    ],
)  # fmt: skip
def test_a_box_says_what_one_could_have_written(tmp_path: Path, logic: str, value: str) -> None:
    answer = said(tmp_path, model(decision("D", logic), prefix=PERSON), "D")
    assert answer.startswith(f'{{"value": {value}')


def test_an_input_is_what_its_type_says(tmp_path: Path) -> None:
    xml = model(
        input_("Who", "tPerson"),
        decision("Born", literal("Who.born + @\"P1Y\""), "input:Who"),
        decision("Name", literal("upper case(Who.first name)"), "input:Who"),
        prefix=PERSON,
    )  # fmt: skip
    given = '{"Who": {"first name": "Bo", "born": "2020-02-03"}}'
    assert said(tmp_path, xml, "Born", given) == '{"value": "2021-02-03"}'
    assert said(tmp_path, xml, "Name", given) == '{"value": "BO"}'
    wrong = '{"Who": {"first name": "Bo", "born": "soon"}}'
    assert said(tmp_path, xml, "Name", wrong) == (
        '{"value": null, "reasons": ["Who: what is given is no tPerson"]}'
    )


def test_what_is_not_given_is_null_or_where_one_asks_for_it_unknown(tmp_path: Path) -> None:
    xml = model(
        input_("Age", "number"), decision("Group", TABLE.format(policy="UNIQUE"), "input:Age", "string")
    )
    assert said(tmp_path, xml, "Group", '{"Age": 17}') == '{"value": "young"}'
    assert said(tmp_path, xml, "Group") == '{"value": null}'
    assert said(tmp_path, xml, "Group", unknown=True) == '{"value": null, "missing": ["Age"]}'


def test_a_decision_knows_only_what_it_requires(tmp_path: Path) -> None:
    xml = model(
        decision("A", literal("1")),
        decision("B", literal("A + 1"), "decision:A"),
        decision("C", literal("A + 1")),
    )
    assert said(tmp_path, xml, "B") == '{"value": 2}'
    assert said(tmp_path, xml, "C") == '{"value": null, "reasons": ["C: `A` is not known here. It is null"]}'


def test_a_decision_is_asked_for_by_its_name_and_known_by_that_of_its_variable(tmp_path: Path) -> None:
    first = decision("A", literal("1")).replace('<variable name="A"', '<variable name="the A"')
    xml = model(first, decision("B", literal("the A + 1"), "decision:A"))
    assert [said(tmp_path, xml, name) for name in ("A", "the A", "B")] == [
        '{"value": 1}',
        '{"value": 1}',
        '{"value": 2}',
    ]


def test_a_faulty_decision_is_null_with_its_reason_and_the_others_go_on(tmp_path: Path) -> None:
    xml = model(
        decision("A", literal("1 +")), decision("B", literal("if A = null then 0 else 1"), "decision:A")
    )
    answer = said(tmp_path, xml, "B")
    assert answer.startswith('{"value": 0, "reasons": ["A: line 1: the expression ends too early')


def test_knowledge_is_called_by_name_with_arguments_that_fit_or_are_null(tmp_path: Path) -> None:
    xml = model(
        knowledge("fac", "n: number", literal("if n < 2 then 1 else n * fac(n - 1)")),
        knowledge("is null", "p: tPerson", literal("p = null")),
        decision("D", literal("fac(n: 5)"), knows="fac"),
        decision("E", literal("is null({first name: 1})"), knows="is null"),
        decision("F", f"<invocation>{literal('fac')}<binding><parameter name='n'/>{literal('3')}</binding>"
                 "</invocation>", knows="fac"),
        prefix=PERSON,
    )  # fmt: skip
    assert said(tmp_path, xml, "D") == '{"value": 120}'
    assert said(tmp_path, xml, "E") == '{"value": true}'
    assert said(tmp_path, xml, "F") == '{"value": 6}'
    assert said(tmp_path, xml, "fac", '{"n": 4}') == '{"value": 24}'


def test_knowledge_gives_what_the_type_of_its_variable_says(tmp_path: Path) -> None:
    of = '<itemDefinition name="tOf"><functionItem outputTypeRef="tNumbers"/></itemDefinition>'
    known = knowledge("one", "", literal("1")).replace(
        '<variable name="one"/>', '<variable name="one" typeRef="tOf"/>'
    )
    xml = model(known, decision("D", literal("one()"), knows="one"), prefix=PERSON + of)
    assert said(tmp_path, xml, "D") == '{"value": [1]}'


def test_a_decision_service_knows_its_arguments_alone(tmp_path: Path) -> None:
    xml = model(
        input_("x", "number"),
        decision("inner", literal("100")),
        decision("sum", literal("x + inner"), "input:x, decision:inner"),
        '<decisionService id="S" name="S"><outputDecision href="#sum"/><inputDecision href="#inner"/>'
        '<inputData href="#x"/></decisionService>',
        decision("D", literal("S(1, 2)"), knows="S"),
        decision("E", literal("S(inner: 5, x: 1)"), knows="S"),
        decision("F", literal("S(1)"), knows="S"),
    )
    assert said(tmp_path, xml, "D") == '{"value": 3}'
    assert said(tmp_path, xml, "E") == '{"value": 6}'
    assert said(tmp_path, xml, "F") == '{"value": null}'
    assert said(tmp_path, xml, "S", '{"x": 1, "inner": 7}') == '{"value": 8}'


def test_an_imported_model_is_found_beside_it_by_its_namespace(tmp_path: Path) -> None:
    inner = model(
        input_("Age", "number"), decision("Twice it", literal("Age * 2"), "input:Age"), namespace="inner"
    )
    (tmp_path / "other.dmn").write_text(inner, encoding="utf-8")
    needs = '<informationRequirement><requiredDecision href="inner#Twice it"/></informationRequirement>'
    outer = model(
        decision("D", needs + literal("other model.Twice it + 1")),
        prefix=f'<import name="other model" namespace="inner" importType="{NAMESPACE}"/>',
    )
    assert said(tmp_path, outer, "D", '{"Age": 4}') == '{"value": 9}'
    (tmp_path / "other.dmn").unlink()
    with pytest.raises(DmnFault, match="the imported model inner is not in the folder"):
        said(tmp_path, outer, "D")


def test_of_two_models_with_one_namespace_the_one_at_the_place_named_is_imported(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        inner = model(decision("D", literal(f'"{folder}"')), namespace="inner")
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "inner.dmn").write_text(inner, encoding="utf-8")
    needs = '<informationRequirement><requiredDecision href="inner#D"/></informationRequirement>'
    where = f'<import name="m" namespace="inner" importType="{NAMESPACE}" locationURI="b/inner.dmn"/>'
    assert said(tmp_path, model(decision("E", needs + literal("m.D")), prefix=where), "E") == '{"value": "b"}'


@pytest.mark.parametrize(
    ("xml", "message"),
    [
        ("<a", "line 1: no XML: unclosed token"),
        ("<a/>", "<a> is no DMN model, which starts with <definitions>"),
        ('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "a model has no document type"),
        (model("<decision>" * 101), "elements stand inside each other more than 100 deep"),
        (model(decision("A", literal("1"))), "no decision is called 'D'; there are A"),
        (" " * 5_000_001, "a model has at most 5,000,000 bytes"),
    ],
)
def test_a_model_that_cannot_be_read_is_told_of(tmp_path: Path, xml: str, message: str) -> None:
    with pytest.raises(DmnFault) as fault:
        said(tmp_path, xml, "D")
    assert message in str(fault.value)


@pytest.mark.parametrize(
    ("logic", "reason"),
    [
        (literal("D", ""), "D: it needs its own value"),
        ("<decisionTable><output/><rule><inputEntry><text>1</text></inputEntry></rule></decisionTable>",
         "D: line 1: the row has 1 tests and 0 outputs; the table has 0 and 1"),
        ("<functionDefinition kind='Java'/>", "D: line 1: functions in Java are not run; write it in FEEL"),
        (literal("for i in 1..1000, j in 1..1000 return 1"), "items"),
    ],
)  # fmt: skip
def test_a_decision_that_cannot_be_made_says_why(tmp_path: Path, logic: str, reason: str) -> None:
    assert reason in said(tmp_path, model(decision("D", logic, "decision:D")), "D")
