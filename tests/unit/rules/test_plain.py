"""A rule's plain function says what `determine` says, whatever the facts, the day and the settings."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from generated_rules import APPLICANTS, small_rules
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from long_runs import share_of
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
    numbers = [value.value for value in dated if isinstance(value.value, Decimal)]
    limits = [int(one * 11 * 100 / 6) for one in numbers] + [int(one) for one in numbers] or [0]
    kind = rule.model.subject_type(rule.about).id
    facts = draw(entity(kind, rule.about, CATALOGUE.paths(rule_id), limits, edges))
    choices = {s.name: s.choices for one in used for s in one.settings if s.choices}
    chosen = {name: draw(st.sampled_from(words)) for name, words in choices.items() if draw(st.booleans())}
    return rule, draw(days(edges)), {rule.about: facts}, chosen


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
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_the_facts_a_rule_of_the_catalogue_says_the_same(rule_id, data):
    assert_same(*data.draw(situations(rule_id)), CATALOGUE)


@pytest.mark.long
@pytest.mark.parametrize("rule_id", RULES)
@settings(max_examples=share_of(600), deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_the_facts_a_rule_says_the_same_in_each_of_hundreds(rule_id, data):
    assert_same(*data.draw(situations(rule_id)), CATALOGUE)


# ---- the language, on small rules


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


def test_a_number_that_is_settled_beforehand_is_rounded_too():
    rule = small_rule(
        "settings:\n  level: {default: 3}\n"
        "outcome:\n  one: 'round half up((if true then level else applicant.income), 2)'\n"
    )
    assert_same(rule, date(2024, 9, 1), {"applicant": {"income": 1}})
