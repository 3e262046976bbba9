"""A page as one reads it without scripts: its text, its headings, links to follow and forms to fill in."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"input", "meta", "link", "br", "hr", "img", "source", "wbr", "col", "area", "base"}
SILENT = {"script", "style", "template"}


@dataclass
class Field:
    name: str
    kind: str
    value: str = ""
    checked: bool = False
    label: str = ""


@dataclass
class Button:
    label: str
    name: str
    value: str


@dataclass
class Form:
    """A form with what already stands in it."""

    action: str
    fields: list[Field] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)

    def filled(self, button: Button, answers: dict[str, str]) -> dict[str, str]:
        """What is sent when the button is pressed; `answers` by field name, as somebody would choose or write."""
        sent: dict[str, str] = {}
        for one in self.fields:
            if one.name and (one.kind not in ("radio", "checkbox") or one.checked):
                sent[one.name] = one.value
        for name, value in answers.items():
            offered = [one for one in self.fields if one.name == name]
            assert offered, f"the form does not ask for {name!r}: {sorted({one.name for one in self.fields})}"
            if offered[0].kind == "radio":
                choices = [one.value for one in offered]
                assert value in choices, f"{name!r} offers {choices}, not {value!r}"
            sent[name] = value
        if button.name:
            sent[button.name] = button.value
        return sent

    def asks_for(self) -> set[str]:
        return {one.name for one in self.fields if one.kind != "hidden"}


@dataclass
class Page:
    status: int
    path: str
    html: str = field(repr=False)
    text: str = field(default="", repr=False)
    h1: str = ""
    token: str = field(default="", repr=False)
    links: list[tuple[str, str]] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)

    def link(self, label: str) -> str:
        """Where the first link with that text leads."""
        for text, href in self.links:
            if label in text:
                return href
        raise AssertionError(f"no link {label!r} on {self.path}: {[text for text, _ in self.links]}")

    def form(self, label: str) -> tuple[Form, Button]:
        """The first form with a button of that label, and the button."""
        for form in self.forms:
            for button in form.buttons:
                if label in button.label:
                    return form, button
        labels = [button.label for form in self.forms for button in form.buttons]
        raise AssertionError(f"no button {label!r} on {self.path}: {labels}")


def plain(text: str) -> str:
    """One line, ordinary blanks."""
    return " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split())


def read_page(status: int, path: str, html: str) -> Page:
    reader = _Reader(status, path, html)
    reader.feed(html)
    reader.close()
    reader.page.text = plain(" ".join(reader.words))
    return reader.page


class _Reader(HTMLParser):
    def __init__(self, status: int, path: str, html: str) -> None:
        super().__init__()
        self.page = Page(status, path, html)
        self.words: list[str] = []
        self._silent = 0
        self._link: tuple[str, list[str]] | None = None
        self._button: tuple[Button, list[str]] | None = None
        self._heading: list[str] | None = None
        self._area: Field | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag in SILENT:
            self._silent += 1
        elif tag == "meta" and given.get("name") == "csrf-token":
            self.page.token = given["content"]
        elif tag == "a":
            self._link = (given.get("href", ""), [])
        elif tag == "h1":
            self._heading = []
        elif tag == "form":
            self.page.forms.append(Form(given.get("action", "")))
        elif tag == "input" and self.page.forms:
            kind = given.get("type", "text")
            self.page.forms[-1].fields.append(
                Field(given.get("name", ""), kind, given.get("value", ""), "checked" in given)
            )
        elif tag == "textarea" and self.page.forms:
            self._area = Field(given.get("name", ""), "textarea")
            self.page.forms[-1].fields.append(self._area)
        elif tag == "button" and self.page.forms:
            button = Button("", given.get("name", ""), given.get("value", ""))
            self.page.forms[-1].buttons.append(button)
            self._button = (button, [])

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self._silent -= 1
        elif tag == "a" and self._link is not None:
            href, words = self._link
            self.page.links.append((plain(" ".join(words)), href))
            self._link = None
        elif tag == "button" and self._button is not None:
            button, words = self._button
            button.label = plain(" ".join(words))
            self._button = None
        elif tag == "h1" and self._heading is not None:
            self.page.h1 = plain(" ".join(self._heading))
            self._heading = None
        elif tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        self.words.append(data)
        if self._link is not None:
            self._link[1].append(data)
        if self._button is not None:
            self._button[1].append(data)
        if self._heading is not None:
            self._heading.append(data)
        if self._area is not None:
            self._area.value += data
