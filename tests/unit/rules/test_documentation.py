"""The rule in docs/rule-format.md is a rule."""

from pathlib import Path

from rules.checking import check

PAGE = Path(__file__).parents[3] / "docs" / "rule-format.md"


def test_the_first_example_of_the_page_has_no_faults(tmp_path: Path) -> None:
    example = PAGE.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    path = tmp_path / "example.yaml"
    path.write_text(example, encoding="utf-8")
    report = check([path])
    assert (report.faults, report.rules, report.tests) == ((), 1, 2)
