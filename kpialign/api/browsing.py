"""The description of the API in words, as its page tells it: one operation after the other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator

from kpialign.api.fields import CODE, CURRENCY, FIGURE, MONTH, NAME, PERIOD, TEXT

Schema = Mapping[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")
SHAPES = {
    CODE: "code",
    PERIOD: "period, such as 2026-Q1",
    MONTH: "month, such as 2026-03",
    FIGURE: "decimal as text",
    NAME: "text",
    TEXT: "text",
    CURRENCY: "currency, such as EUR",
}
FORMATS = {"date": "day, such as 2026-03-31", "date-time": "moment", "email": "email address"}
TITLES = {"kpis": "KPIs"}
TYPES = {"integer": "whole number", "number": "number", "boolean": "true or false"}


@dataclass(frozen=True)
class Part:
    """One parameter of an address, or one field of a body or an answer."""

    name: str
    place: str
    kind: str
    is_required: bool
    words: str


@dataclass(frozen=True)
class Operation:
    """What one method does at one address."""

    name: str
    method: str
    path: str
    words: str
    parameters: tuple[Part, ...]
    body: tuple[Part, ...]
    answer: tuple[Part, ...]
    refusals: tuple[tuple[str, str], ...]


@dataclass
class Subject:
    """The operations on one kind of thing."""

    name: str
    title: str
    operations: list[Operation] = field(default_factory=list)


@cache
def subjects() -> list[Subject]:
    """Read the description once: it is the same for everyone, as long as this process lives."""
    document = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    found: dict[str, Subject] = {}
    for path, told in document["paths"].items():
        for method in METHODS:
            if method in told:
                name = told[method]["tags"][0]
                operation = _Reading(document).operation(method, path, told[method])
                found.setdefault(
                    name, Subject(name, TITLES.get(name, name.capitalize()))
                ).operations.append(operation)
    return list(found.values())


class _Reading:
    """Reads parts of one document, whose schemas name each other."""

    def __init__(self, document: Schema) -> None:
        self.schemas = document["components"]["schemas"]

    def operation(self, method: str, path: str, told: Schema) -> Operation:
        """Read one operation."""
        answers = told["responses"]
        done = next(code for code in answers if code.startswith("2"))
        return Operation(
            name=told["operationId"],
            method=method.upper(),
            path=path,
            words=told["description"],
            parameters=tuple(
                Part(
                    one["name"],
                    one["in"],
                    self.kind(one["schema"]),
                    one.get("required", False),
                    one.get("description", ""),
                )
                for one in told.get("parameters", ())
            ),
            body=tuple(self.parts(_content(told.get("requestBody", {})), "body")),
            answer=tuple(self.parts(_content(answers[done]), "answer")),
            refusals=tuple(
                (code, answers[code]["description"]) for code in sorted(answers) if code != done
            ),
        )

    def parts(self, schema: Schema, place: str) -> Iterator[Part]:
        """List the fields of an object, of the rows of a page, or of a list."""
        whole = self._resolved(schema)
        if "oneOf" in whole and "$ref" in whole["oneOf"][0]:
            whole = self._resolved(whole["oneOf"][0])
        if whole.get("type") == "array":
            whole = self._resolved(whole["items"])
        fields = whole.get("properties", {})
        if "results" in fields:
            whole = self._resolved(fields["results"]["items"])
        required = whole.get("required", ())
        for name, told in whole.get("properties", {}).items():
            words = told.get("description", "")
            yield Part(name, place, self.kind(told), name in required, words)

    def kind(self, schema: Schema) -> str:
        """Say in words what a value is."""
        told = self._kind(self._resolved(schema))
        return f"{told}, or null" if schema.get("nullable") else told

    def _kind(self, schema: Schema) -> str:
        if "enum" in schema:
            return ", ".join(str(one) or "empty" for one in schema["enum"] if one is not None)
        if "oneOf" in schema:
            return " or ".join(dict.fromkeys(self.kind(one) for one in schema["oneOf"]))
        if schema.get("type") == "array":
            return f"list of {self.kind(schema['items'])}"
        if schema.get("type") == "object":
            return "{ " + ", ".join(schema.get("properties", {"…": {}})) + " }"
        shape = SHAPES.get(schema.get("pattern", "")) or FORMATS.get(schema.get("format", ""))
        return shape or TYPES.get(schema.get("type", ""), "text")

    def _resolved(self, schema: Schema) -> Schema:
        """Follow a reference; spectacular writes one beside other words as `allOf`."""
        for one in schema.get("allOf", ()):
            return self._resolved(one)
        if "$ref" in schema:
            found: Schema = self.schemas[schema["$ref"].rsplit("/", 1)[-1]]
            return found
        return schema


def _content(told: Schema) -> Schema:
    """Return the schema of a body of JSON; nothing where there is none."""
    found: Schema = told.get("content", {}).get("application/json", {}).get("schema", {})
    return found
