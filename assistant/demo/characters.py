"""The named people of the story: each there for something that can go right or wrong in such a case."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from assistant.demo.inhabitants import (
    DISABILITY_BENEFIT,
    DIVIDEND,
    DIVIDEND_ADJUSTMENT,
    OWN_BUSINESS,
    PAY,
    RETIREMENT_PENSION,
    SINGLE_PARENT_BENEFIT,
    Family,
    Income,
    Reach,
)
from assistant.demo.making import Making


def characters(making: Making) -> tuple[Family, ...]:
    """All named families. Their incomes lie on either side of the limits that apply in the autumn of 2026:
    220 000 NOK for the six per cent at a price of 1200 a month, 692 465 for core time."""
    return (
        ingrid(making),
        haugvarde(making),
        okoro(making),
        lunde(making),
        protected_family(making),
        reserved_family(making),
        three_siblings(making),
        draft_only(making),
        newly_arrived(making),
        with_dividends(making),
        self_employed(making),
        cohabitant_without_common_child(making),
        old_couple(making),
        widower(making),
    )


def ingrid(making: Making) -> Family:
    """A single mother with a low income. Her daughter gets a place in the story's first step."""
    home = making.home()
    mother = making.adult(
        "ingrid", "Ingrid", "Steinrud", 31, home, Income({PAY: 126_000, SINGLE_PARENT_BENEFIT: 72_000})
    )
    nora = making.child("nora", "Nora", "Steinrud", 2, home)
    return Family((mother,), (nora,), sole_responsibility=True)


def haugvarde(making: Making) -> Family:
    """A married couple who read nynorsk, with two children and an income below the limit for core time."""
    home = making.home()
    nynorsk = Reach(language="nn")
    amira = making.adult("amira", "Amira", "Haugvarde", 34, home, Income.pay(318_000), nynorsk)
    jonas = making.adult("jonas", "Jonas", "Haugvarde", 36, home, Income.pay(322_000, 1_200), nynorsk)
    selma = making.child("selma", "Selma", "Haugvarde", 4, home)
    omar = making.child("omar", "Omar", "Haugvarde", 1, home)
    family = Family((amira, jonas), (selma, omar), married_on=making.years_ago(7))
    return replace(family, places=(making.place(selma, whole_stay=True),))


def okoro(making: Making) -> Family:
    """Cohabitants with a common child; he reads English. Their income is a little too high for core time."""
    home = making.home()
    sofie = making.adult("sofie", "Sofie", "Myrstad", 33, home, Income.pay(366_000))
    daniel = making.adult("daniel", "Daniel", "Okoro", 35, home, Income.pay(348_000), Reach(language="en"))
    ada = making.child("ada", "Ada", "Okoro Myrstad", 3, home)
    return Family((sofie, daniel), (ada,), places=(making.place(ada),))


def lunde(making: Making) -> Family:
    """Separated parents; their daughter lives with both and is registered with her mother."""
    mothers, fathers = making.home(), making.home()
    maja = making.adult("maja", "Maja", "Solberg", 32, mothers, Income.pay(571_000))
    eirik = making.adult("eirik", "Eirik", "Lunde", 37, fathers, Income({DISABILITY_BENEFIT: 205_000}))
    ella = making.child("ella", "Ella", "Solberg Lunde", 3, mothers)
    return Family(
        (maja, eirik),
        (ella,),
        married_on=making.years_ago(6),
        separated_on=making.years_ago(1),
        shares_residence_since=making.years_ago(1),
        places=(making.place(ella),),
    )


def protected_family(making: Making) -> Family:
    """Lives at a strictly confidential address. The tax administration shields the mother."""
    home = making.home()
    mother = replace(
        making.adult("hanna", "Hanna", "Myrvoll", 29, home, Income({PAY: 190_000}, shielded=True)),
        protection="strengtFortrolig",
    )
    children = tuple(
        replace(making.child(key, first, "Myrvoll", age, home), protection="strengtFortrolig")
        for key, first, age in (("tiril", "Tiril", 5), ("jakob", "Jakob", 2))
    )
    places = tuple(making.place(child) for child in children)
    return Family((mother,), children, sole_responsibility=True, places=places)


def reserved_family(making: Making) -> Family:
    """A mother who has opted out of digital letters, and a father whose details are long out of date."""
    home = making.home()
    ragnhild = making.adult(
        "ragnhild", "Ragnhild", "Elvestad", 38, home, Income.pay(301_000), Reach(reserved=True)
    )
    torstein = making.adult(
        "torstein", "Torstein", "Elvestad", 41, home, Income.pay(297_000), Reach(confirmed_days_ago=700)
    )
    live = making.child("live", "Live", "Elvestad", 5, home)
    family = Family((ragnhild, torstein), (live,), married_on=making.years_ago(10))
    return replace(family, places=(making.place(live),))


def three_siblings(making: Making) -> Family:
    """Twins and a little brother, all in kindergarten: the third pays nothing."""
    home = making.home()
    linnea = making.adult("linnea", "Linnea", "Bergset", 35, home, Income.pay(389_000))
    per = making.adult("per", "Per", "Bergset", 36, home, Income.pay(455_000))
    children = tuple(
        making.child(key, first, "Bergset", age, home, twin=twin)
        for key, first, age, twin in (
            ("ask", "Ask", 4, "bergset"),
            ("embla", "Embla", 4, "bergset"),
            ("storm", "Storm", 1, ""),
        )
    )
    family = Family((linnea, per), children, married_on=making.years_ago(6))
    return replace(family, places=tuple(making.place(child) for child in children))


def draft_only(making: Making) -> Family:
    """One of two parents is not yet assessed: the draft is used until she is."""
    home = making.home()
    kaia = making.adult("kaia", "Kaia", "Rognan", 30, home, Income({PAY: 288_000}, stage="utkast"))
    ole = making.adult("ole", "Ole", "Rognan", 33, home, Income.pay(302_000))
    vilde = making.child("vilde", "Vilde", "Rognan", 3, home)
    family = Family((kaia, ole), (vilde,), married_on=making.years_ago(5))
    return replace(family, places=(making.place(vilde),))


def newly_arrived(making: Making) -> Family:
    """Came to Norway this year: the tax administration has nothing of the one, and does not know the other."""
    home = making.home()
    english = Reach(language="en", registered=True)
    leila = making.adult("leila", "Leila", "Rahmani", 28, home, Income(stage="none"), english)
    omid = making.adult(
        "omid", "Omid", "Rahmani", 30, home, Income(stage="unknown_to_tax"), Reach(registered=False)
    )
    parisa = making.child("parisa", "Parisa", "Rahmani", 2, home)
    family = Family((leila, omid), (parisa,), married_on=making.years_ago(4))
    return replace(family, places=(making.place(parisa),))


def with_dividends(making: Making) -> Family:
    """Dividends, of which only a part can be counted with certainty: the limit lies between the two sums."""
    home = making.home()
    posts = {PAY: 268_000, DIVIDEND: 40_000, DIVIDEND_ADJUSTMENT: 28_800}
    silje = making.adult("silje", "Silje", "Fjærland", 37, home, Income(posts))
    anders = making.adult("anders", "Anders", "Fjærland", 39, home, Income.pay(369_000))
    iver = making.child("iver", "Iver", "Fjærland", 4, home)
    family = Family((silje, anders), (iver,), married_on=making.years_ago(8))
    return replace(family, places=(making.place(iver),))


def self_employed(making: Making) -> Family:
    """A potter with her own business, and a part-time place."""
    home = making.home()
    tuva = making.adult("tuva", "Tuva", "Leirvåg", 34, home, Income({OWN_BUSINESS: 187_000}))
    luna = making.child("luna", "Luna", "Leirvåg", 3, home)
    return Family((tuva,), (luna,), sole_responsibility=True, places=(making.place(luna, weekly_hours=30),))


def cohabitant_without_common_child(making: Making) -> Family:
    """The mother's new cohabitant is no parent: no register knows what they are to each other, she must tell."""
    home = making.home()
    frida = making.adult("frida", "Frida", "Tangen", 33, home, Income.pay(352_000))
    simen = making.child("simen", "Simen", "Tangen", 4, home)
    making.lodger(making.adult("geir", "Geir", "Odden", 40, home, Income.pay(610_000)))
    return Family((frida,), (simen,), sole_responsibility=True, places=(making.place(simen),))


def old_couple(making: Making) -> Family:
    """Grandparents in the story; one of them is registered as dead there, by mistake."""
    home = making.home()
    pension = Income({RETIREMENT_PENSION: 268_000})
    astrid = making.adult("astrid", "Astrid", "Steinrud", 68, home, pension)
    halvor = making.adult("halvor", "Halvor", "Steinrud", 71, home, pension, Reach(registered=False))
    return Family((astrid, halvor), married_on=making.years_ago(40))


def widower(making: Making) -> Family:
    """Died last year; is still in the registers."""
    sigurd = making.adult("sigurd", "Sigurd", "Aasland", 84, making.home(), Income(stage="none"))
    return Family((replace(sigurd, died=_last_year(making.today)),))


def _last_year(today: date) -> date:
    return date(today.year - 1, 10, 4)
