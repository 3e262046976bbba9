"""Reading subject types and concepts: the catalogue's concept files, and a rule file's own `concepts:`."""

from __future__ import annotations

import re

from rules.faults import suggestion
from rules.model import (
    BASES,
    SENSITIVITIES,
    SILENCES,
    Choice,
    Concept,
    InformationModel,
    Question,
    SubjectType,
    ValueType,
)
from rules.reading import Faults, Section, plain_texts, texts_of
from rules.yaml_source import Node, read_yaml

_TYPE = re.compile(r"(list of )?([a-z][a-z0-9_]*)")
_ID = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")

_SYNONYMS = {"string": "text", "integer": "number", "decimal": "number"}


def read_concept_file(text: str, filename: str) -> InformationModel:
    """One subject type and its concepts, or (`more_of`) some more concepts of a type another file has.

    What types the others have is checked when all files are in (`check_model`). Raises `RuleFault`.
    """
    faults = Faults(filename)
    section = Section(read_yaml(text, filename), faults, "concept file")
    more_of = section.text("more_of")
    subject = more_of or section.text("subject", required=True)
    kinds: dict[str, SubjectType] = {}
    if not more_of:
        aliases = {name: texts_of(node, faults, f"alias '{name}'") for name, node in section.named("aliases")}
        kinds[subject] = SubjectType(subject, section.texts("title", required=True), aliases)
    concepts = [
        _concept(f"{subject}.{name}", node, faults, complete=True) for name, node in section.named("concepts")
    ]
    section.finish()
    faults.refuse()
    return InformationModel(kinds, {concept.id: concept for concept in concepts})


def own_concepts(section: Section, model: InformationModel) -> InformationModel:
    """The model with a rule file's own `concepts:` added; '<subject type>.<attribute>': type or mapping.

    Only the type is required here, and a subject type is made by being named.
    """
    inner = section.section("concepts")
    if inner is None:
        return model
    concepts: dict[str, Concept] = {}
    kinds: dict[str, SubjectType] = {}
    for name, node in inner.entries.items():
        if not _ID.fullmatch(name):
            section.faults.add(
                node.line, f"concepts: '{name}' is no concept id; write <subject type>.<attribute>"
            )
            continue
        first, _, attribute = name.partition(".")
        known = model.subject_type(first)
        subject = known.id if known else first
        concept = _concept(f"{subject}.{attribute}", node, section.faults, complete=False)
        concepts[concept.id] = concept
        for word in (subject, concept.type.subject):
            if word and model.subject_type(word) is None:
                kinds[word] = SubjectType(word, plain_texts({}, word.replace("_", " ")))
    made = model.including(kinds.values(), ())
    resolved = [_resolved(concept, made) for concept in concepts.values()]
    return made.including((), resolved)


def check_model(model: InformationModel, lines: dict[str, tuple[str, int]]) -> list[tuple[str, int, str]]:
    """What is wrong between concept files: types that name no subject. `lines`: the place of each concept."""
    wrong = []
    for concept in model.concepts.values():
        if concept.subject not in model.subject_types:
            filename, line = lines.get(concept.id, ("", 0))
            near = suggestion(concept.subject, model.subject_types)
            wrong.append((filename, 1, f"concept file: 'more_of' is '{concept.subject}'{near}"))
        target = concept.type.subject
        if target and model.subject_type(target) is None:
            filename, line = lines.get(concept.id, ("", 0))
            known = (*BASES, *model.subject_names)
            wrong.append((filename, line, f"{concept.id}: type '{target}'{suggestion(target, known)}"))
    return wrong


def _resolved(concept: Concept, model: InformationModel) -> Concept:
    """The concept with an alias in its type replaced by the subject type it stands for."""
    kind = model.subject_type(concept.type.subject) if concept.type.subject else None
    if kind is None or kind.id == concept.type.subject:
        return concept
    fields = {**concept.__dict__, "type": ValueType("subject", kind.id, concept.type.many)}
    return Concept(**fields)


def _concept(concept_id: str, node: Node, faults: Faults, *, complete: bool) -> Concept:
    if isinstance(node.value, str):  # the short form: only the type
        node = Node({"type": Node(node.value, node.line)}, node.line)
    section = Section(node, faults, f"concept {concept_id}")
    title = section.texts("title", required=complete)
    concept = Concept(
        id=concept_id,
        type=_type(section),
        title=plain_texts(title, concept_id.partition(".")[2].replace("_", " ")),
        meaning=plain_texts(section.texts("meaning", required=complete), ""),
        unit=section.text("unit"),
        known_by=section.words("known_by"),
        choices=tuple(
            Choice(value, dict(texts_of(inner, faults, f"{concept_id}: choice '{value}'")))
            for value, inner in section.named("choices")
        ),
        question=_question(section),
        sensitivity=section.choice("sensitivity", SENSITIVITIES, required=complete) or "personal",
        changeable=section.boolean("changeable", False),
        derived=section.boolean("derived", False),
        silence=section.choice("silence", SILENCES) or "unknown",
        can_be_absent=section.boolean("can_be_absent", True),
    )
    section.finish()
    return concept


def _type(section: Section) -> ValueType:
    word = section.text("type", required=True)
    found = _TYPE.fullmatch(word)
    if not found:
        if word:
            section.faults.add(
                section.line_of("type"), f"{section.name}: type '{word}'{suggestion(word, BASES)}"
            )
        return ValueType("text")
    many, base = bool(found[1]), _SYNONYMS.get(found[2], found[2])
    if base in BASES:
        return ValueType(base, many=many)  # type: ignore[arg-type]  # one of the words just looked up
    return ValueType("subject", base, many)


def _question(section: Section) -> Question | None:
    inner = section.section("question")
    if inner is None:
        return None
    question = Question(
        text=inner.texts("text", required=True),
        help=inner.texts("help"),
        why=inner.texts("why", required=True),
    )
    inner.finish()
    return question
