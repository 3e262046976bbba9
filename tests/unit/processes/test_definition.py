"""Errand definitions: ours is complete in three languages; what is wrong in one is said with its place."""

from __future__ import annotations

import pytest
import yaml

from assistant.processes.definition import DEFINITIONS, DefinitionFault, load_definitions, read_definition
from assistant.processes.wording import _words

GOOD = (DEFINITIONS / "apply_reduced_fee.yaml").read_text(encoding="utf-8")


def broken(change) -> str:
    loaded = yaml.safe_load(GOOD)
    change(loaded)
    return yaml.safe_dump(loaded, allow_unicode=True)


def test_the_definitions_of_the_house_are_sound():
    definitions = load_definitions()
    assert list(definitions) == ["apply_reduced_fee", "apply_reduced_fee_documented"]
    served = [(one.errand, generation) for one in definitions.values() for generation in one.generations]
    assert sorted(served) == [("apply_reduced_fee", one) for one in ("documented", "fetched", "flagged")]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.pop("basis"), "the file: 'basis' is missing"),
        (lambda d: d.pop("errand"), "the file: 'errand' is missing"),
        (lambda d: d.update(generations=[]), "generations: give a list of documented, fetched, flagged"),
        (
            lambda d: d.update(generations=["guessed"]),
            "generations: 'guessed' is none of documented, fetched, flagged",
        ),
        (lambda d: d["title"].pop("nn"), "title: the text in 'nn' is missing"),
        (lambda d: d["steps"][0].update(kind="dance"), "steps[0].kind: 'dance' is none of explain,"),
        (lambda d: d["steps"][0].update(id="household"), "steps: two steps are called 'household'"),
        (lambda d: d["steps"].pop(), "steps: the last step, and only that, must be of kind 'summary'"),
        (lambda d: d["steps"][0].update(colour="red"), "steps[0]: unknown key 'colour'; known are button,"),
        (lambda d: d["steps"][3].pop("question"), "steps[3]: a step of kind 'choice' needs a question"),
        (
            lambda d: d["steps"][0].update(kind="documents"),
            "steps[0]: 'documents' is for a step of kind 'documents', which needs it",
        ),
        (
            lambda d: d["steps"][0].update(documents={"topic": "income"}),
            "steps[0]: 'documents' is for a step of kind 'documents', which needs it",
        ),
        (
            lambda d: d["steps"][0].update(kind="documents", documents={"topic": "income"}),
            "steps[0].documents: 'label' is missing",
        ),
        (
            lambda d: d["steps"][4]["question"].update(default="ever"),
            "steps[4].question.default: 'ever' is none of whole_stay, this_year",
        ),
        (
            lambda d: d["steps"][3]["question"]["choices"].append({"value": True, "label": {}}),
            "steps[3].question.choices[2].value: 'True' is not text; put it in quotes",
        ),
        (
            lambda d: d["steps"][3]["question"]["detail"].update(when="maybe"),
            "steps[3].question.detail.when: 'maybe' is none of no, yes",
        ),
    ],
)
def test_a_fault_names_the_file_and_the_place(change, message):
    with pytest.raises(DefinitionFault) as fault:
        read_definition(broken(change), "x.yaml")
    assert str(fault.value).startswith(f"x.yaml: {message}")


def test_text_that_is_no_yaml_is_a_fault():
    with pytest.raises(DefinitionFault, match="not valid YAML"):
        read_definition("process: [", "x.yaml")


def test_a_file_is_called_what_its_process_is_called(tmp_path):
    (tmp_path / "other.yaml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(DefinitionFault, match="must be the file's name"):
        load_definitions(tmp_path)


def test_an_errand_has_one_definition_a_generation(tmp_path):
    (tmp_path / "apply_reduced_fee.yaml").write_text(GOOD, encoding="utf-8")
    another = broken(lambda d: d.update(process="another", generations=["documented", "flagged"]))
    (tmp_path / "another.yaml").write_text(another, encoding="utf-8")
    with pytest.raises(DefinitionFault) as fault:
        load_definitions(tmp_path)
    assert str(fault.value) == (
        "apply_reduced_fee.yaml: generations: another.yaml serves 'apply_reduced_fee' as 'flagged' already"
    )


def test_the_standing_words_are_there_in_every_language():
    for section, words in _words().items():
        for name, texts in words.items():
            for each in [texts] if "nb" in texts else texts.values():
                assert set(each) == {"nb", "nn", "en"}, (section, name)
