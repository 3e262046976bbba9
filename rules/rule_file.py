"""From the text of a rule file to a checked Rule: every fault is found at once, each with its line."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any

from rules.concept_file import own_concepts
from rules.dated_values import read_parameters
from rules.determination import LawReference
from rules.fact_paths import fact_path
from rules.faults import suggestion
from rules.feel import Expression, FeelError, compile_expression
from rules.model import EMPTY_MODEL, FactFault, InformationModel
from rules.parameter import Parameter, Period
from rules.reading import Faults, Section, asked_of, expression_text, plain_texts, texts_of
from rules.rule import (
    COMES_ABOUT,
    KINDS,
    Appeal,
    Condition,
    Deadline,
    Definition,
    DiscretionItem,
    Rule,
    RuleTest,
    Setting,
)
from rules.table_file import read_table
from rules.watched_day import TODAY
from rules.yaml_source import Node, read_yaml

_RULE_ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
_DURATION = re.compile(r"P(\d+[YMWD])+")


def load_rule(text: str, filename: str, model: InformationModel = EMPTY_MODEL) -> Rule:
    """Read and check one rule file against an information model. Raises `RuleFault` with every fault found.

    What it needs at least: `rule`, `about`, and `conditions` or `outcome`. Whether another rule it `uses`
    exists is for the catalogue to say, and whether its texts and law are complete for `rules.checking`.
    """
    faults = Faults(filename)
    section = Section(read_yaml(text, filename), faults, "rule")
    faults.refuse()
    rule = _Reader(section, faults, own_concepts(section, model)).rule(text, filename)
    faults.refuse()
    return rule


class _Reader:
    def __init__(self, section: Section, faults: Faults, model: InformationModel) -> None:
        self.section, self.faults, self.model = section, faults, model
        self.about = section.text("about", required=True)
        self.law: tuple[LawReference, ...] = ()
        self.names: list[str] = [TODAY]

    def rule(self, text: str, filename: str) -> Rule:
        section = self.section
        rule_id = section.text("rule", required=True)
        if rule_id and not _RULE_ID.fullmatch(rule_id):
            self.faults.add(section.line_of("rule"), f"rule: '{rule_id}' is no id; write theme.name")
        if self.about and self.model.subject_type(self.about) is None:
            self.faults.add(
                section.line_of("about"),
                f"rule: 'about' is '{self.about}'{suggestion(self.about, self.model.subject_names)}",
            )
        self.names.append(self.about)
        self.law = self._law(section)
        settings = self._settings()
        parameters = read_parameters(
            section, {setting.name: setting for setting in settings}, self.model.shared_values
        )
        uses = self._uses()
        for name in (*(p.name for p in parameters), *(s.name for s in settings), *uses):
            self._name(name, section.line)
        where = tuple(self._where())
        conditions = tuple(self._conditions())
        outcome = tuple(self._outcome())
        if not conditions and not outcome:
            self.faults.add(section.line, "rule: 'conditions' or 'outcome' is missing")
        title = section.texts("title")
        rule = Rule(
            id=rule_id,
            version=_version(text, parameters),
            kind=section.choice("kind", KINDS) or "right",
            title=plain_texts(title, rule_id),
            summary=plain_texts(section.texts("summary"), ""),
            authority=section.text("authority"),
            about=self.about,
            told_to=self._told_to(),
            law=self.law,
            in_force=tuple(self._in_force()),
            announced=section.day("announced"),
            parameters=parameters,
            settings=settings,
            uses=uses,
            where=where,
            conditions=conditions,
            outcome=outcome,
            discretion=tuple(self._discretion()),
            appeal=self._appeal(),
            process=section.text("process"),
            comes_about=section.choice("comes_about", COMES_ABOUT),
            next_step=section.texts("next_step"),
            deadline=self._deadline(outcome),
            known_gaps=tuple(
                texts_of(node, self.faults, f"known gap {number}")
                for number, node in section.items("known_gaps")
            ),
            asked=asked_of(section),
            tests=tuple(self._tests(outcome)),
            model=self.model,
            text=text,
            filename=filename,
        )
        section.finish()
        return rule

    # ---- names and expressions

    def _name(self, name: str, line: int) -> None:
        if name in self.names:
            self.faults.add(line, f"'{name}' names two things in this rule; rename one")
        self.names.append(name)

    def _expression(self, node: Node | None, what: str) -> Expression:
        """Compile an expression and check every fact path in it. Faults are added."""
        text = "null" if node is None else expression_text(node)
        line = node.line if node else self.section.line
        if text is None:
            assert node is not None
            self.faults.add(line, f"{what}: {node.shape}; an expression is needed")
            return compile_expression("null", ())
        try:
            expression = compile_expression(text, self.names)
        except FeelError as error:
            self.faults.add(line + max(0, error.line - 1), f"{what}: {error.message}")
            return compile_expression("null", ())
        return self._with_known_facts(expression, line, what)

    def _with_known_facts(self, expression: Expression, line: int, what: str) -> Expression:
        """The expression, each of whose fact paths the model must have. Faults are added."""
        for path in expression.paths:
            if path.startswith(f"{self.about}."):
                try:
                    fact_path(path, self.model)
                except FactFault as fault:
                    self.faults.add(line, f"{what}: {fault}")
        return expression

    # ---- the parts

    def _law(self, section: Section) -> tuple[LawReference, ...]:
        """`law:` as text ('§ 3b a', of the rule's own act), a mapping, or a list of them."""
        node = section.node_of("law")
        if node is None:
            return ()
        references = []
        for item in node.value if isinstance(node.value, tuple) else (node,):
            if isinstance(item.value, str):
                if not self.law:
                    self.faults.add(
                        item.line,
                        f"{section.name}: law '{item.value}' has no act; write {{act, section, url}}",
                    )
                    continue
                own = self.law[0]
                references.append(LawReference(own.act, item.value, own.url, own.title))
                continue
            inner = Section(item, self.faults, f"{section.name}.law")
            references.append(
                LawReference(
                    inner.text("act", required=True),
                    inner.text("section"),
                    inner.text("url"),
                    inner.text("title"),
                )
            )
            inner.finish()
        return tuple(references)

    def _in_force(self) -> list[Period]:
        node = self.section.node_of("in_force")
        if node is None:
            return []
        periods = []
        for item in node.value if isinstance(node.value, tuple) else (node,):
            inner = Section(item, self.faults, "in_force")
            first, last = inner.day("from", required=True), inner.day("to")
            inner.finish()
            if first and last and last < first:
                self.faults.add(item.line, f"in_force: 'to' {last} is before 'from' {first}")
            elif first:
                periods.append(Period(first, last))
        return periods

    def _settings(self) -> tuple[Setting, ...]:
        settings = []
        for name, node in self.section.named("settings"):
            if not isinstance(node.value, dict):
                settings.append(Setting(name, _number(node.plain()), plain_texts({}, name), (), node.line))
                continue
            inner = Section(node, self.faults, f"setting {name}")
            default = inner.node_of("default", required=True)
            settings.append(
                Setting(
                    name,
                    _number(default.plain()) if default else None,
                    plain_texts(inner.texts("title"), name),
                    inner.words("choices"),
                    node.line,
                )
            )
            inner.finish()
        return tuple(settings)

    def _uses(self) -> Mapping[str, str]:
        uses = {}
        for name, node in self.section.named("uses"):
            if isinstance(node.value, str):
                uses[name] = node.value
            else:
                self.faults.add(node.line, f"uses: '{name}' is {node.shape}; the id of a rule is needed")
        return uses

    def _where(self) -> list[Definition]:
        found = []
        for name, node in self.section.named("where"):
            what = f"where '{name}'"
            if isinstance(node.value, dict) and "table" in node.value:
                table = read_table(node, self.names, self.faults, what)
                expression = self._with_known_facts(table, node.line, what)
                found.append(Definition(name, expression, line=node.line))
            elif isinstance(node.value, dict):
                found.append(self._described(name, node, what))
            else:
                found.append(Definition(name, self._expression(node, what), line=node.line))
            self._name(name, node.line)
        return found

    def _described(self, name: str, node: Node, what: str) -> Definition:
        """A definition as a mapping: its `value`, and what people are told of it."""
        inner = Section(node, self.faults, what)
        expression = self._expression(inner.node_of("value", required=True), what)
        unit, title, called = inner.text("unit"), inner.texts("title"), inner.texts("called")
        inner.finish()
        return Definition(name, expression, unit, title, node.line, called)

    def _conditions(self) -> list[Condition]:
        found: dict[str, Condition] = {}
        for number, node in self.section.items("conditions"):
            inner = Section(node, self.faults, f"condition {number}")
            name = inner.text("id", required=True)
            inner.name = f"condition '{name}'" if name else inner.name
            that = self._expression(inner.node_of("that", required=True), f"condition '{name}'")
            text = inner.texts("text")
            found_condition = Condition(
                name, that, plain_texts(text, name), self._law(inner) or self.law, node.line
            )
            inner.finish()
            if name in found:
                self.faults.add(
                    node.line, f"condition '{name}' is given twice (first at line {found[name].line})"
                )
            found[name] = found_condition
        return list(found.values())

    def _outcome(self) -> list[Definition]:
        found: list[Definition] = []
        for name, node in self.section.named("outcome"):
            what = f"outcome '{name}'"
            if isinstance(node.value, dict):
                found.append(self._described(name, node, what))
            else:
                found.append(Definition(name, self._expression(node, what), line=node.line))
            if name not in self.names:  # later values may use earlier ones
                self.names.append(name)
        return found

    def _discretion(self) -> list[DiscretionItem]:
        found = []
        for number, node in self.section.items("discretion"):
            inner = Section(node, self.faults, f"discretion {number}")
            name = inner.text("id") or f"discretion_{number}"
            when = self._expression(inner.node_of("when", required=True), f"discretion '{name}'")
            text = inner.texts("text", required=True)
            found.append(DiscretionItem(name, when, text, self._law(inner) or self.law, node.line))
            inner.finish()
        return found

    def _told_to(self) -> str:
        path = self.section.text("told_to") or self.about
        if path and self.model.subject_type(self.about):
            try:
                passed = self.model.along(path)
            except FactFault as fault:
                self.faults.add(self.section.line_of("told_to"), f"told_to: {fault}")
            else:
                if passed and passed[-1].type.base != "subject":
                    self.faults.add(
                        self.section.line_of("told_to"),
                        f"told_to: '{path}' is {passed[-1].type}; a person, or a list of them, is needed",
                    )
        return path

    def _duration(self, section: Section, key: str, example: str) -> str:
        """An ISO 8601 duration in days, weeks, months or years."""
        word = section.text(key, required=True)
        if word and not _DURATION.fullmatch(word):
            name = section.name.removeprefix("rule.")
            message = f"{name}: '{key}' is '{word}'; write a duration as in {example}"
            self.faults.add(section.line_of(key), message)
        return word

    def _appeal(self) -> Appeal | None:
        inner = self.section.section("appeal")
        if inner is None:
            return None
        within = self._duration(inner, "within", "P3W (three weeks)")
        appeal = Appeal(inner.text("to", required=True), within, self._law(inner))
        inner.finish()
        return appeal

    def _deadline(self, outcome: Collection[Definition]) -> Deadline | None:
        inner = self.section.section("deadline")
        if inner is None:
            return None
        value, before = (
            inner.text("value", required=True),
            self._duration(inner, "told_before", "P2M (two months)"),
        )
        names = [definition.name for definition in outcome]
        if value and value not in names:
            self.faults.add(
                inner.line_of("value"),
                f"deadline: '{value}' is no value of the outcome{suggestion(value, names)}",
            )
        inner.finish()
        return Deadline(value, before, self.section.line_of("deadline"))

    def _tests(self, outcome: Collection[Definition]) -> list[RuleTest]:
        known = {
            "answer",
            "missing",
            "changes_on",
            "discretion",
            "conditions",
            *(value.name for value in outcome),
        }
        tests = []
        for number, node in self.section.items("tests"):
            inner = Section(node, self.faults, f"test {number}")
            inner.known |= {"name", "because"}
            day = inner.day("on", required=True)
            given, expect = inner.section("given"), inner.section("expect")
            settings = inner.section("settings")
            for key, value in expect.entries.items() if expect else ():
                if key not in known:
                    self.faults.add(
                        value.line, f"test {number}: 'expect' has '{key}'{suggestion(key, known)}"
                    )
            if expect is None:
                self.faults.add(node.line, f"test {number}: 'expect' is missing")
            if day and expect:
                tests.append(
                    RuleTest(
                        inner.text("name") or f"test {number}",
                        day,
                        given.node.plain() if given and given.entries else {},
                        settings.node.plain() if settings and settings.entries else {},
                        expect.node.plain() if expect.entries else {},
                        inner.text("because"),
                        node.line,
                    )
                )
            inner.finish()
        return tests


def _version(text: str, parameters: Collection[Parameter]) -> str:
    """A hash of all the rule says: of its text, and of the shared values it names."""
    texts = (text, *(parameter.text for parameter in parameters if parameter.text))
    return sha256("\0".join(texts).encode()).hexdigest()[:16]


def _number(value: Any) -> Any:
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value
