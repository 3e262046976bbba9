"""Under which heading a fact stands on a person's page of what is held about them. Pure."""

from __future__ import annotations

from typing import Final

THEMES: Final = (
    "identity",
    "family",
    "home",
    "contact",
    "income",
    "childhood",
    "benefits",
    "health",
    "stay",
    "vehicles",
    "organisations",
    "told",
    "other",
)
"""In the order of the page. What only the person has told, and no other heading takes, stands under `told`."""

_BY_NAME: Final = {
    "identity": "name birth_date death_date citizenship municipality residence_status passport_issued_on "
    "passport_expires_on id_card_issued_on licence_issued_on licence_expires_on under_guardianship",
    "family": "marital_status marital_status_since married_on spouse cohabitant children parents guardians wards "
    "mother_of shared_residence had_child_with_spouse child_stillborn_on living_apart_since",
    "home": "address address_key address_protection address_valid_from moved_on plans_to_move_on pays_housing_costs",
    "contact": "language email mobile reserved contact_verified_on may_be_notified",
    "income": "assessed_income income_shielded reports_lasting_income_drop income_basis income_months_of_last_ten "
    "income_last_12_months income_last_36_months tax_return_delivered_for tax_assessed_on in_work in_work_since "
    "employment_ended_on working_hours_reduced_by self_employed student in_national_service",
    "childhood": "kindergarten_place deferred_school_start cared_for_privately school_grade kilometres_to_school "
    "after_school_place after_school_yearly_price finished_lower_secondary has_upper_secondary_competence "
    "in_upper_secondary",
}
_THEME_OF: Final = {f"person.{name}": theme for theme, names in _BY_NAME.items() for name in names.split()}
_OF_SUBJECT: Final = {
    "kindergarten_place": "childhood",
    "school": "childhood",
    "vehicle": "vehicles",
    "organisation": "organisations",
    "employment": "income",
    "property": "home",
}
_OF_SOURCE: Final = {
    "nav": "benefits",
    "health_economics_administration": "health",
    "immigration_register": "stay",
    "school_system": "childhood",
    "tax_administration": "income",
    "income_register": "income",
    "employment_register": "income",
    "population_register": "identity",
    "contact_register": "contact",
    "person": "told",
}


def theme_of(concept: str, source: str) -> str:
    """The heading of a fact: by its concept, else by what it is about, else by who told it.

    >>> theme_of("person.assessed_income", "tax_administration"), theme_of("person.sick_leave_since", "nav")
    ('income', 'benefits')
    """
    subject = concept.partition(".")[0]
    return _THEME_OF.get(concept) or _OF_SUBJECT.get(subject) or _OF_SOURCE.get(source) or "other"
