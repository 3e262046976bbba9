"""Income in each documented form: our requests are the documented ones, and the published answers are read."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import aiohttp
import pytest

from assistant.config import Config, ConfigurationError
from assistant.registers import (
    Gone,
    MalformedAnswer,
    NoAssessment,
    RegisterRefused,
    Registers,
    RegisterUnavailable,
    statements_from_tax_basis,
)
from assistant.registers.ks_fiks import (
    Asked,
    ExtraPost,
    KsFiksCalculation,
    KsFiksSummed,
    read_calculation,
    read_summed,
)
from assistant.registers.simulators import Simulators
from tests.integration.registers.replaying import (
    ROLE,
    TOKEN,
    Reply,
    Request,
    as_json,
    example,
    replaying,
    without_space,
)
from tests.unit.registers.documents import FATHER, MOTHER
from tests.unit.registers.test_income import DIVIDEND, DIVIDEND_ADJUSTED, INTEREST, PAY

FORMS = ("own", "ks_fiks_get", "ks_fiks_post", "ks_fiks_post_v2")
AT = datetime(2026, 3, 18, 8, 38, tzinfo=UTC)


def shows_who_we_are(request: Request) -> bool:
    return (request.header("Authorization"), request.header("Accept")) == (
        f"Bearer {TOKEN}",
        "application/json",
    )


async def test_the_proxy_of_ks_fiks(session: aiohttp.ClientSession) -> None:
    async with replaying(Reply(example("ks_fiks_1_proxy_answer.json"))) as replayed:
        basis = await replayed.registers(session, "ks_fiks_get").income("03870349520", 2021)

    (asked,) = replayed.asked
    path = "/skatteetaten/formueinntekt/summertskatt/api/v1"
    assert asked.line == f"GET {path}/{ROLE}/oppgjoer/kommuneForeldrebetaling/2021/03870349520 HTTP/1.1"
    assert shows_who_we_are(asked)
    assert (asked.body, asked.header("Content-Type")) == (b"", None)
    assert (basis.stage, basis.shielded, basis.settled_on) == ("oppgjoer", False, date(2022, 2, 10))
    income, _ = statements_from_tax_basis(basis)
    assert income.spans[0].value == 19_015 + 894_828 + 286_299 == 1_200_142
    assert income.spans[0].detail["form"] == "ks_fiks_get"


async def test_the_tax_administrations_own(session: aiohttp.ClientSession) -> None:
    """Its page has no example of its own there; the proxy's is the same answer passed on."""
    async with replaying(Reply(example("ks_fiks_1_proxy_answer.json"))) as replayed:
        basis = await replayed.registers(session).income("03870349520", 2021)

    (asked,) = replayed.asked
    path = "/api/formueinntekt/summertskattegrunnlag/oppgjoer/kommuneForeldrebetaling/2021/03870349520"
    assert asked.line == f"GET {path} HTTP/1.1"
    assert shows_who_we_are(asked)
    assert (basis.form, basis.adds_up) == ("own", True)


async def test_the_newer_interface_of_ks_fiks(session: aiohttp.ClientSession) -> None:
    published = example("ks_fiks_1_calculation_request.json")
    async with replaying(Reply(example("ks_fiks_1_calculation_answer.json"))) as replayed:
        client = replayed.registers(session, "ks_fiks_post").income_source
        assert isinstance(client, KsFiksCalculation)
        partner = Asked("27847099416", "PARTNER", (ExtraPost("kommune.tenktEtterlattePensjon", 0),))
        bases = await client.bases("LANGTIDSOPPHOLD_INSTITUSJON", 2023, [Asked("04817299771"), partner])

    (asked,) = replayed.asked
    assert asked.line == f"POST /register/api/v1/ks/{ROLE}/skatteoginntektsopplysninger/beregning HTTP/1.1"
    assert asked.header("Content-Type") == "application/json"
    assert asked.body == without_space(published)
    (basis,) = bases  # the answer was published with only one of its two persons
    assert (basis.income_year, basis.stage, basis.shielded) == (2023, "oppgjoer", False)
    assert basis.settled_on == date(2024, 2, 15)
    assert basis.registered_at == datetime(2024, 2, 15, 9, 47, 37, 874000, tzinfo=UTC)
    assert [post.amount for post in basis.posts] == [767_670, 2_163, 27_493, 19_795]


def test_the_lines_of_the_newer_interface_add_up_and_its_totals_were_not_published() -> None:
    """910 292 is 767 670 + 142 622. The income posts make 959 743 together, of which 19 795 is the upward
    adjustment of dividends; `beregningsbeloep`, with which they would be compared, is only named on the page."""
    answer = as_json(example("ks_fiks_1_calculation_answer.json"))
    posts = answer["visningsposter"][0]["poster"]

    for post in posts:
        assert sum(share["beloep"] for share in post["personer"]) == post["beloep"]
    assert sum(post["beloep"] for post in posts) == 959_743
    assert "beregningsbeloep" not in answer


def test_a_line_of_the_newer_interface_that_does_not_add_up_leaves_the_income_unknown() -> None:
    answer = as_json(example("ks_fiks_1_calculation_answer.json"))
    asked = ["04817299771", "27847099416"]
    assert read_calculation(answer, asked)[0].adds_up
    answer["visningsposter"][0]["poster"][0]["beloep"] += 1

    (basis,) = read_calculation(answer, asked)

    assert not basis.adds_up
    assert statements_from_tax_basis(basis)[0].spans == ()


def test_what_ks_fiks_has_itself_arrived_at_is_kept_beside_ours() -> None:
    post = {"tekniskNavn": PAY, "beloep": 400_000, "personer": [{"identifikator": MOTHER, "beloep": 400_000}]}
    answer = {
        "inntektsaar": 2025,
        "stadie": "OPPGJOER",
        "personer": [{"identifikator": MOTHER, "skjermet": False}],
        "visningsposter": [{"kategori": "INNTEKT", "poster": [post]}],
        "beregningsbeloep": 407_200,
    }
    (basis,) = read_calculation(answer, [MOTHER])

    (span,) = statements_from_tax_basis(basis)[0].spans
    assert (span.value, span.detail["calculated_by_source"]) == (400_000, "407200")


async def test_of_the_newer_interfaces_person_the_adjustment_is_shown_and_not_counted(
    session: aiohttp.ClientSession,
) -> None:
    async with replaying(Reply(example("ks_fiks_1_calculation_answer.json"))) as replayed:
        client = replayed.registers(session, "ks_fiks_post").income_source
        assert isinstance(client, KsFiksCalculation)
        asked = [Asked("04817299771"), Asked("27847099416", "PARTNER")]
        (basis,) = await client.bases("BARNEHAGE_SFO", 2023, asked)

    income, _ = statements_from_tax_basis(basis)
    assert income.spans[0].value == 767_670 + 2_163 + 27_493 == 797_326
    assert income.spans[0].detail["sum_with_adjustment"] == str(797_326 + 19_795)


async def test_the_older_interface_of_ks_fiks(session: aiohttp.ClientSession) -> None:
    published = example("ks_fiks_1_summed_v2_request.json")
    posts = (
        ExtraPost("nav.omsorgsloennEtterHelseOgOmsorgstjenesteloven", 1),
        ExtraPost("nav.hjelpestoenadFraFolketrygden", 2),
        ExtraPost("Fradrag 1", 3, "kommune"),
    )
    async with replaying(Reply(example("ks_fiks_1_summed_v2_answer.json"))) as replayed:
        client = replayed.registers(session, "ks_fiks_post_v2").income_source
        assert isinstance(client, KsFiksSummed)
        asked_about = [Asked("25851449852", posts=posts), Asked("06882949409", "EKTEFELLE")]
        (basis,) = await client.bases("PRAKTISK_BISTAND", 2021, asked_about)

    (asked,) = replayed.asked
    assert asked.line == f"POST /register/api/v2/ks/{ROLE}/summertskattegrunnlag HTTP/1.1"
    assert asked.body == without_space(published)
    assert (basis.income_year, basis.stage, basis.calculated) == (2021, "oppgjoer", 95_427)
    assert [post.amount for post in basis.posts] == [6_700, -39_199]


def test_the_older_interfaces_example_does_not_add_up_as_published_so_no_amount_is_taken() -> None:
    """Two of its seven groups were published: 6 700 − 39 199 is not 95 427. An answer whose sum its own parts do
    not carry leaves the income unknown, and a person decides; neither number is taken."""
    (basis,) = read_summed(as_json(example("ks_fiks_1_summed_v2_answer.json")), ["25851449852"])
    income, shielded, *_ = statements_from_tax_basis(basis)

    assert not basis.adds_up
    assert income.spans == ()
    assert shielded.spans[0].value is False


def test_with_all_its_groups_the_older_interfaces_example_adds_up() -> None:
    """The page's whole arithmetic: 6 700 − 39 199 + 39 090 + 88 840 + 1 − 2 − 3 = 95 427 for the applicant,
    6 801 000 − 132 000 − 200 000 − 88 000 = 6 381 000 for the spouse, 6 476 427 together."""
    answer = as_json(example("ks_fiks_1_summed_v2_answer.json"))
    (applicant,) = answer["summertSkattegrunnlagPersoner"]
    applicant["grunnlag"] += [group(amount) for amount in (39_090, 88_840, 1, -2, -3)]
    spouse = applicant | {
        "personidentifikator": "06882949409",
        "beloep": 6_381_000,
        "grunnlag": [group(amount) for amount in (6_801_000, -132_000, -200_000, -88_000)],
    }
    answer["summertSkattegrunnlagPersoner"].append(spouse)

    bases = read_summed(answer, ["25851449852", "06882949409"])

    assert [basis.adds_up for basis in bases] == [True, True]
    assert [basis.calculated for basis in bases] == [95_427, 6_381_000]
    assert sum(basis.calculated or 0 for basis in bases) == answer["samletBeloep"] == 6_476_427
    assert all(sum(post.amount for post in basis.posts) == basis.calculated for basis in bases)
    applicant["grunnlag"][0]["beloep"] += 1
    assert not read_summed(answer, ["25851449852", "06882949409"])[0].adds_up


def group(amount: int) -> dict[str, Any]:
    sign = "ADDERE" if amount > 0 else "SUBTRAHERE"
    return {
        "navn": "0",
        "beskrivelse": "",
        "operasjon": sign,
        "beloep": abs(amount),
        "poster": [{"tekniskNavn": f"post{amount}", "beloep": abs(amount)}],
    }


async def test_the_list_of_events(session: aiohttp.ClientSession) -> None:
    """Published with `…` for two values. A moment that is none is refused; with the two filled in it is read."""
    published = example("tax_2_events_answer.json")
    filled = published.replace("…".encode(), b"09819899123", 1).replace(
        "…".encode(), b"2022-03-10T09:29:16Z", 1
    )
    async with replaying(Reply(published), Reply(filled), Reply(b'{"sekvensnummer":17}')) as replayed:
        registers = replayed.registers(session)
        with pytest.raises(MalformedAnswer, match=r"hendelser\[0\]\.registreringstidspunkt"):
            await registers.tax.feed(1, 5)
        page = await registers.tax.feed(1, 5)
        start = await registers.tax.start(date(2022, 3, 10))

    first, again, of_day = (request.line for request in replayed.asked)
    path = "/api/formueinntekt/skatteoppgjoer/hendelser"
    assert first == again == f"GET {path}/?fraSekvensnummer=1&antall=5 HTTP/1.1"
    assert of_day == f"GET {path}/start?dato=2022-03-10 HTTP/1.1"
    (event,) = page.events
    assert (event.sequence, event.identifier, event.income_year) == (1, "09819899123", 2021)
    assert (event.type, event.registered_at) == ("NY", datetime(2022, 3, 10, 9, 29, 16, tzinfo=UTC))
    assert (page.next_position(1), start) == (2, 17)


async def test_events_are_asked_of_the_tax_administration_whatever_the_form(
    session: aiohttp.ClientSession,
) -> None:
    async with replaying(Reply(b'{"hendelser":[]}')) as replayed:
        await replayed.registers(session, "ks_fiks_post").tax.feed(3, 1000)

    assert replayed.asked[0].line.startswith("GET /api/formueinntekt/skatteoppgjoer/hendelser/?")


CODES = [
    ("SSG-001", 500, RegisterUnavailable),
    ("SSG-002", 500, RegisterUnavailable),
    ("SSG-003", 404, None),
    ("SSG-004", 401, RegisterRefused),
    ("SSG-005", 403, RegisterRefused),
    ("SSG-006", 400, RegisterRefused),
    ("SSG-007", 404, NoAssessment),
    ("SSG-008", 404, NoAssessment),
    ("SSG-009", 406, RegisterRefused),
    ("SSG-010", 403, RegisterRefused),
    ("SSG-011", 410, Gone),
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("code", "status", "expected"), CODES, ids=[code for code, *_ in CODES])
async def test_each_code_of_the_tax_administration(
    session: aiohttp.ClientSession, form: str, code: str, status: int, expected: Any
) -> None:
    reply = Reply(f'{{"kode":"{code}","melding":"{MOTHER}","korrelasjonsid":"x"}}'.encode(), status)
    async with replaying(reply) as replayed:
        with pytest.raises(expected or Exception) as refused:
            await replayed.registers(session, form).income(MOTHER, 2025)

    assert MOTHER not in str(refused.value)
    if expected is not RegisterUnavailable:
        assert refused.value.code == code
    if expected is None:  # an address the tax administration does not know is our mistake, not an answer
        assert not isinstance(refused.value, (NoAssessment, Gone))
    stages = 2 if code in ("SSG-007", "SSG-008") and form in ("own", "ks_fiks_get") else 1
    tries = 2 if status == 401 else 1
    assert len(replayed.asked) == stages * tries


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([{"kode": "SSG-008"}], NoAssessment),
        ([{"feil": {"melding": "SSG-007: ingen treff"}}], NoAssessment),
        ("SSG-011", Gone),
        ([{"kode": "SSG-005"}], MalformedAnswer),
        ({"noe": "annet"}, MalformedAnswer),
    ],
)
async def test_faults_told_inside_an_answer(session: aiohttp.ClientSession, told: Any, expected: Any) -> None:
    newer = {"inntektsaar": 2025, "personer": [], "visningsposter": [], "feilmeldinger": told}
    one = {"personidentifikator": MOTHER, "beloep": 0, "grunnlag": [], "skattFeilmelding": told}
    older = {"inntektsaar": 2025, "summertSkattegrunnlagPersoner": [one]}
    for form, answer in (("ks_fiks_post", newer), ("ks_fiks_post_v2", older)):
        async with replaying(Reply(json.dumps(answer).encode())) as replayed:
            with pytest.raises(expected):
                await replayed.registers(session, form).income(MOTHER, 2025)


@pytest.mark.parametrize("form", FORMS)
async def test_each_form_gives_the_same_facts(
    simulators: Simulators, session: aiohttp.ClientSession, form: Any
) -> None:
    config = simulators.configured(Config())
    settings = config.tax_administration.model_copy(update={"form": form})
    registers = Registers.from_config(config.model_copy(update={"tax_administration": settings}), session)
    posts = {PAY: 400_000, INTEREST: 1_500, DIVIDEND: 10_000, DIVIDEND_ADJUSTED: 7_200}
    simulators.tax.put(MOTHER, 2025, posts, settled_on=date(2026, 3, 18), at=AT)
    simulators.tax.put(FATHER, 2025, {PAY: 300_000}, stage="utkast")

    basis = await registers.income(MOTHER, 2025)
    income, shielded = statements_from_tax_basis(basis)
    draft = await registers.income(FATHER, 2025)

    (span,) = income.spans
    assert span.value == Decimal(411_500)
    assert (span.valid_from, span.valid_to, income.scope) == (date(2026, 1, 1), date(2028, 1, 1), "2025")
    assert span.detail["form"] == form
    assert span.detail["sum_with_adjustment"] == "418700"
    assert span.detail["settled_on"] == "2026-03-18"
    assert (span.detail["stage"], shielded.spans[0].value) == ("oppgjoer", False)
    assert basis.registered_at == AT
    assert (draft.stage, statements_from_tax_basis(draft)[0].spans[0].value) == ("utkast", Decimal(300_000))

    simulators.tax.put(MOTHER, 2025, posts, shielded=True)
    income, shielded, *_ = statements_from_tax_basis(await registers.income(MOTHER, 2025))
    assert (income.spans, shielded.spans[0].value) == ((), True)
    simulators.tax.withdraw(MOTHER, 2025, AT)
    with pytest.raises(Gone):
        await registers.income(MOTHER, 2025)
    with pytest.raises(NoAssessment):
        await registers.income(FATHER, 2024)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("identifier", "year"), [(FATHER, 2025), (MOTHER, 2024)])
async def test_a_basis_of_another_person_or_year_is_refused(
    session: aiohttp.ClientSession, form: str, identifier: str, year: int
) -> None:
    own = f'{{"personidentifikator":"{identifier}","inntektsaar":"{year}","grunnlag":[]}}'
    newer = f'{{"inntektsaar":{year},"personer":[{{"identifikator":"{identifier}"}}],"visningsposter":[]}}'
    one = f'{{"personidentifikator":"{identifier}","beloep":0,"grunnlag":[]}}'
    older = f'{{"inntektsaar":{year},"summertSkattegrunnlagPersoner":[{one}]}}'
    answer = {"own": own, "ks_fiks_get": own, "ks_fiks_post": newer, "ks_fiks_post_v2": older}[form]
    async with replaying(Reply(answer.encode())) as replayed:
        with pytest.raises(MalformedAnswer) as refused:
            await replayed.registers(session, form).income(MOTHER, 2025)

    assert FATHER not in str(refused.value)


async def test_another_persons_amount_within_the_answer_is_refused(session: aiohttp.ClientSession) -> None:
    async with replaying(Reply(example("ks_fiks_1_calculation_answer.json"))) as replayed:
        with pytest.raises(MalformedAnswer, match=r"poster\[0\]\.personer\[1\]\.identifikator"):
            await replayed.registers(session, "ks_fiks_post").income("04817299771", 2023)


async def test_a_form_of_ks_fiks_needs_a_role(session: aiohttp.ClientSession) -> None:
    config = Config.model_validate({"tax_administration": {"form": "ks_fiks_post"}})

    with pytest.raises(ConfigurationError, match=r"set ks_fiks\.role_id"):
        Registers.from_config(config, session)


async def test_ks_fiks_is_shown_which_integration_asks(simulators: Simulators) -> None:
    async with aiohttp.ClientSession() as session, replaying(Reply(status=403)) as replayed:
        config = Config.model_validate(
            {
                "tax_administration": {"form": "ks_fiks_get"},
                "ks_fiks": {
                    "base_url": replayed.url,
                    "role_id": "r",
                    "integration_id": "4711",
                    "integration_password": "hemmelig",
                },
            }
        )
        settings = config.model_copy(update={"maskinporten": simulators.settings["maskinporten"]})
        registers = Registers.from_config(settings, session)
        with pytest.raises(RegisterRefused):
            await registers.income(MOTHER, 2025)
        assert "hemmelig" not in repr(registers)
        assert "hemmelig" not in repr(config)

    assert replayed.asked[0].header("IntegrasjonId") == "4711"
    assert replayed.asked[0].header("IntegrasjonPassord") == "hemmelig"
