"""A rule's plain function says what `determine` says, whatever the facts, the day and the settings."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from small_rules import conditions, small_rule

from rules import Catalogue, FactFault, determine
from rules.feel import FeelError
from rules.plain import plain

CATALOGUE = Catalogue.load()
RULES = sorted(CATALOGUE.rules)
_PLAIN = {}


def plainly(rule, chosen, catalogue=None):
    key = (rule.id, rule.version, tuple(sorted(chosen.items())))
    if key not in _PLAIN:
        _PLAIN[key] = plain(rule, chosen, catalogue)
    return _PLAIN[key]


def said_by(judge):
    """What is said, or that it is refused."""
    try:
        return judge()
    except FactFault:
        return "refused"


def assert_same(rule, on, facts, chosen=None, catalogue=None):
    chosen = chosen or {}
    form = plainly(rule, chosen, catalogue)

    def whole():
        determination = determine(rule, on, facts, chosen, catalogue)
        return determination.answer, dict(determination.values)

    wanted = said_by(whole)
    got = said_by(lambda: form.determine(on, facts))
    assert got == wanted, (rule.text, form.source)
    if wanted != "refused":
        for name, value in wanted[1].items():
            assert isinstance(value, type(got[1][name])), name


# ---- the catalogue


def numbers(limits):
    near = [limit + step for limit in limits for step in (-1, 0, 1)]
    whole = st.one_of(st.sampled_from(near or [0]), st.integers(-1000, 2_000_000))
    return st.one_of(
        whole,
        whole.map(float),
        whole.map(Decimal),
        whole.map(str),
        st.floats(-1e6, 1e7, allow_nan=False),
        st.decimals(-1_000_000, 10_000_000, places=2),
        st.sampled_from([10**15, 1e300, Decimal("1e-30"), Decimal("0." + "3" * 40), -0.0, 366666.666]),
    )


def days(edges):
    near = [edge + timedelta(days=step) for edge in edges for step in (-1, 0, 1)]
    return st.one_of(st.sampled_from(near), st.dates(date(2004, 1, 1), date(2030, 1, 1)))


def value_of(concept, on_path, paths, limits, edges):
    kind = concept.type
    if kind.base == "subject":
        one = entity(kind.subject, on_path, paths, limits, edges)
        return st.lists(one, max_size=3) if kind.many else one
    if concept.choices:
        one = st.sampled_from([choice.value for choice in concept.choices])
    else:
        one = {
            "number": st.one_of(st.integers(-1, 50), numbers([])),
            "money": numbers(limits),
            "boolean": st.booleans(),
            "text": st.text(max_size=3),
            "date": st.one_of(days(edges), days(edges).map(date.isoformat)),
        }[kind.base]
    return st.lists(one, max_size=3) if kind.many else one


def entity(subject, path, paths, limits, edges):
    """An entity with the facts the rule reads of it: each told, unknown, or null where that can be."""
    steps = {p[len(path) + 1 :].split(".")[0] for p in paths if p.startswith(path + ".")}
    facts = {}
    for step in sorted(steps):
        concept = CATALOGUE.model.concepts[f"{subject}.{step}"]
        value = value_of(concept, f"{path}.{step}", paths, limits, edges)
        facts[step] = st.one_of(value, value, value, st.none()) if not concept.type.many else value
    often = st.fixed_dictionaries(facts)
    return st.one_of(often, often, st.fixed_dictionaries({}, optional=facts))


@st.composite
def situations(draw, rule_id):
    rule = CATALOGUE.rules[rule_id]
    used = [rule, *(CATALOGUE.rules[other] for other in rule.uses.values())]
    dated = [value for one in used for p in one.parameters for value in p.values]
    edges = sorted({edge for value in dated for edge in value.period.edges} | {date(2021, 8, 1)})
    limits = [int(v.value * 11 * 100 / 6) for v in dated] + [int(v.value) for v in dated]
    facts = draw(entity("person", "child", CATALOGUE.paths(rule_id), limits, edges))
    choices = {s.name: s.choices for one in used for s in one.settings if s.choices}
    chosen = {name: draw(st.sampled_from(words)) for name, words in choices.items() if draw(st.booleans())}
    return rule, draw(days(edges)), {"child": facts}, chosen


@pytest.mark.parametrize("rule_id", RULES)
def test_every_rule_of_the_catalogue_is_wholly_plain(rule_id):
    form = plain(CATALOGUE.rules[rule_id], {}, CATALOGUE)
    assert form.whole, form.why


@pytest.mark.parametrize("rule_id", RULES)
def test_the_rules_own_examples_come_out_the_same(rule_id):
    rule = CATALOGUE.rules[rule_id]
    for test in rule.tests:
        assert_same(rule, test.on, test.given, test.settings, CATALOGUE)


@pytest.mark.parametrize("rule_id", RULES)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_the_facts_a_rule_of_the_catalogue_says_the_same(rule_id, data):
    assert_same(*data.draw(situations(rule_id)), CATALOGUE)


# ---- the language, on small rules


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


@settings(
    max_examples=150,
    deadline=None,
    phases=(Phase.generate, Phase.target),
    suppress_health_check=list(HealthCheck),
)
@given(rule=small_rules(), data=st.data())
def test_whatever_the_rule_its_plain_function_says_the_same(rule, data):
    for _ in range(4):
        on = data.draw(
            st.sampled_from([date(2024, 9, 1), date(2015, 1, 1), date(2005, 1, 1), date(2020, 2, 29)])
        )
        assert_same(rule, on, {"applicant": data.draw(APPLICANTS)})


def test_most_small_rules_are_wholly_plain():
    """So that the property above is not kept by the closures alone."""
    found = []

    @settings(max_examples=100, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(rule=small_rules())
    def collect(rule):
        found.append(plain(rule).whole)

    collect()
    assert sum(found) > 0.6 * len(found)


# ---- what it is not for


def test_what_cannot_be_written_plainly_is_said_and_left_to_the_closures():
    rule = small_rule(conditions("applicant.home = {rent: 1}"))
    form = plain(rule)
    assert not form.whole
    assert "ContextOf" in form.why or "entity" in form.why
    assert form.determine(date(2024, 9, 1), {"applicant": {"home": None}})[0] == "no"


def test_an_unknown_fact_leaves_it_undetermined():
    rule = small_rule(conditions("applicant.income < 5"))
    assert plain(rule).whole
    assert plain(rule).determine(date(2024, 9, 1), {"applicant": {}}) == ("undetermined", {})


def test_a_fact_of_the_wrong_kind_is_refused_where_it_is_read():
    form = plain(small_rule(conditions("applicant.income < 5")))
    for wrong in (True, "many", {}, [], float("nan"), float("inf")):
        with pytest.raises(FactFault):
            form.determine(date(2024, 9, 1), {"applicant": {"income": wrong}})


def test_a_setting_that_cannot_be_is_refused():
    with pytest.raises(FactFault):
        plain(CATALOGUE.rules["kindergarten.reduced_fee"], {"zone": "moon"}, CATALOGUE)


def test_the_text_of_a_rule_never_becomes_text_of_the_function():
    form = plain(
        small_rule('outcome:\n  one: \'if applicant.resident then "__import__" else "os.system"\'\n')
    )
    assert form.whole
    assert "__import__" not in form.source
    assert "system" not in form.source
    assert "applicant" not in form.source


def test_the_numbers_of_the_caller_are_left_as_they_were():
    import decimal

    before = decimal.getcontext()
    form = plain(small_rule(conditions("applicant.income / 3 < 5")))
    form.determine(date(2024, 9, 1), {"applicant": {"income": 1}})
    assert decimal.getcontext() is before
    assert decimal.getcontext().prec == 28


def test_a_limit_of_the_language_is_met_where_the_closures_meet_it():
    rule = small_rule(conditions("some child in applicant.children satisfies child.age > 5"))
    many = {"applicant": {"children": [{"age": 1}] * 200_001}}
    with pytest.raises(FeelError):
        plain(rule).determine(date(2024, 9, 1), many)


# ---- boundaries that chance seldom meets

BORN = ["2020-02-28", "2020-02-29", "2020-03-01", "2019-02-28", "2019-08-31", "2021-01-31", "9999-12-31"]
ASKED = [
    date(2021, 2, 27),
    date(2021, 2, 28),
    date(2021, 3, 1),
    date(2024, 2, 29),
    date(2020, 8, 31),
    date(2020, 2, 29),
]
BOUNDARIES = small_rule(
    """\
outcome:
  one_year: today >= applicant.born + duration("P1Y")
  under_one_year: today < applicant.born + duration("P1Y")
  seven_months: today >= applicant.born + duration("P7M")
  years: years and months duration(applicant.born, today).years
  years_back: years and months duration(today, applicant.born).years
"""
)


@pytest.mark.parametrize("born", BORN)
@pytest.mark.parametrize("on", ASKED)
def test_the_day_before_on_and_after_a_birthday_come_out_the_same(born, on):
    assert plainly(BOUNDARIES, {}).whole
    assert_same(BOUNDARIES, on, {"applicant": {"born": born}})


@pytest.mark.parametrize(
    "income",
    [Decimal("0." + "3" * 40), 1 / 3, 10**15 - 1, 10**15, 10**15 + 0.5, -0.0, "1e3", 2**53 + 1.0, None],
)
def test_numbers_at_the_edge_of_what_is_reckoned_plainly_come_out_the_same(income):
    rule = small_rule(
        "outcome:\n  all: sum(applicant.children.income)\n  tenth: applicant.income / 10\n"
        "  cube: applicant.income * applicant.income * applicant.income\n"
    )
    facts = {"income": income, "children": [{"income": income}]}
    assert_same(rule, date(2024, 9, 1), {"applicant": facts})
