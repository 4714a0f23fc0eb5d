"""Somebody at a browser without scripts: opens pages, fills in what they see, presses buttons."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from django.test import Client

Typed = Mapping[str, Any]
FIELDS = ("input", "select", "textarea")
UNNAMED = {"checkbox": "on"}  # what a field sends that holds no value


@dataclass
class Button:
    """A button: its words, and what it sends."""

    label: str
    name: str
    value: str


@dataclass
class Form:
    """A form as the page shows it: where it goes, what it holds, its buttons."""

    action: str
    method: str
    held: dict[str, list[Any]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    buttons: list[Button] = field(default_factory=list)


class FormReader(HTMLParser):
    """Collects the forms of a page, with the fields and buttons that name one from outside."""

    def __init__(self) -> None:
        """Begin outside of any form."""
        super().__init__()
        self.forms: list[Form] = []
        self.named: dict[str, Form] = {}
        self.waiting: list[tuple[str, str, dict[str, str]]] = []
        self._open: list[Form] = []
        self._select: tuple[Form, str, bool] | None = None
        self._text: tuple[Form, str] | None = None
        self._button: tuple[Form, Button] | None = None
        self._is_labelled = False

    def _form(self, given: Mapping[str, str]) -> Form | None:
        if "form" in given:
            return self.named.get(given["form"]) or self._early(given["form"])
        return self._open[-1] if self._open else None

    def _early(self, name: str) -> Form:
        """Make a form that stands further down the page."""
        return self.named.setdefault(name, Form("", "get"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form, a field or a button."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            begun = self._early(given["id"]) if "id" in given else Form("", "get")
            begun.action, begun.method = given.get("action", ""), given.get("method", "get").lower()
            self._open.append(begun)
            self.forms.append(begun)
        elif tag == "option" and self._select:
            self._option(given)
        elif (form := self._form(given)) is not None and "disabled" not in given:
            self._part(tag, given, form)

    def _part(self, tag: str, given: Mapping[str, str], form: Form) -> None:
        name = given.get("name", "")
        if tag == "button":
            self._is_labelled = "aria-label" in given
            self._button = form, Button(given.get("aria-label", ""), name, given.get("value", ""))
            form.buttons.append(self._button[1])
        if tag not in FIELDS or not name:
            return
        form.names.add(name)
        kind = given.get("type", "text")
        if tag == "select":
            self._select = form, name, True
        elif tag == "textarea":
            self._text = form, name
            form.held[name] = [""]
        elif kind not in {"checkbox", "radio", "file"} or "checked" in given:
            form.held.setdefault(name, []).append(given.get("value", UNNAMED.get(kind, "")))

    def _option(self, given: Mapping[str, str]) -> None:
        assert self._select is not None
        form, name, is_first = self._select
        if is_first or "selected" in given:
            form.held[name] = [given.get("value", "")]
        self._select = form, name, False

    def handle_data(self, data: str) -> None:
        """Note the words of a button, or what a text holds."""
        if self._button and not self._is_labelled:
            self._button[1].label += data
        if self._text:
            form, name = self._text
            form.held[name] = [form.held[name][0] + data]

    def handle_endtag(self, tag: str) -> None:
        """Leave a form, a list of choices, a text or a button."""
        if tag == "form" and self._open:
            self._open.pop()
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._text = None
        elif tag == "button":
            self._button = None


class Visitor:
    """One person; `page` is what they look at."""

    def __init__(self) -> None:
        """Open a browser."""
        self.client = Client()
        self.address = "/"
        self.page = ""

    def sends(self, data: Typed) -> "Visitor":
        """Send fields to the page that is open, as one of its many alike forms would."""
        return self._see(self.client.post(self.address, data, follow=True), self.address)

    def opens(self, path: str) -> "Visitor":
        """Go to an address."""
        return self._see(self.client.get(path, follow=True), path)

    def _see(self, response: Any, path: str) -> "Visitor":  # noqa: ANN401, what the test client gives
        if response.redirect_chain:
            path = urljoin(path, response.redirect_chain[-1][0])
        self.address, self.page = path, response.content.decode()
        self.status = response.status_code
        return self

    def form_with(self, label: str) -> tuple[Form, Button]:
        """Find the first form with a button that begins with these words."""
        reader = FormReader()
        reader.feed(self.page)
        for form in [*reader.forms, *reader.named.values()]:
            for button in form.buttons:
                if " ".join(button.label.split()).startswith(label):
                    return form, button
        labels = [" ".join(b.label.split()) for form in reader.forms for b in form.buttons]
        raise AssertionError(f"no button {label!r} at {self.address}, but {labels}")

    def presses(self, label: str, **typed: Any) -> "Visitor":  # noqa: ANN401, files too
        """Fill in the form of a button and press it; names of fields with `__` for the hyphen."""
        form, button = self.form_with(label)
        data: dict[str, Any] = dict(form.held)
        for name, value in typed.items():
            key = name.replace("__", "-")
            assert key in form.names, f"no field {key} in {sorted(form.names)}"
            data[key] = value
        if button.name:
            data[button.name] = button.value
        path = urljoin(self.address, form.action)
        if form.method == "get":
            return self._see(self.client.get(path, data, follow=True), path)
        return self._see(self.client.post(path, data, follow=True), path)

    def types(self, label: str, values: Typed) -> "Visitor":
        """Fill in fields by their names and press a button."""
        return self.presses(label, **{name.replace("-", "__"): one for name, one in values.items()})

    def sees(self, *words: str) -> "Visitor":
        """Find words on the page, whatever stands around them."""
        missing = [one for one in words if one not in self.page]
        assert not missing, f"{missing} not at {self.address} ({self.status})"
        return self
