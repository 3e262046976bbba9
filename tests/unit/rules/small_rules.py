"""Small rules for tests: a rule file around a few lines, with concepts of its own."""

from rules import Rule, load_rule

CONCEPTS = """\
concepts:
  applicant.income: money
  applicant.age: number
  applicant.resident: boolean
  applicant.student: boolean
  applicant.employed: boolean
  applicant.born: date
  applicant.ends: date
  applicant.children: list of applicant
  applicant.home: home
  home.rent: money
  home.rooms: number
"""


def small_rule(body: str, name: str = "example.small") -> Rule:
    """A rule about an applicant; `body` gives conditions, outcome and so on."""
    return load_rule(f"rule: {name}\nabout: applicant\n{CONCEPTS}{body}", "small.yaml")


def conditions(*expressions: str) -> str:
    """A `conditions:` block, one condition an expression, named a, b, c …"""
    lines = [f"  - {{id: {chr(97 + n)}, that: '{text}'}}" for n, text in enumerate(expressions)]
    return "conditions:\n" + "\n".join(lines) + "\n"
