"""Decision tables in rule files: what they decide, with what is known, and what is told of a faulty one."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_rules import small_rule

from rules import RuleFault
from rules.feel import Unknown
from rules.feel.values import Context
from rules.hit_policy import Hit, HitPolicy, outcome

TABLE = """
where:
  fee:
    table: {policy}
    inputs: [applicant.age]
    rows:
      - ['< 18', 0]
      - ['[18..67)', 120]
      - ['>= 67', 0]
outcome:
  amount: fee
"""


def _fee(facts: dict[str, Any], policy: str = "unique", body: str = TABLE) -> Any:
    rule = small_rule(body.format(policy=policy))
    return rule.where[0].expression.evaluate({"applicant": facts})


@pytest.mark.parametrize(("age", "fee"), [(17, 0), (18, 120), (66, 120), (67, 0)])
def test_the_row_that_holds_gives_the_value(age: int, fee: int) -> None:
    assert _fee({"age": age}) == fee


def test_without_the_age_the_fee_misses_the_age() -> None:
    assert _fee({}) == Unknown(["applicant.age"])


def test_what_a_table_may_read_is_told_without_running_it() -> None:
    assert small_rule(TABLE.format(policy="first")).where[0].expression.paths == ("applicant.age",)


def test_two_rows_of_a_unique_table_that_hold_give_null() -> None:
    body = TABLE.replace("'[18..67)'", "'>= 18'")
    assert _fee({"age": 70}, body=body) is None
    assert _fee({"age": 70}, "any", body) is None
    assert _fee({"age": 70}, "first", body) == 120
    assert _fee({"age": 70}, "collect", body) == [120, 0]
    assert _fee({"age": 70}, "collect sum", body) == 120
    assert _fee({"age": 70}, "collect count", body) == 2


def test_a_row_that_may_hold_does_not_matter_where_the_outcome_is_the_same() -> None:
    body = TABLE.replace("- ['>= 67', 0]", "- ['-', 120]").replace("- ['< 18', 0]", "- ['< 18', 120]")
    assert _fee({}, "first", body) == 120


def test_several_outputs_give_a_context_and_otherwise_holds_where_no_row_does() -> None:
    body = """
where:
  found:
    table: first
    inputs: [applicant.age]
    outputs: [fee, note]
    rows:
      - ['? > 100', 1, '"old"']
    otherwise: [2, '"young"']
outcome:
  amount: found.fee
"""
    assert _fee({"age": 101}, body=body) == {"fee": Decimal(1), "note": "old"}
    assert _fee({"age": 9}, body=body) == {"fee": Decimal(2), "note": "young"}


def test_the_preferred_output_comes_first() -> None:
    body = TABLE.replace("    rows:", "    preferred: [120, 0]\n    rows:").replace("'>= 67'", "'-'")
    assert _fee({"age": 20}, "priority", body) == 120
    assert _fee({"age": 20}, "output order", body) == [120, 0]


@pytest.mark.parametrize(
    ("written", "instead", "message"),
    [
        ("table: unique", "table: uniqe", "did you mean unique?"),
        ("- ['< 18', 0]", "- ['< 18']", "a row has 1 tests and then 1 outputs, this has 1 cells"),
        ("- ['< 18', 0]", "- ['< eightteen', 0]", "`eightteen` is not known here"),
        ("applicant.age", "applicant.agee", "applicant has no 'agee'; did you mean age?"),
        ("    rows:", "    rowz:", "'rows' is missing"),
    ],
)
def test_a_faulty_table_is_told_of(written: str, instead: str, message: str) -> None:
    with pytest.raises(RuleFault) as fault:
        small_rule(TABLE.format(policy="unique").replace(written, instead))
    assert message in str(fault.value)


_HOLDS = st.sampled_from([True, False, None])  # None: nobody knows
_ROWS = st.lists(st.tuples(_HOLDS, st.integers(0, 2)), max_size=5)


@given(st.sampled_from(list(HitPolicy)), _ROWS, st.sampled_from([None, Decimal(0), Decimal(1)]))
def test_what_is_known_of_a_table_is_what_comes_out_whatever_the_unknown_rows_turn_out_to_be(
    policy: HitPolicy, rows: list[tuple[bool | None, int]], default: Decimal | None
) -> None:
    def of(holds: list[Any]) -> Any:
        hits = [
            Hit(held, Decimal(output), (output,))
            for held, (_, output) in zip(holds, rows, strict=True)
            if held is not False
        ]
        return outcome(policy, hits, default)

    partly = of([Unknown([f"row{index}"]) if held is None else held for index, (held, _) in enumerate(rows)])
    completions = [
        of(list(completion))
        for completion in itertools.product(*([True, False] if held is None else [held] for held, _ in rows))
    ]
    alike = all(type(one) is type(completions[0]) and one == completions[0] for one in completions)
    assert isinstance(partly, Unknown) is not alike
    if alike:
        assert partly == completions[0]


def test_each_of_several_columns_is_summed_by_itself() -> None:
    hits = [Hit(True, Context(a=Decimal(1), b=Decimal(2))), Hit(True, Context(a=Decimal(3), b=Decimal(4)))]
    assert outcome(HitPolicy.SUM, hits) == {"a": 4, "b": 6}
