"""Writes the reading of facts: each value checked and made what its concept says, as `rules.fact_tree` does."""

from __future__ import annotations

from rules.model import Concept, InformationModel
from rules.plain import given
from rules.plain.terms import FACT_TOP, Kind, NotPlain, Term, Walk
from rules.plain.writer import Writer


def read_attribute(base: Term, name: str, model: InformationModel, writer: Writer) -> Term:
    """A fact of an entity, or null where there is no entity; of a list, the list of each one's."""
    if base.walk is not None:
        return _of_each(base, name, model, writer)
    concept = model.concepts.get(f"{base.kind.subject}.{name}")
    if concept is None:
        raise NotPlain(f"`{name}` of a {base.kind.subject}, which is no concept")
    base = writer.kept(base)
    key = ("fact", base.code, name)
    if key in writer.at_hand:
        return writer.at_hand[key]
    absent = base.kind.null and ("there", base.code) not in writer.at_hand
    value = writer.fresh("fact")
    if absent and concept.type.many:
        with writer.block(f"if {base.code} is None:"):
            writer.line("raise Beside")
        absent = False
    if absent:
        with writer.block(f"if {base.code} is None:"):
            writer.line(f"{value} = None")
        with writer.block("else:"):
            kind = _told(value, f"{base.code}[{writer.bind(name, 'key')}]", concept, writer)
    else:
        kind = _told(value, f"{base.code}[{writer.bind(name, 'key')}]", concept, writer)
    null = kind.null or absent
    if concept.type.many:
        term = Term(value, kind, walk=Walk(value, lambda item: _item(item, concept, writer)))
    else:
        term = Term(value, _with_null(kind, null), atom=True)
    writer.at_hand[key] = term
    return term


def _of_each(base: Term, name: str, model: InformationModel, writer: Writer) -> Term:
    assert base.walk is not None
    walk = base.walk

    def item(source: str) -> Term:
        found = read_attribute(walk.item(source), name, model, writer)
        if found.walk is not None:
            raise NotPlain("a list of lists")
        return found

    return Term("", Kind("list"), walk=Walk(walk.source, item, walk.sifted))


def _with_null(kind: Kind, null: bool) -> Kind:
    return kind if kind.null == null else Kind(kind.base, null, kind.whole, kind.top, kind.subject)


def _item(item: str, concept: Concept, writer: Writer) -> Term:
    """One item of a list fact, under the name the loop gave it."""
    if concept.type.base == "subject":
        return Term(item, Kind("entity", subject=concept.type.subject), atom=True)
    value = writer.fresh("item")
    kind = _scalar(value, item, concept, null=True, writer=writer)
    return Term(value, kind, atom=True)


def _told(value: str, source: str, concept: Concept, writer: Writer) -> Kind:
    """Lines that put a fact, made what its concept says, under the name `value`. An absent key raises KeyError."""
    if not concept.type.many:
        return _scalar(value, source, concept, null=concept.can_be_absent, writer=writer)
    # A list that is null is left to the closures, as is one of an entity that is null
    writer.line(f"{value} = {source}")
    with writer.block(f"if type({value}) is not list or len({value}) > {given.MOST_ITEMS}:"):
        writer.line(f"{value} = listed({value})")
    return Kind("list", subject=concept.type.subject)


def _scalar(value: str, source: str, concept: Concept, *, null: bool, writer: Writer) -> Kind:
    base = concept.type.base
    writer.line(f"{value} = {source}")
    or_null = "_or_null" if null else ""
    if base == "subject":
        with writer.block(f"if type({value}) is not dict:"):
            writer.line(f"{value} = entity{or_null}({value})")
        return Kind("entity", null=null, subject=concept.type.subject)
    if base in ("number", "money"):
        kind = writer.fresh("type")
        writer.line(f"{kind} = type({value})")
        bounds = f"-{given.BOUND} < {value} < {given.BOUND}"
        with writer.block(f"if {kind} is float and {value}.is_integer() and {bounds}:"):
            writer.line(f"{value} = int({value})")
        with writer.block(f"elif {kind} is not int or not {bounds}:"):
            writer.line(f"{value} = number{or_null}({value})")
        return Kind("number", null=null, whole=True, top=FACT_TOP)
    if base == "date":
        with writer.block(f"if type({value}) is str and len({value}) == 10:"):
            writer.line(f"{value} = fromisoformat({value})")
        with writer.block("else:"):
            writer.line(f"{value} = day{or_null}({value})")
        return Kind("date", null=null)
    otherwise = f"{'null_only' if null else 'beside'}({value})"
    if base == "boolean":
        with writer.block(f"if {value} is not True and {value} is not False:"):
            writer.line(otherwise)
        return Kind("boolean", null=null)
    allowed = f"{value} not in {writer.bind(frozenset(c.value for c in concept.choices), 'choices')}"
    with writer.block(f"if {allowed}:" if concept.choices else f"if type({value}) is not str:"):
        writer.line(otherwise)
    return Kind("text", null=null)
