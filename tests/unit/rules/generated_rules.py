"""Made-up rules about an applicant, and made-up applicants, for property tests."""

from datetime import date
from decimal import Decimal

from hypothesis import strategies as st
from small_rules import conditions, small_rule


@st.composite
def expressions(draw, kind, depth=3, each=False):
    """FEEL text of a kind. With `each` it may also speak of `one`, the item of a loop."""
    of = "one" if each and draw(st.booleans()) else "applicant"

    def deeper(kind_, inner=each):
        return draw(expressions(kind_, depth - 1, inner))

    if kind == "number":
        leaves = [f"{of}.income", f"{of}.age", f"{of}.home.rent", "rate", "0", "2", "0.06", "1000", "level"]
        forms = [
            lambda: f"({deeper('number')} {draw(st.sampled_from('+-*/'))} {deeper('number')})",
            lambda: f"min({deeper('number')}, {deeper('number')}, 3)",
            lambda: f"max({deeper('number')}, {deeper('number')})",
            lambda: f"{draw(st.sampled_from(['floor', 'ceiling', 'abs', '-']))}({deeper('number')})",
            lambda: f"round half up({deeper('number')}, {draw(st.integers(0, 2))})",
            lambda: f"(if {deeper('boolean')} then {deeper('number')} else {deeper('number')})",
            lambda: f"modulo({deeper('number')}, 7)",
            lambda: f"{deeper('date')}.{draw(st.sampled_from(['year', 'month', 'day']))}",
            lambda: f"years and months duration({deeper('date')}, {deeper('date')}).years",
            lambda: "sum(applicant.children.income)",
            lambda: f"sum(applicant.children[{deeper('boolean', False)}].income)",
            lambda: f"count(applicant.children[age > {deeper('number')}])",
            lambda: "count(applicant.children)",
            lambda: draw(st.sampled_from(["w_number", "w_later"])),
        ]
    elif kind == "boolean":
        leaves = [f"{of}.resident", f"{of}.student", "true", "false", "open", f"{of}.home != null"]
        forms = [
            lambda: (
                f"({deeper('number')} {draw(st.sampled_from(['<', '<=', '>', '>=', '=', '!=']))} "
                f"{deeper('number')})"
            ),
            lambda: (
                f"({deeper('date')} {draw(st.sampled_from(['<', '<=', '>', '>=', '=']))} {deeper('date')})"
            ),
            lambda: f"({deeper('boolean')} and {deeper('boolean')} and {deeper('boolean')})",
            lambda: f"({deeper('boolean')} or {deeper('boolean')})",
            lambda: f"not({deeper('boolean')})",
            lambda: f"(if {deeper('boolean')} then {deeper('boolean')} else {deeper('boolean')})",
            lambda: f"({deeper('number')} between {deeper('number')} and {deeper('number')})",
            lambda: f"({deeper('number')} in (1, [2..5), > 100))",
            lambda: f"({deeper('number')} = null)",
            lambda: f"({deeper('boolean')} = {deeper('boolean')})",
            lambda: (
                f"({draw(st.sampled_from(['some', 'every']))} one in applicant.children satisfies "
                f"{deeper('boolean', True)})"
            ),
            lambda: "w_boolean",
        ]
    else:
        leaves = [f"{of}.born", "today", 'date("2020-02-29")', f"{of}.ends"]
        forms = [
            lambda: f'({deeper("date")} + duration("P{draw(st.integers(0, 20))}Y"))',
            lambda: f'({deeper("date")} - duration("P7M"))',
            lambda: f"date({deeper('date')}.year + {draw(st.integers(0, 7))}, 8, 1)",
            lambda: f"min({deeper('date')}, {deeper('date')})",
        ]
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from(leaves))
    return draw(st.sampled_from(forms))()


AMOUNTS = st.one_of(
    st.integers(-5, 5),
    st.integers(-5, 5).map(float),
    st.sampled_from([0.1, -2.5, Decimal("0.06"), "12.345", 10**14, 10**16, 1e-7, Decimal("1e-40")]),
)
DATES = st.sampled_from(
    ["2020-02-29", "2019-08-01", "2000-12-31", "0001-01-01", "9999-12-31", date(2024, 8, 1)]
)
ONE = {
    "income": st.one_of(AMOUNTS, AMOUNTS, st.none()),
    "age": st.one_of(AMOUNTS, AMOUNTS, st.none()),
    "resident": st.sampled_from([True, False, True, False, None]),
    "student": st.sampled_from([True, False, True, False, None]),
    "born": st.one_of(DATES, DATES, st.none()),
    "ends": st.one_of(DATES, DATES, st.none()),
    "home": st.one_of(st.none(), st.fixed_dictionaries({"rent": AMOUNTS}), st.fixed_dictionaries({})),
}
TOLD = st.one_of(
    st.fixed_dictionaries(ONE), st.fixed_dictionaries(ONE), st.fixed_dictionaries({}, optional=ONE)
)
APPLICANTS = st.builds(lambda own, children: {**own, "children": children}, TOLD, st.lists(TOLD, max_size=2))

AROUND = """\
in_force: [{{from: 2001-01-01, to: 2026-12-31}}]
settings:
  level: {{default: 3}}
  open: {{default: true}}
parameters:
  rate:
    unit: NOK
    values:
      - {{from: 2010-01-01, value: 0.5}}
      - {{from: 2020-01-01, value: 2}}
where:
  w_number: {number}
  w_boolean: {boolean}
  w_later: if w_boolean then w_number else w_number + 1
outcome:
  one: {first}
  other: {second}
  last: if w_boolean then one else w_later
"""


@st.composite
def small_rules(draw):
    def leaf(kind):
        text = draw(expressions(kind))
        for name in ("w_number", "w_boolean", "w_later"):
            text = text.replace(name, {"w_boolean": "applicant.resident"}.get(name, "applicant.age"))
        return text

    quoted = {
        "number": leaf("number"),
        "boolean": leaf("boolean"),
        "first": draw(expressions("number")),
        "second": draw(expressions(draw(st.sampled_from(["boolean", "date", "number"])))),
    }
    body = AROUND.format(**{name: f"'{text}'" for name, text in quoted.items()})
    return small_rule(conditions(draw(expressions("boolean")), draw(expressions("boolean"))) + body)
