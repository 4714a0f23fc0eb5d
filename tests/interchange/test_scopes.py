"""A scope limits entering and drafts, also where a whole file comes in or leaves."""

import csv
import io
import zipfile

import pytest
from django.test import Client

from kpis.models import KPI, Actual
from tests.access import browser_of
from tests.factories import cell, figure, make_entity, make_kpi, make_organisation, make_person
from tests.factories import record as write
from tests.interchange.uploading import confirm, heading, text, upload, zipped

pytestmark = pytest.mark.django_db
HEADER = "kpi,entity,period,value,comment,status\n"


@pytest.fixture(autouse=True)
def company() -> None:
    make_organisation()
    make_entity("NORTH")
    make_entity("SOUTH")
    for code, department in (("DSO", "SALES"), ("DIO", "OPS")):
        kpi = make_kpi(code, department=department, entities=("NORTH", "SOUTH"))
        for entity in ("NORTH", "SOUTH"):
            write(figure(kpi, "2026-Q1", "40", entity=entity))
            note = f"{code} at {entity}"
            write(
                figure(kpi, "2026-Q2", "777", entity=entity, status="draft", comment=note),
                figure(kpi, "2026-Q3", "43", entity=entity),
            )
            write(figure(kpi, "2026-Q3", "888", entity=entity, status="draft", comment=note))


def signed_in(role: str, department: str = "", entity: str = "") -> Client:
    person = make_person("one@example.com", role, department=department, entity=entity)
    return browser_of(person, role)


def drafts_taken_away(client: Client) -> set[str]:
    packed = io.BytesIO(b"".join(client.get("/export/cascade.zip").streaming_content))  # type: ignore[attr-defined]
    with zipfile.ZipFile(packed) as archive:
        rows = list(csv.DictReader(io.TextIOWrapper(archive.open("actuals.csv"), "utf-8")))
    assert sum(row["status"] == "approved" for row in rows) == 8
    return {row["comment"] for row in rows if row["status"] == "draft"}


EVERY_DRAFT = {"DSO at NORTH", "DSO at SOUTH", "DIO at NORTH", "DIO at SOUTH"}


@pytest.mark.parametrize("role", ["finance_admin", "auditor"])
@pytest.mark.parametrize(
    ("department", "entity", "taken"),
    [
        ("", "", EVERY_DRAFT),
        ("", "SOUTH", {"DSO at SOUTH", "DIO at SOUTH"}),
        ("OPS", "", {"DIO at NORTH", "DIO at SOUTH"}),
        ("OPS", "SOUTH", {"DIO at SOUTH"}),
    ],
)
def test_a_file_that_leaves_has_the_drafts_of_ones_scope_alone(
    role: str, department: str, entity: str, taken: set[str]
) -> None:
    assert drafts_taken_away(signed_in(role, department, entity)) == taken


@pytest.mark.parametrize(
    ("department", "entity", "may"),
    [("", "", True), ("SALES", "NORTH", True), ("", "SOUTH", False), ("OPS", "", False)],
)
def test_a_file_that_comes_in_enters_figures_within_ones_scope_alone(
    *, department: str, entity: str, may: bool
) -> None:
    client = signed_in("finance_admin", department, entity)

    shown = upload(client, zipped({"actuals": f"{HEADER}DSO,NORTH,2026-Q4,5,,approved\n"}))
    confirm(client)

    wrote = Actual.objects.filter(kpi__node__code="DSO", period__label="2026-Q4").exists()
    assert wrote == may
    refused = "actuals 2 kpi one@example.com enters no figures of DSO at NORTH" in text(shown)
    assert refused != may


def test_a_file_with_a_new_entity_enters_its_figures_where_ones_scope_will_be() -> None:
    rows = f"{HEADER}DSO,NEW,2026-Q4,5,,approved\n"
    entity = "code,name,parent\nNEW,New plant,{}\n"
    client = signed_in("finance_admin", entity="SOUTH")

    elsewhere = upload(client, zipped({"entities": entity.format("NORTH"), "actuals": rows}))
    beneath = upload(client, zipped({"entities": entity.format("SOUTH"), "actuals": rows}))

    assert heading(elsewhere) == "cascade.zip has 1 error; nothing was imported"
    assert heading(beneath).startswith("cascade.zip would add 2 rows")


@pytest.mark.parametrize("value", ["777", "1"])
def test_a_foreign_draft_answers_no_guess(value: str) -> None:
    client = signed_in("finance_admin", entity="SOUTH")
    rows = f"{HEADER}DSO,NORTH,2026-Q2,{value},DSO at NORTH,draft\n"

    shown = upload(client, zipped({"actuals": rows}))

    assert heading(shown) == "cascade.zip has 1 error; nothing was imported"
    assert "777" not in text(shown).replace(value, "", 1)


def test_what_counts_elsewhere_may_stand_in_the_file() -> None:
    client = signed_in("finance_admin", entity="SOUTH")
    rows = f"{HEADER}DSO,NORTH,2026-Q1,40,,approved\nDSO,SOUTH,2026-Q1,41,,approved\n"

    upload(client, zipped({"actuals": rows}))
    done = confirm(client)

    assert heading(done) == "cascade.zip is imported: 0 rows added, 1 changed"
    counted = cell(kpi_of("DSO"), "2026-Q1", entity="SOUTH").counted
    assert counted is not None
    assert counted.value == 41


def kpi_of(code: str) -> KPI:
    return KPI.objects.get(node__code=code)
