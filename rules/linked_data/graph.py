"""Rules, service cards, authorities, life events and concepts as a graph.

Profile: CPSV-AP-NO 1.1 (data.norge.no/specification/cpsv-ap-no), a profile of CPSV-AP 3.2; criteria and information
concepts by CCCEV 2. What the profile makes mandatory is always there; `shapes.ttl` beside this file holds it.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from rdflib import DCAT, DCTERMS, FOAF, RDF, Graph, Literal, Namespace, URIRef

from rules.catalogue_loader import Catalogue
from rules.determination import LawReference, Texts
from rules.fact_paths import fact_path
from rules.model import Concept
from rules.rule import Condition, Rule
from rules.service_file import ServiceCard

CPSV = Namespace("http://purl.org/vocab/cpsv#")
CPSVNO = Namespace("https://data.norge.no/vocabulary/cpsvno#")
CV = Namespace("http://data.europa.eu/m8g/")
ELI = Namespace("http://data.europa.eu/eli/ontology#")


def catalogue_graph(catalogue: Catalogue, base: str) -> Graph:
    """The whole catalogue. `base`: the address its IRIs begin with, 'https://example.kommune.no/catalogue/'."""
    return _Writer(catalogue, base if base.endswith(("/", "#")) else f"{base}/").graph()


class _Writer:
    def __init__(self, catalogue: Catalogue, base: str) -> None:
        self.catalogue, self.base = catalogue, base
        self.made = Graph()
        for prefix, namespace in (("cpsv", CPSV), ("cpsvno", CPSVNO), ("cv", CV), ("eli", ELI)):
            self.made.bind(prefix, namespace)

    def graph(self) -> Graph:
        for name, authority in self.catalogue.authorities.items():
            here = self._thing("authority", name, CV.PublicOrganisation, authority.name)
            if authority.url:
                self.made.add((here, FOAF.homepage, URIRef(authority.url)))
            self._contact(name, authority.name, authority.url)
        for concept in self.catalogue.model.concepts.values():
            self._concept(concept)
        for rule in self.catalogue.rules.values():
            self._rule(rule)
        for card in self.catalogue.services.values():
            here = self._service(card)
            self._output(here, card.id, card.title)
        for kind, event in self.catalogue.life_events.items():
            here = self._thing("life-event", kind, CV.LifeEvent, event.title)
            self._texts(here, DCTERMS.description, event.summary)
            for rule_id in event.brings:
                self.made.add((self._iri("service", rule_id), CV.isGroupedBy, here))
        return self.made

    # ---- services

    def _service(self, card: ServiceCard) -> URIRef:
        """What the profile makes mandatory of a service, and the words it is found by."""
        here = self._thing("service", card.id, CPSV.PublicService, card.title)
        self._texts(here, DCTERMS.description, card.what)
        if card.by:
            self.made.add((here, CV.hasCompetentAuthority, self._iri("authority", card.by)))
            self.made.add((here, CV.contactPoint, self._iri("contact", card.by)))
        for language, lines in card.asked.items():
            for line in lines:
                self.made.add((here, DCAT.keyword, Literal(line, lang=language)))
        return here

    def _rule(self, rule: Rule) -> None:
        card = self.catalogue.cards.get(rule.id)
        here = self._service(
            card or ServiceCard(rule.id, rule.title, rule.summary, {}, rule.authority, rule.filename)
        )
        applied = self._thing("rule", rule.id, CPSV.Rule, rule.title)
        self._texts(applied, DCTERMS.description, rule.summary)
        self.made.add((applied, DCTERMS.hasVersion, Literal(rule.version)))
        self.made.add((here, CPSV.follows, applied))
        for law in self._laws(rule.law):
            self.made.add((here, CV.hasLegalResource, law))
            self.made.add((applied, CPSV.implements, law))
        for condition in rule.conditions:
            self.made.add((here, CV.holdsRequirement, self._criterion(rule, condition)))
        self._output(here, rule.id, rule.title)
        for value in rule.outcome:
            if value.title:
                self._output(here, f"{rule.id}.{value.name}", value.title)

    def _output(self, service: URIRef, name: str, title: Texts) -> None:
        here = self._thing("output", name, CV.Output, title)
        self.made.add((service, CPSVNO.hasPossibleOutput, here))

    def _contact(self, name: str, title: Texts, url: str) -> None:
        """A contact point; the municipality's own is a page of its base, for no number is made up."""
        here = self._iri("contact", name)
        self.made.add((here, RDF.type, CV.ContactPoint))
        self._texts(here, DCTERMS.title, title)
        self.made.add((here, CV.contactPage, URIRef(url or self.base)))

    # ---- conditions

    def _criterion(self, rule: Rule, condition: Condition) -> URIRef:
        here = self._thing("criterion", f"{rule.id}.{condition.id}", CV.Criterion, condition.text)
        for law in self._laws(condition.law):
            self.made.add((here, CV.isDerivedFrom, law))
        number = rule.conditions.index(condition)
        for path in rule.condition_paths[number]:
            concept = rule.model.concept_at(fact_path(path, rule.model))
            self.made.add((here, CV.hasConcept, self._iri("concept", concept.id)))
            self._concept(concept)
        return here

    def _concept(self, concept: Concept) -> None:
        here = self._thing("concept", concept.id, CV.InformationConcept, concept.title)
        if any(concept.meaning.values()):
            self._texts(here, DCTERMS.description, concept.meaning)

    def _laws(self, references: Iterable[LawReference]) -> Iterable[URIRef]:
        for law in references:
            here = URIRef(law.url) if law.url else self._iri("law", law.act)
            if law.section:
                here = URIRef(f"{here}#{quote(law.section)}")
            self.made.add((here, RDF.type, ELI.LegalResource))
            self.made.add((here, DCTERMS.title, Literal(f"{law.title or law.act} {law.section}".rstrip())))
            self.made.add((here, DCTERMS.identifier, Literal(f"{law.act} {law.section}".rstrip())))
            yield here

    # ---- the small parts

    def _iri(self, kind: str, name: str) -> URIRef:
        return URIRef(f"{self.base}{kind}/{quote(name)}")

    def _thing(self, kind: str, name: str, of: URIRef, title: Texts) -> URIRef:
        here = self._iri(kind, name)
        self.made.add((here, RDF.type, of))
        self.made.add((here, DCTERMS.identifier, Literal(name)))
        self._texts(here, DCTERMS.title, title)
        return here

    def _texts(self, here: URIRef, what: URIRef, texts: Texts) -> None:
        for language, text in texts.items():
            self.made.add((here, what, Literal(text, lang=language)))
