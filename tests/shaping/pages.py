"""Read a form as a browser does, type into it, and send it."""

from html.parser import HTMLParser
from typing import Any

from django.test import Client

from tests.access import browser_of
from tests.factories import make_person

Fields = dict[str, list[str]]
Answer = Any  # what the test client gives, with its context


class FormReader(HTMLParser):
    """Collects what a browser would send of the form of a shaping page."""

    def __init__(self) -> None:
        """Begin outside any form."""
        super().__init__()
        self.fields: Fields = {}
        self.inside = False
        self._select = self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an input that holds something."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = "shape" in given.get("class", "").split()
        if not self.inside or "disabled" in given:
            return
        if tag == "input":
            self._note_input(given)
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and self._select and "selected" in given:
            self._add(self._select, given["value"])
        elif tag == "textarea":
            self._text = given["name"]
            self._add(self._text, "")

    def _note_input(self, given: dict[str, str]) -> None:
        if given.get("type") not in {"checkbox", "radio"}:
            self._add(given["name"], given.get("value", ""))
        elif "checked" in given:
            self._add(given["name"], given.get("value", "on"))

    def handle_data(self, data: str) -> None:
        """Note the text of a textarea."""
        if self._text:
            self.fields[self._text][0] += data.removeprefix("\r\n").removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        """Leave a form, a list of choices or a text."""
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._text = ""

    def _add(self, name: str, value: str) -> None:
        self.fields.setdefault(name, []).append(value)


def finance_admin(email: str = "admin@example.com") -> Client:
    """Sign in somebody who may shape the cascade."""
    return browser_of(make_person(email, "finance_admin"), "finance_admin")


def opened(client: Client, path: str) -> Fields:
    """Open a page and give what its form holds."""
    return fields_of(client.get(path))


def fields_of(response: Answer) -> Fields:
    """Give what the form of an answer holds."""
    assert response.status_code == 200, response.status_code
    reader = FormReader()
    reader.feed(response.content.decode())
    return reader.fields


def send(
    client: Client, path: str, form: Fields | None = None, /, **typed: str | list[str]
) -> Answer:
    """Type into the form of a page, or into one that was opened before, and send it.

    Names of fields are given with `__` for the hyphen and `_dot_` for the dot.
    """
    fields = dict(opened(client, path) if form is None else form)
    for name, value in typed.items():
        key = name.replace("__", "-")
        fields[key] = value if isinstance(value, list) else [value]
    return client.post(path, fields)


def problems(response: Answer) -> list[str]:
    """Give the lines of the summary on top of a page."""
    assert response.status_code == 200, response.get("Location", "")
    return [
        f"{one.label}: {one.message}".removeprefix(": ") for one in response.context["problems"]
    ]
