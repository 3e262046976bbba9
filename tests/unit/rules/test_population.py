"""A sweep says of everybody what `determine` says of each, whatever is unknown or absent."""

import itertools
import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from generated_rules import APPLICANTS, small_rules
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from long_runs import WHOLE, share_of
from small_rules import conditions, small_rule

from rules import Catalogue, determine
from rules.fact_tree import prepared
from rules.feel.temporal import plus_months
from rules.population import dates
from rules.population.files import KNOWN, Population, PopulationFault
from rules.population.form import columns
from rules.population.sweep import sweep
from rules.population.terms import NotColumns

CATALOGUE = Catalogue.load()
RULES = sorted(CATALOGUE.rules)
CONNECTION = ibis.duckdb.connect()
_TYPES = {
    "money": pa.float64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "text": pa.string(),
}


class Files:
    """Trees of facts, spread over one file a subject type."""

    def __init__(self, model):
        self.model = model
        self.rows = {kind: [] for kind in model.subject_types}
        self.ids = itertools.count(1)

    def add(self, kind, facts):
        number = next(self.ids)
        row = {"id": number}
        for name, value in facts.items():
            if name == "id":
                continue
            concept = self.model.concepts[f"{kind}.{name}"]
            row[name + KNOWN] = True
            subject = concept.type.subject
            if value is None:
                row[name] = None
            elif subject and concept.type.many:
                row[name] = [self.add(subject, one) for one in value]
            elif subject:
                row[name] = self.add(subject, value)
            else:
                row[name] = float(value) if isinstance(value, Decimal) else value
        self.rows[kind].append(row)
        return number

    def write(self, folder, roots):
        for kind, rows in self.rows.items():
            ours = roots.get(kind)
            parts = (
                {kind: rows}
                if ours is None
                else {
                    ours[0]: [row for row in rows if row["id"] in ours[1]],
                    kind: [row for row in rows if row["id"] not in ours[1]],
                }
            )
            for name, some in parts.items():
                self._write(kind, some, folder / f"{name}.parquet")

    def _write(self, kind, rows, path):
        fields = {"id": pa.int64()}
        for concept in self.model.concepts_of(kind).values():
            if any(concept.attribute + KNOWN in row for row in rows):
                subject = pa.list_(pa.int64()) if concept.type.many else pa.int64()
                fields[concept.attribute] = _TYPES.get(concept.type.base, subject)
                fields[concept.attribute + KNOWN] = pa.bool_()
        pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(list(fields.items()))), path)


def population_of(people, rule, folder):
    """The people (trees of facts) as files; and each one's id."""
    folder.mkdir(parents=True, exist_ok=True)
    kind = rule.model.subject_type(rule.about).id
    files = Files(rule.model)
    trees = [prepared({rule.about: one}, rule.about, rule.model)[rule.about] for one in people]
    ids = [files.add(kind, tree) for tree in trees]
    name = rule.about if rule.about != kind else "judged"
    roots = {} if name == "judged" else {kind: (name, set(ids))}
    files.write(folder, roots)
    return Population(folder, rule.model, CONNECTION), ids


def assert_same(rule, on, people, folder, chosen=None, catalogue=None):
    population, ids = population_of(people, rule, folder)
    swept = sweep(rule, on, population, chosen or {}, catalogue)
    found = {row["subject"]: row for row in swept.table.to_pyarrow().to_pylist()}
    for number, facts in zip(ids, people, strict=True):
        wanted = determine(rule, on, {rule.about: facts}, chosen or {}, catalogue)
        row = found[number]
        assert row["answer"] == wanted.answer, (facts, row)
        for name in rule.values_named:
            value = wanted.values.get(name)
            got = row.get(name)
            if isinstance(value, Decimal):
                assert got == pytest.approx(float(value), rel=1e-12, abs=1e-12), (name, facts)
                if value == value.to_integral_value():
                    assert got == float(value) or abs(value) > 2**53, (name, facts)
            else:
                assert got == value, (name, facts)
    return swept


# ---- the catalogue


def made_up(chance, subject, path, paths, limits, edges):
    steps = {p[len(path) + 1 :].split(".")[0] for p in paths if p.startswith(path + ".")}
    facts = {}
    for step in sorted(steps):
        concept = CATALOGUE.model.concepts[f"{subject}.{step}"]
        if chance.random() < 0.1:
            continue
        if not concept.type.many and chance.random() < 0.1:
            facts[step] = None
            continue
        if concept.type.base == "subject":
            made = [
                made_up(chance, concept.type.subject, f"{path}.{step}", paths, limits, edges)
                for _ in range(chance.randint(0, 3) if concept.type.many else 1)
            ]
            facts[step] = made if concept.type.many else made[0]
        elif concept.choices:
            facts[step] = chance.choice([choice.value for choice in concept.choices])
        else:
            facts[step] = {
                "number": lambda: chance.choice([chance.randint(0, 4), chance.randint(0, 50)]),
                "money": lambda: chance.choice(
                    [
                        chance.choice(limits) + chance.randint(-1, 1),
                        chance.randint(-1000, 900_000),
                        chance.random() * 5000,
                    ]
                ),
                "boolean": lambda: chance.random() < 0.5,
                "text": lambda: chance.choice("abc"),
                "date": lambda: (
                    chance.choice(edges)
                    + timedelta(days=chance.randint(-800, 800))
                    - timedelta(days=chance.choice((0, 0, 365)) * chance.randint(1, 90))
                ),
            }[concept.type.base]()
    return facts


ROW_BY_ROW = {
    "death_and_inheritance.adjustment_allowance",
    "family.advance_child_support",
    "family.childcare_benefit",
    "family.transitional_benefit",
    "having_a_child.birth_notice",
    "having_a_child.extended_child_benefit",
    "having_a_child.parental_responsibility",
    "ill_child.care_days",
    "moving_and_housing.housing_support",
}
"""Rules that compare the items of a list with their owner (who lives at the child's address) have no column form."""


SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1, 1 + share_of(3)))]


@pytest.mark.parametrize("rule_id", RULES)
@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_the_facts_a_sweep_of_the_catalogue_says_the_same(rule_id, seed, tmp_path):
    chance = random.Random(f"{rule_id} {seed}")
    rule = CATALOGUE.rules[rule_id]
    used = [rule, *(CATALOGUE.rules[other] for other in rule.uses.values())]
    dated = [value for one in used for p in one.parameters for value in p.values]
    edges = sorted({edge for value in dated for edge in value.period.edges} | {date(2021, 8, 1)})
    numbers = [value.value for value in dated if isinstance(value.value, Decimal)]
    limits = [int(one * 11 * 100 / 6) for one in numbers] + [int(one) for one in numbers]
    on = chance.choice(edges) + timedelta(days=chance.randint(-1, 1))
    paths = CATALOGUE.paths(rule_id)
    kind = rule.model.subject_type(rule.about).id
    people = [made_up(chance, kind, rule.about, paths, limits or [0], edges) for _ in range(150)]
    choices = {s.name: s.choices for one in used for s in one.settings if s.choices}
    chosen = {name: chance.choice(words) for name, words in choices.items() if chance.random() < 0.5}
    swept = assert_same(rule, on, people, tmp_path, chosen, CATALOGUE)
    assert bool(swept.why) == (rule_id in ROW_BY_ROW), swept.why or "it has a column form now"


def examples_swept_together(rule):
    """A rule's own examples, those of one day and one municipality together; those with most examples first."""
    together = defaultdict(list)
    for test in rule.tests:
        together[test.on, repr(sorted(test.settings.items()))].append(test)
    return sorted(together.values(), key=len, reverse=True)


@pytest.mark.parametrize("rule_id", RULES)
@pytest.mark.parametrize("sweeps", ["two", pytest.param("others", marks=pytest.mark.long)])
def test_the_rules_own_examples_come_out_the_same(rule_id, sweeps, tmp_path):
    rule = CATALOGUE.rules[rule_id]
    two, others = (together := examples_swept_together(rule))[:2], together[2:]
    for number, tests in enumerate(two if sweeps == "two" else others[: share_of(len(others))]):
        people = [test.given[rule.about] for test in tests]
        assert_same(rule, tests[0].on, people, tmp_path / str(number), tests[0].settings, CATALOGUE)


# ---- the language, on small rules


def _few_digits(facts):
    """Can floating point hold every number exactly as it is written?"""
    if isinstance(facts, dict):
        return all(_few_digits(value) for value in facts.values())
    if isinstance(facts, list):
        return all(_few_digits(value) for value in facts)
    if isinstance(facts, date):
        return 1900 < facts.year < 2100
    if isinstance(facts, str):
        return facts[:2] in ("19", "20", "12")
    return not isinstance(facts, (int, float, Decimal)) or abs(facts) < 10**15


PEOPLE = st.lists(APPLICANTS.filter(_few_digits), min_size=8, max_size=20)


DAYS = st.sampled_from([date(2024, 9, 1), date(2015, 1, 1), date(2020, 2, 29)])
WHATEVER = settings(
    deadline=None, phases=(Phase.generate, Phase.target), suppress_health_check=list(HealthCheck)
)


@settings(WHATEVER, max_examples=60, derandomize=True)
@given(rule=small_rules(), people=PEOPLE, on=DAYS)
def test_whatever_the_rule_a_sweep_says_the_same(rule, people, on, tmp_path_factory):
    assert_same(rule, on, people, tmp_path_factory.mktemp("people"))


@pytest.mark.long
@settings(WHATEVER, max_examples=share_of(2000), derandomize=not WHOLE)
@given(rule=small_rules(), people=PEOPLE, on=DAYS)
def test_whatever_the_rule_a_sweep_says_the_same_in_each_of_thousands(rule, people, on, tmp_path_factory):
    assert_same(rule, on, people, tmp_path_factory.mktemp("people"))


def test_a_good_part_of_small_rules_has_a_column_form(tmp_path):
    """So that the property above is not kept by the exact function alone."""
    found = []
    population, _ = population_of(
        [{"income": 1, "children": [{"income": 2}], "home": {"rent": 1}}],
        small_rule(conditions("true")),
        tmp_path,
    )

    @settings(
        max_examples=400,  # about a third of them; of a hundred there were from a fifth
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(rule=small_rules())
    def collect(rule):
        try:
            columns(rule, date(2024, 9, 1), population)
        except NotColumns as reason:
            found.append(str(reason))
        else:
            found.append("")

    collect()
    assert found.count("") > 0.2 * len(found), sorted(set(found))


# ---- what a sweep tells


def test_a_number_beside_a_limit_is_judged_exactly(tmp_path):
    rule = small_rule(conditions("applicant.income * 0.1 * 3 > 0.3"))
    swept = assert_same(rule, date(2024, 9, 1), [{"income": 1}, {"income": 2}, {"income": 0.99}], tmp_path)
    assert swept.exact == 1


def test_a_folder_without_a_population_is_refused(tmp_path):
    with pytest.raises(PopulationFault, match="no file of a population; looked for"):
        Population(tmp_path, CATALOGUE.model, CONNECTION)


def test_a_column_that_is_no_concept_is_refused(tmp_path):
    pq.write_table(pa.table({"id": [1], "shoe_size": [43]}), tmp_path / "person.parquet")
    with pytest.raises(PopulationFault, match="'shoe_size' is no concept of person"):
        Population(tmp_path, CATALOGUE.model, CONNECTION)


@pytest.mark.parametrize(
    "limit", [date(2024, 2, 28), date(2024, 2, 29), date(2025, 2, 28), date(2025, 3, 31)]
)
@pytest.mark.parametrize("months", [1, -1, 12, -12, 72, -13])
def test_a_moved_day_is_before_a_limit_where_the_day_itself_is_before_the_last_that_is_so(
    limit: date, months: int
) -> None:
    for until in (True, False):
        last = dates.last_moved(months, limit, until=until)
        assert last is not None
        about = plus_months(limit, -months)
        assert about is not None
        for away in range(-70, 70):
            day = about + timedelta(days=away)
            there = plus_months(day, months)
            assert there is not None
            assert (there <= limit if until else there < limit) is (day <= last)
