"""The story of the demonstration: what happens in Vardevik, one step at a time, as the registers tell it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from assistant.demo import happenings
from assistant.demo.happenings import Stage
from assistant.demo.inhabitants import Municipality, Person
from assistant.demo.population import made_up_region
from assistant.demo.settling import settle
from assistant.registers.simulators import Simulators
from assistant.registers.simulators.kept import Kept

NEIGHBOURS_HAVE = 10
"""Telephone numbers set aside for each municipality beside ours."""

Texts = Mapping[str, str]


class StepNotReady(LookupError):
    """There is no such step, or another must be played first."""


@dataclass(frozen=True)
class Step:
    """Something that happens. `who`: keys of those it is about; `after`: a step that must be played before."""

    id: str
    title: Texts  # nb, nn, en
    what: Texts  # what the registers tell, and what to look for
    who: tuple[str, ...]
    play: Callable[[Stage, datetime], None]
    after: str = ""
    automatic: bool = False  # played at the first start, so that there is something to see


def steps() -> tuple[Step, ...]:
    """All steps, in the order in which they are told."""
    return (
        Step(
            "nora_gets_place",
            {
                "nb": "Nora får barnehageplass",
                "nn": "Nora får barnehageplass",
                "en": "Nora gets a kindergarten place",
            },
            {
                "nb": "Barnehagesystemet melder at Ingrid har takket ja til en plass. Ingrid er alene med Nora "
                "og har lav inntekt.",
                "nn": "Barnehagesystemet melder at Ingrid har takka ja til ein plass. Ingrid er åleine med Nora "
                "og har låg inntekt.",
                "en": "The kindergarten system tells that Ingrid has accepted a place. Ingrid is a single mother "
                "with a low income.",
            },
            ("ingrid", "nora"),
            happenings.nora_gets_place,
            automatic=True,
        ),
        Step(
            "omar_gets_place",
            {
                "nb": "Lillebror Omar får også plass",
                "nn": "Veslebror Omar får òg plass",
                "en": "Little brother Omar gets a place too",
            },
            {
                "nb": "Familien Haugvarde får sitt andre barn i barnehage. Den ene av søsknene får søskenmoderasjon.",
                "nn": "Familien Haugvarde får det andre barnet sitt i barnehage. Eitt av syskena får "
                "syskenmoderasjon.",
                "en": "The Haugvarde family gets a second child in kindergarten. One of the siblings gets the "
                "sibling discount.",
            },
            ("amira", "jonas", "selma", "omar"),
            happenings.omar_gets_place,
            automatic=True,
        ),
        Step(
            "okoro_income_corrected",
            {
                "nb": "Skatteoppgjøret til Daniel blir rettet",
                "nn": "Skatteoppgjeret til Daniel blir retta",
                "en": "Daniel's tax assessment is corrected",
            },
            {
                "nb": "Skatteetaten retter inntekten ned. Husholdningen kommer under grensen for gratis kjernetid. "
                "Er det alt gjort et vedtak, gjøres det om av seg selv.",
                "nn": "Skatteetaten rettar inntekta ned. Hushaldet kjem under grensa for gratis kjernetid. "
                "Er det alt gjort eit vedtak, blir det gjort om av seg sjølv.",
                "en": "The Tax Administration corrects the income downwards. The household falls below the limit "
                "for free core time. A decision that has been made already is reversed by itself.",
            },
            ("sofie", "daniel", "ada"),
            happenings.okoro_income_corrected,
        ),
        Step(
            "ingrid_income_corrected",
            {
                "nb": "Skatteoppgjøret til Ingrid blir rettet opp",
                "nn": "Skatteoppgjeret til Ingrid blir retta opp",
                "en": "Ingrid's tax assessment is corrected upwards",
            },
            {
                "nb": "Inntekten vedtaket bygger på, var for lav. Har hun redusert pris, endres ingenting før "
                "en saksbehandler har varslet henne og hun har fått svare.",
                "nn": "Inntekta vedtaket byggjer på, var for låg. Har ho redusert pris, blir ingenting endra "
                "før ein saksbehandlar har varsla henne og ho har fått svare.",
                "en": "The income the decision rests on was too low. If her fee is reduced, nothing changes until "
                "a case worker has notified her and she has been able to answer.",
            },
            ("ingrid", "nora"),
            happenings.ingrid_income_corrected,
            after="nora_gets_place",
        ),
        Step(
            "baby_born",
            {
                "nb": "Sofie og Daniel får en gutt",
                "nn": "Sofie og Daniel får ein gut",
                "en": "Sofie and Daniel have a boy",
            },
            {
                "nb": "Folkeregisteret melder om en fødsel, og om foreldrene.",
                "nn": "Folkeregisteret melder om ein fødsel, og om foreldra.",
                "en": "The population register tells of a birth, and of the parents.",
            },
            ("sofie", "daniel", "ada"),
            happenings.baby_born,
        ),
        Step(
            "draft_becomes_assessment",
            {
                "nb": "Kaias skatteoppgjør er klart",
                "nn": "Skatteoppgjeret til Kaia er klart",
                "en": "Kaia's tax assessment is ready",
            },
            {
                "nb": "Til nå fantes bare et utkast. Oppgjøret viser en annen inntekt.",
                "nn": "Til no fanst berre eit utkast. Oppgjeret viser ei anna inntekt.",
                "en": "Until now there was only a draft. The assessment shows a different income.",
            },
            ("kaia", "ole", "vilde"),
            happenings.draft_becomes_assessment,
        ),
        Step(
            "ingrid_moves",
            {"nb": "Ingrid og Nora flytter", "nn": "Ingrid og Nora flyttar", "en": "Ingrid and Nora move"},
            {
                "nb": "De flytter til en ny bolig i Vardevik. Retten står ved lag.",
                "nn": "Dei flyttar til ein ny bustad i Vardevik. Retten står ved lag.",
                "en": "They move to another home in Vardevik. Their right stands.",
            },
            ("ingrid", "nora"),
            happenings.ingrid_moves,
        ),
        Step(
            "ella_registered_with_father",
            {
                "nb": "Ella blir registrert hos faren",
                "nn": "Ella blir registrert hos faren",
                "en": "Ella is registered with her father",
            },
            {
                "nb": "Ella har delt bosted. Nå er det farens inntekt som teller.",
                "nn": "Ella har delt bustad. No er det inntekta til faren som tel.",
                "en": "Ella lives with both parents. Now it is her father's income that counts.",
            },
            ("maja", "eirik", "ella"),
            happenings.ella_registered_with_father,
        ),
        Step(
            "address_protected",
            {
                "nb": "En familie får adressebeskyttelse",
                "nn": "Ein familie får adressevern",
                "en": "A family's address is protected",
            },
            {
                "nb": "Folkeregisteret melder at adressen til Tuva og Luna er fortrolig. Den vises ikke mer. "
                "Søker de om noe, er det en saksbehandler som avgjør.",
                "nn": "Folkeregisteret melder at adressa til Tuva og Luna er fortruleg. Ho blir ikkje vist meir. "
                "Søkjer dei om noko, er det ein saksbehandlar som avgjer.",
                "en": "The population register tells that Tuva's and Luna's address is confidential. It is no "
                "longer shown. What they apply for, a case worker decides.",
            },
            ("tuva", "luna"),
            happenings.address_protected,
        ),
        Step(
            "halvor_dies",
            {"nb": "Halvor dør", "nn": "Halvor døyr", "en": "Halvor dies"},
            {
                "nb": "Folkeregisteret melder om et dødsfall.",
                "nn": "Folkeregisteret melder om eit dødsfall.",
                "en": "The population register tells of a death.",
            },
            ("halvor", "astrid"),
            happenings.halvor_dies,
        ),
        Step(
            "death_annulled",
            {
                "nb": "Dødsfallet var en feil",
                "nn": "Dødsfallet var ein feil",
                "en": "The death was a mistake",
            },
            {
                "nb": "Folkeregisteret annullerer dødsfallet. Det som ikke er sendt, blir ikke sendt.",
                "nn": "Folkeregisteret annullerer dødsfallet. Det som ikkje er sendt, blir ikkje sendt.",
                "en": "The population register annuls the death. What has not been sent is not sent.",
            },
            ("halvor", "astrid"),
            happenings.death_annulled,
            after="halvor_dies",
        ),
    )


@dataclass
class Story:
    """The municipality and what has happened in it so far. `play(step id, moment)` lets the next thing happen."""

    simulators: Simulators
    municipality: Municipality
    kept: Kept
    neighbours: tuple[Municipality, ...] = ()

    @classmethod
    def over(cls, simulators: Simulators, today: date) -> Self:
        """The story told by these simulators. At the first start its people settle, as of `today`; later the
        municipality is the one of that first day, whatever day it has become."""
        path = simulators.data / "story.json" if simulators.data else None
        kept = Kept(path, {"settled_on": today.isoformat(), "played": []})
        municipality, *neighbours = made_up_region(date.fromisoformat(kept.values["settled_on"]))
        if simulators.is_empty:
            settle(simulators, municipality)
            for nth, place in enumerate(neighbours, start=1):
                settle(simulators, place, 1000 - NEIGHBOURS_HAVE * nth)
            kept.save()
        return cls(simulators, municipality, kept, tuple(neighbours))

    @property
    def steps(self) -> Sequence[Step]:
        return steps()

    @property
    def played(self) -> tuple[str, ...]:
        """The ids of the steps that have been played, in that order."""
        return tuple(self.kept.values["played"])

    def ready(self, step: Step) -> bool:
        """Whether the step can be played now."""
        return step.id not in self.played and (not step.after or step.after in self.played)

    def begin(self, at: datetime) -> tuple[str, ...]:
        """Play the automatic steps that have not been played; their ids."""
        chosen = [step.id for step in self.steps if step.automatic and self.ready(step)]
        for step_id in chosen:
            self.play(step_id, at)
        return tuple(chosen)

    def play(self, step_id: str, at: datetime) -> bool:
        """Let it happen, once: False if it has happened already. Raises StepNotReady."""
        step = next((one for one in self.steps if one.id == step_id), None)
        if step is None:
            raise StepNotReady(f"the story has no step {step_id!r}: choose one of its steps")
        if step_id in self.played:
            return False
        if not self.ready(step):
            raise StepNotReady(f"step {step_id!r} comes after {step.after!r}: play that first")
        step.play(Stage(self.simulators, self.municipality), at)
        self.kept.values["played"].append(step_id)
        self.simulators.save()
        self.kept.save()
        return True

    def people(self, step: Step) -> tuple[Person, ...]:
        """Those the step is about."""
        return tuple(self.municipality.person(key) for key in step.who)
