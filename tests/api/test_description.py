"""The description of the API: complete, in step with the code, for people and programs."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from tests.api.asking import program_of
from tests.api.description import as_file, document
from tests.factories import make_person

KEPT = Path(settings.BASE_DIR) / "docs" / "openapi.yaml"


def operations() -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method} {path}", told)
        for path, methods in document()["paths"].items()
        for method, told in methods.items()
    ]


def test_the_description_that_is_kept_is_the_one_that_is_served() -> None:
    assert KEPT.read_bytes() == as_file(), (
        "Write it anew: .venv/bin/python manage.py spectacular --file docs/openapi.yaml"
    )


def test_nothing_of_the_api_is_guessed(tmp_path: Path) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "x.yaml"))


def test_every_operation_tells_its_answers_its_refusals_and_who_may() -> None:
    found = operations()

    assert len(found) == 30
    for name, told in found:
        writes = not name.startswith("get")
        answers = {"400", "401", "403"} | ({"409", "413", "415"} if writes else set())
        assert answers <= set(told["responses"]), name
        assert told["security"] == [{"token": []}, {"session": []}], name
        assert told["description"], name


def test_bodies_are_closed_to_fields_that_are_not_declared() -> None:
    schemas = document()["components"]["schemas"]

    assert [
        name for name, told in schemas.items() if told.get("additionalProperties") is not False
    ] == ["ActualEntries", "Errors", "TargetEntries"]


def test_the_document_is_json_and_yaml_for_whoever_asks_for_it() -> None:
    client = program_of("viewer").client

    given = client.get("/api/schema/")
    as_yaml = client.get("/api/schema/", headers={"accept": "application/vnd.oai.openapi"})

    assert json.loads(given.content)["paths"] == document()["paths"]
    assert as_yaml.content.startswith(b"openapi: 3.0")


@pytest.mark.parametrize("role", ["viewer", "finance_admin"])
def test_the_page_shows_every_operation_without_a_foreign_address(role: str) -> None:
    client = Client()
    client.force_login(make_person("reader@example.com", role))

    page = client.get("/api/docs/").content.decode()

    assert all(f"<code>{name.split()[1]}</code>" in page for name, _ in operations())
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page)
