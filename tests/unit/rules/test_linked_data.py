"""The catalogue as linked data holds to the shapes of the profile, loses nothing, and is the same each time."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyshacl import validate
from rdflib import DCTERMS, RDF, Graph, Literal, URIRef

from assistant.cli import main
from rules import Catalogue
from rules.linked_data import FORMATS, catalogue_graph, written
from rules.linked_data.graph import CPSV, CV
from rules.linked_data.written import Format

# rdflib's own JSON-LD reader and pyshacl still use names that rdflib is going to drop
pytestmark = [
    pytest.mark.filterwarnings("ignore:Dataset.* is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),
]

BASE = "https://example.kommune.no/catalogue/"
CATALOGUE = Catalogue.load()
GRAPH = catalogue_graph(CATALOGUE, BASE)
SHAPES = Path(__file__).parents[3] / "rules" / "linked_data" / "shapes.ttl"


def faults(graph: Graph) -> str:
    holds, _, told = validate(graph, shacl_graph=str(SHAPES), inference="none")
    return "" if holds else str(told)


def test_the_catalogue_holds_to_the_shapes() -> None:
    assert faults(GRAPH) == ""


def test_every_rule_card_condition_and_life_event_is_there() -> None:
    def named(kind: URIRef) -> set[str]:
        return {str(GRAPH.value(one, DCTERMS.identifier)) for one in GRAPH.subjects(RDF.type, kind)}

    assert named(CPSV.PublicService) == set(CATALOGUE.rules) | set(CATALOGUE.services)
    assert named(CPSV.Rule) == set(CATALOGUE.rules)
    assert named(CV.LifeEvent) == set(CATALOGUE.life_events)
    assert named(CV.PublicOrganisation) == set(CATALOGUE.authorities)
    assert named(CV.Criterion) == {
        f"{rule.id}.{one.id}" for rule in CATALOGUE.rules.values() for one in rule.conditions
    }


def test_a_service_stands_under_the_life_events_that_bring_it() -> None:
    born = URIRef(f"{BASE}life-event/child_born")
    services = {str(one).rpartition("/")[2] for one in GRAPH.subjects(CV.isGroupedBy, born)}
    assert services == set(CATALOGUE.life_events["child_born"].brings)


@pytest.mark.parametrize("form", FORMATS)
def test_what_is_written_is_read_back_whole_and_is_the_same_each_time(form: Format) -> None:
    text = written(GRAPH, form)
    assert written(catalogue_graph(Catalogue.load(), BASE), form) == text
    assert set(Graph().parse(data=text, format=form)) == set(GRAPH)


SERVICE = URIRef(f"{BASE}service/kindergarten.core_time")


@pytest.mark.parametrize(
    ("what", "told"),
    [
        (DCTERMS.title, "title"),
        (DCTERMS.description, "description"),
        (DCTERMS.identifier, "identifier"),
        (CV.hasCompetentAuthority, "hasCompetentAuthority"),
        (CV.contactPoint, "contactPoint"),
    ],
)
def test_what_the_profile_demands_is_missed_where_it_is_gone(what: URIRef, told: str) -> None:
    lacking = Graph()
    for triple in GRAPH:
        if triple[:2] != (SERVICE, what):
            lacking.add(triple)
    assert told in faults(lacking)


def test_a_text_in_a_fourth_language_is_a_fault() -> None:
    more = Graph()
    for triple in GRAPH:
        more.add(triple)
    more.add((SERVICE, DCTERMS.title, Literal("x", lang="se")))
    assert "title" in faults(more)


def test_the_command_writes_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "export", "--base", BASE]) == 0
    assert capsys.readouterr().out == written(GRAPH, "turtle")


@pytest.mark.parametrize("base", ["catalogue", "ftp://example.no/", "https://", "https://a.no/<b>"])
def test_an_address_that_is_none_is_told(base: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "export", "--base", base]) == 1
    assert f"--base: '{base}' is no address" in capsys.readouterr().err
