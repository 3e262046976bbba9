"""`varde feel`: JSON in, JSON out, one line each in a batch."""

from __future__ import annotations

import json

import pytest

from rules.feel import FeelError
from rules.feel.command import evaluate_batch, evaluate_json, json_line


def test_numbers_go_in_and_out_exactly() -> None:
    answer = evaluate_json("a + b", '{"a": 0.1, "b": 1234567890123456789012345678901.2}')
    assert json_line(answer) == '{"value": 1234567890123456789012345678901.3}'


def test_an_unknown_value_says_what_is_missing() -> None:
    answer = evaluate_json("[child.age > 3, 1]", '{"child": {}}')
    assert json_line(answer) == '{"value": [null, 1], "missing": ["child.age"]}'


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ('{"expression": "x + 1", "given": {"x": 1}}', '{"value": 2}'),
        ('{"expression": "1 + 1"}', '{"value": 2}'),
        ('{"expression": "1 + 1", "given": null}', '{"value": 2}'),
        ('{"expression": "full name", "given": {"full name": "Åse"}}', '{"value": "Åse"}'),
        ('{"expression": "{a: @\\"2024-08-01\\", b: @\\"P1D\\", c: [1..2]}"}',
         '{"value": {"a": "2024-08-01", "b": "P1D", "c": "[1..2]"}}'),
        ('{"expression": "1e400"}', '{"value": 1E+400}'),
        ('{"expression": "1 +"}',
         '{"error": "the expression ends too early; a value is missing (line 1, column 4)"}'),
        ('{"expression": 1}', '{"error": "a line is {\\"expression\\": \\"…\\", \\"given\\": {…}}"}'),
        ('{"expression": "1", "given": []}',
         '{"error": "the context is a JSON object, such as {\\"income\\": 300000}"}'),
        ("junk", '{"error": "the line is no JSON: Expecting value at line 1, column 1"}'),
        ('{"expression": "x", "given": {"x": NaN}}', '{"error": "NaN is no JSON number"}'),
        ("[" * 200, '{"error": "the line is nested more than 100 deep"}'),
    ],
)  # fmt: skip
def test_a_line_of_a_batch_has_one_answer(line: str, answer: str) -> None:
    assert list(evaluate_batch([line])) == [answer]
    json.loads(answer)


@pytest.mark.parametrize(
    "expression",
    ["nobody", "nobody.x", "nobody(1)", "abs(1, 2)", "abs(m: 1)", '@\\"2024-13-01\\"', "{a: 1, a: 2}"],
)
def test_what_means_nothing_is_null_in_a_batch_and_an_error_by_itself(expression: str) -> None:
    assert list(evaluate_batch([f'{{"expression": "{expression}"}}'])) == ['{"value": null}']
    with pytest.raises(FeelError):
        evaluate_json(json.loads(f'"{expression}"'))


def test_a_batch_goes_on_after_a_fault_and_passes_over_empty_lines() -> None:
    assert len(list(evaluate_batch(["junk", "", "  ", '{"expression": "1"}']))) == 2


def test_a_context_that_is_no_object_is_refused() -> None:
    with pytest.raises(FeelError, match="the context is no JSON"):
        evaluate_json("1", "{")
