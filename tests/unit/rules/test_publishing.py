"""`varde rules publish`: the legal content of the rules, as a page."""

from pathlib import Path

import pytest

from rules import Catalogue
from rules.publishing import length_in, published

CATALOGUE = Catalogue.load()
PAGE = Path(__file__).parents[3] / "docs" / "catalogue.md"


def test_the_page_in_the_documentation_is_what_the_rules_say():
    said = published(CATALOGUE.rules.values(), "en", CATALOGUE.authorities)
    assert PAGE.read_text(encoding="utf-8") == said, "varde rules publish > docs/catalogue.md"


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_every_condition_value_source_and_gap_stands_in_it(language):
    said = published(CATALOGUE.rules.values(), language, CATALOGUE.authorities)
    for rule in CATALOGUE.rules.values():
        own = said[said.index(f"`{rule.id}`") :].split("\n### ")[0]
        wanted = [rule.summary[language], *(one.text[language] for one in rule.conditions)]
        wanted += [one.text[language] for one in rule.discretion]
        wanted += [gap[language] for gap in rule.known_gaps]
        wanted += [" ".join(one.that.text.split()) for one in rule.conditions]
        wanted += [" ".join(one.expression.text.split()) for one in (*rule.where, *rule.outcome)]
        wanted += [CATALOGUE.authorities[rule.authority].name[language]]
        wanted += [length_in(rule.appeal.within, language)] if rule.appeal else []
        wanted += [value.source for one in rule.parameters for value in one.values]
        wanted += [value.doubt for one in rule.parameters for value in one.values]
        assert [text for text in wanted if text not in own] == []
