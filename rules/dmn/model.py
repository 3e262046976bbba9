"""A DMN model ready to be asked: its parts compiled when they are first needed, with the models it imports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from rules.dmn.boxed import Boxes, function_of, type_of_result
from rules.dmn.definitions import Decision, Definitions, Import, Invocable, Knowledge, read_definitions
from rules.dmn.types import TypeBook
from rules.dmn.xml_source import DmnFault
from rules.feel import Expression, FeelError, Function, tree
from rules.feel.expression import Vocabulary, compile_tree
from rules.feel.types import Type

MAX_IMPORTS = 50


@dataclass(frozen=True)
class Needed:
    """Something a part requires: by which name it is known there (through which import), and where it is."""

    name: str
    through: str
    model: Model
    part: Invocable


class Model:
    """One model. Compiling is done once; evaluations share it."""

    def __init__(
        self, definitions: Definitions, imports: Mapping[str, Model], functions: Mapping[str, Function]
    ):
        self.definitions = definitions
        self.imports = imports  # by namespace
        self._names = {one.namespace: one.name for one in definitions.imports}
        imported: dict[str, Type] = {}
        for namespace, model in imports.items():
            prefix = self._names.get(namespace, "")
            for name, type_ in model.types.own.items():
                imported[f"{prefix}.{name}" if prefix else name] = type_
                imported.setdefault(name, type_)
        self.types: TypeBook = TypeBook(definitions.types, imported)
        self._functions = functions
        self._by_id = {part.id: part for part in definitions.parts}
        self._compiled: dict[str, Expression | DmnFault] = {}
        self._attributes = definitions.attributes.union(*(one.attributes for one in self._all_imported()))

    def _all_imported(self) -> Iterator[Definitions]:
        for model in self.imports.values():
            yield model.definitions
            yield from model._all_imported()

    def type_of(self, part: Invocable) -> Type:
        return self.types.find(part.type_name)

    def find(self, href: str) -> tuple[Model, Invocable]:
        """What an href means: `#id` here, `namespace#id` in an imported model. Raises DmnFault."""
        namespace, _, id_ = href.rpartition("#")
        model = self.imports.get(namespace) if namespace not in ("", self.definitions.namespace) else self
        part = model._by_id.get(id_) if model is not None else None
        if model is None or part is None:
            raise DmnFault(f"'{href}' is nothing in this model or in those it imports")
        return model, part

    def needed(self, part: Decision | Knowledge) -> Iterator[Needed]:
        """What a part may name. Raises DmnFault for what there is not."""
        for href in part.needs:
            model, found = self.find(href)
            through = self._names.get(model.definitions.namespace, "") if model is not self else ""
            yield Needed(found.name, through, model, found)

    def compiled(self, part: Decision | Knowledge) -> Expression:
        """The part's logic. Raises DmnFault."""
        known = self._compiled.get(part.id)
        if known is None:
            try:
                known = self._compile(part)
            except DmnFault as fault:
                known = fault
            except FeelError as fault:
                known = DmnFault(str(fault))
            self._compiled[part.id] = known
        if isinstance(known, DmnFault):
            raise known
        return known

    def _compile(self, part: Decision | Knowledge) -> Expression:
        roots = {one.through or one.name for one in self.needed(part)}
        if isinstance(part, Knowledge):
            roots.add(part.name)  # it may call itself
        vocabulary = Vocabulary.with_roots(roots, self._attributes, self._functions, self.types.named)
        boxes = Boxes(vocabulary, self.types)
        if part.logic is None:
            node: tree.Node = tree.Constant(tree.Place(1, 1), None)
        elif isinstance(part, Knowledge):
            node = function_of(boxes, part.logic, type_of_result(self.type_of(part)))
        else:
            node = boxes.node(part.logic)
        return compile_tree(part.name, node, vocabulary, lenient=True)

    def invocable(self, name: str) -> Invocable:
        """The decision, service or knowledge model of a name. Raises DmnFault naming those there are."""
        kinds = (Decision, Knowledge)
        found = [part for part in self.definitions.parts if name in part.names]
        found.sort(key=lambda part: (part.title != name, not isinstance(part, kinds)))
        if not found:
            names = ", ".join(part.title for part in self.definitions.parts if isinstance(part, Decision))
            raise DmnFault(f"no decision is called '{name}'; there are {names or 'none'}")
        return found[0]


def read_model(
    content: bytes,
    find_imported: Callable[[Import], bytes | None],
    functions: Mapping[str, Function] | None = None,
) -> Model:
    """The model of a file's bytes with those it imports; `functions` are there besides FEEL's own.

    `find_imported` gives the bytes of an imported model, None where there is none. Raises DmnFault.
    """
    return _read(content, find_imported, functions or {}, {}, [])


def _read(
    content: bytes,
    find_imported: Callable[[Import], bytes | None],
    functions: Mapping[str, Function],
    done: dict[str, Model],
    reading: list[str],
) -> Model:
    definitions = read_definitions(content)
    if definitions.namespace in reading:
        raise DmnFault(f"the model '{definitions.name}' imports itself")
    if len(done) > MAX_IMPORTS:
        raise DmnFault(f"more than {MAX_IMPORTS} models are imported")
    imports: dict[str, Model] = {}
    for one in definitions.imports:
        if one.namespace not in done:
            found = find_imported(one)
            if found is None:
                raise DmnFault(f"the imported model {one.namespace} is not in the folder of this one")
            inner = [*reading, definitions.namespace]
            done[one.namespace] = _read(found, find_imported, functions, done, inner)
        imports[one.namespace] = done[one.namespace]
    return Model(definitions, imports, functions)
