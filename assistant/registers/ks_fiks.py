"""KS Fiks register: the tax administration's tax basis in the three forms KS Fiks documents.

Interface: KS Fiks, "Skatte- og inntektsopplysninger" (2022-12-02) and "… (Ny)" (2024-08-13). The base URL is the
environment (`https://api.fiks.ks.no`). Events are not to be had here, only at the tax administration itself. The
proxy's documented address holds the identity number, as the tax administration's own does; the two others put it
in the body.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from assistant.registers.errors import Gone, NoAssessment
from assistant.registers.income import Post
from assistant.registers.reading import Fields
from assistant.registers.tax import (
    NO_BASIS,
    RIGHTS_PACKAGE,
    TaxBasis,
    asked_for,
    first_stage,
    no_assessment_told,
    read_basis,
    registered_at,
    stage_of,
)
from assistant.registers.transport import Transport

REGISTER = "ks_fiks"
CALCULATION = "BARNEHAGE_SFO"
"""The calculation type ("beregningstype") of reduced payment for kindergarten and after-school care.

It is the only one of which KS Fiks also looks for a draft where there is no assessment.
"""

APPLICANT = "SOEKER"
GONE = "SSG-011"
CATEGORIES = {
    "INNTEKT": "inntekt",
    "FRADRAG": "inntektsfradrag",
    "FORMUE": "formue",
    "GJELD": "formuesfradrag",
    "ANNET": "annet",
}
SIGNS = {"ADDERE": 1, "SUBTRAHERE": -1}


@dataclass(frozen=True)
class ExtraPost:
    """An amount the municipality adds of its own (NOK a year). Reduced payment in kindergarten needs none."""

    name: str
    amount: int
    of: Literal["nav", "kommune"] = "nav"


@dataclass(frozen=True)
class Asked:
    """Somebody asked about, and their part in the errand: SOEKER, EKTEFELLE, PARTNER, SAMBOER, BARN …"""

    identifier: str = field(repr=False)
    part: str = APPLICANT
    posts: tuple[ExtraPost, ...] = ()


def calculation_request(calculation: str, year: int, asked: Sequence[Asked]) -> dict[str, Any]:
    """The body of a question to the newer interface (`…/skatteoginntektsopplysninger/beregning`)."""
    persons = [
        {
            "identifikator": one.identifier,
            "type": one.part,
            "ekstraposter": [{"tekniskNavn": post.name, "beloep": post.amount} for post in one.posts],
        }
        for one in asked
    ]
    return {"beregningstype": calculation, "inntektsaar": year, "personer": persons}


def summed_request(calculation: str, year: int, asked: Sequence[Asked]) -> dict[str, Any]:
    """The body of a question to the older interface, version 2 (`…/summertskattegrunnlag`)."""
    return {
        "inntektsaar": str(year),
        "beregningstype": calculation,
        "soekere": [_applicant(one) for one in asked],
    }


def _applicant(one: Asked) -> dict[str, Any]:
    applicant: dict[str, Any] = {"personidentifikator": one.identifier, "personType": one.part}
    for of, posts, name in (
        ("nav", "navPoster", "tekniskNavn"),
        ("kommune", "kommunePoster", "visningsnavn"),
    ):
        added = [{name: post.name, "beloep": str(post.amount)} for post in one.posts if post.of == of]
        if added:
            applicant[posts] = added
    return applicant


@dataclass(frozen=True)
class KsFiksProxy:
    """`ks_fiks_get`: KS Fiks passes the question on to the tax administration, and its answer back."""

    transport: Transport
    role_id: str

    async def basis(self, identifier: str, year: int) -> TaxBasis:
        return await first_stage(lambda stage: self.basis_at(stage, identifier, year), REGISTER, year)

    async def basis_at(self, stage: str, identifier: str, year: int) -> TaxBasis:
        """The basis of one stage: `oppgjoer` or `utkast`."""
        task = f"tax basis for {year}, {stage}"
        base = "/skatteetaten/formueinntekt/summertskatt/api/v1"
        path = f"{base}/{self.role_id}/{stage}/{RIGHTS_PACKAGE}/{year}/{identifier}"
        with no_assessment_told(REGISTER, task):
            answer = await self.transport.get(path, task)
        return asked_for(
            read_basis(answer.body, task, REGISTER, "ks_fiks_get"), identifier, year, REGISTER, task
        )


@dataclass(frozen=True)
class _KsFiksPost:
    """What the two interfaces that take a body share: a question about several, and of one the answer about them."""

    transport: Transport
    role_id: str

    def question(self, calculation: str, year: int, asked: Sequence[Asked]) -> tuple[str, dict[str, Any]]:
        """Where it is asked, and the body."""
        raise NotImplementedError

    def read(self, body: Any, identifiers: Sequence[str], task: str) -> tuple[TaxBasis, ...]:
        raise NotImplementedError

    async def basis(self, identifier: str, year: int) -> TaxBasis:
        task = f"tax basis for {year}"
        found = await self.bases(CALCULATION, year, [Asked(identifier)])
        if not found:
            raise NoAssessment(REGISTER, task)
        return asked_for(found[0], identifier, year, REGISTER, task)

    async def bases(self, calculation: str, year: int, asked: Sequence[Asked]) -> tuple[TaxBasis, ...]:
        """The bases of those asked about of whom there is one."""
        task = f"tax basis for {year}"
        path, body = self.question(calculation, year, asked)
        with no_assessment_told(REGISTER, task):
            answer = await self.transport.post(f"/register/api{path}", task, body)
        return self.read(answer.body, [one.identifier for one in asked], task)


class KsFiksCalculation(_KsFiksPost):
    """`ks_fiks_post`: the newer interface. KS Fiks asks for the assessment and then the draft itself."""

    def question(self, calculation: str, year: int, asked: Sequence[Asked]) -> tuple[str, dict[str, Any]]:
        path = f"/v1/ks/{self.role_id}/skatteoginntektsopplysninger/beregning"
        return path, calculation_request(calculation, year, asked)

    def read(self, body: Any, identifiers: Sequence[str], task: str) -> tuple[TaxBasis, ...]:
        return read_calculation(body, identifiers, task)


class KsFiksSummed(_KsFiksPost):
    """`ks_fiks_post_v2`: the older interface."""

    def question(self, calculation: str, year: int, asked: Sequence[Asked]) -> tuple[str, dict[str, Any]]:
        return f"/v2/ks/{self.role_id}/summertskattegrunnlag", summed_request(calculation, year, asked)

    def read(self, body: Any, identifiers: Sequence[str], task: str) -> tuple[TaxBasis, ...]:
        return read_summed(body, identifiers, task)


def read_calculation(answer: Any, asked: Sequence[str], task: str = "tax basis") -> tuple[TaxBasis, ...]:
    """The bases in an answer of the newer interface: one a person, with that person's part of each post.

    A post whose amount is not the sum of its persons' makes `adds_up` false. Another person than those asked
    about: MalformedAnswer.
    """
    whole = Fields.of(REGISTER, task, answer)
    _told_of_fault(whole, "feilmeldinger")
    posts: dict[str, list[Post]] = {identifier: [] for identifier in asked}
    adds_up = True
    for group in whole.parts("visningsposter"):
        category = CATEGORIES.get(group.text("kategori"))
        if category is None:
            raise group.fault("kategori", f"is none of {', '.join(CATEGORIES)}")
        for post in group.parts("poster"):
            name, amounts = post.text("tekniskNavn"), Decimal(0)
            for share in post.parts("personer"):
                amount = share.amount("beloep")
                posts[_one_of(asked, share, "identifikator")].append(Post(name, amount, (category,)))
                amounts += amount
            adds_up = adds_up and amounts == post.amount("beloep")
    calculated = (
        whole.amount("beregningsbeloep") if whole.values.get("beregningsbeloep") is not None else None
    )
    return tuple(
        TaxBasis(
            identifier=(identifier := _one_of(asked, person, "identifikator")),
            income_year=whole.year("inntektsaar"),
            stage=stage_of(person if person.values.get("stadie") else whole),
            shielded=person.flag("skjermet", default=False),
            posts=tuple(posts[identifier]),
            settled_on=person.day_or_none("skatteoppgjoersdato"),
            registered_at=registered_at(person),
            form="ks_fiks_post",
            adds_up=adds_up,
            calculated=calculated if len(asked) == 1 else None,
        )
        for person in whole.parts("personer")
    )


def read_summed(answer: Any, asked: Sequence[str], task: str = "tax basis") -> tuple[TaxBasis, ...]:
    """The bases in an answer of the older interface: groups of posts, added or subtracted (`operasjon`)."""
    whole = Fields.of(REGISTER, task, answer)
    return tuple(_summed(whole, one, asked) for one in whole.parts("summertSkattegrunnlagPersoner"))


def _summed(whole: Fields, person: Fields, asked: Sequence[str]) -> TaxBasis:
    identifier = _one_of(asked, person, "personidentifikator")
    _told_of_fault(person, "skattFeilmelding")
    posts: list[Post] = []
    total, adds_up = Decimal(0), True
    for group in person.parts("grunnlag"):
        sign = SIGNS.get(group.text("operasjon"))
        if sign is None:
            raise group.fault("operasjon", f"is none of {', '.join(SIGNS)}")
        # What is subtracted keeps its sign: a post nobody has classified leaves the income to a person either way.
        inside = [
            Post(one.text("tekniskNavn"), sign * one.amount("beloep"), ("inntekt",))
            for one in group.parts("poster")
        ]
        adds_up = adds_up and sum(post.amount for post in inside) == sign * group.amount("beloep")
        total += sign * group.amount("beloep")
        posts += inside
    calculated = person.amount("beloep")
    return TaxBasis(
        identifier=identifier,
        income_year=whole.year("inntektsaar"),
        stage=stage_of(person if person.values.get("stadie") else whole),
        shielded=person.flag("skjermet", default=False),
        posts=tuple(posts),
        settled_on=person.day_or_none("skatteoppgjoersdato"),
        registered_at=registered_at(person),
        form="ks_fiks_post_v2",
        adds_up=adds_up and total == calculated,
        calculated=calculated,
    )


def _one_of(asked: Sequence[str], fields: Fields, name: str) -> str:
    identifier = fields.text(name)
    if identifier not in asked:
        raise fields.fault(name, "is not a person asked about")
    return identifier


def _told_of_fault(fields: Fields, name: str) -> None:
    """What the answer says went wrong at the tax administration, as the error the other forms raise.

    No page read gives the form of these, so the tax administration's codes are looked for wherever they stand.
    """
    told = fields.values.get(name)
    if not told:
        return
    codes = set(re.findall(r"SSG-\d{3}", json.dumps(told, default=str)))
    if GONE in codes:
        raise Gone(fields.register, fields.task, GONE)
    for code in NO_BASIS:
        if code in codes:
            raise NoAssessment(fields.register, fields.task, code)
    raise fields.fault(name, f"tells of a fault{f' ({min(codes)})' if codes else ''}")


FORMS: Mapping[str, type[KsFiksProxy] | type[KsFiksCalculation] | type[KsFiksSummed]] = {
    "ks_fiks_get": KsFiksProxy,
    "ks_fiks_post": KsFiksCalculation,
    "ks_fiks_post_v2": KsFiksSummed,
}
