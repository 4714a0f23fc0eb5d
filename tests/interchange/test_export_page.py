"""Cascade and scores leave by the browser for whom they may, and the trail tells of each file."""

import csv
import io
import re
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import call_command

from kpialign.interchange import downloads
from kpialign.interchange.exporting import READERS
from organisation.models import AuditEntry
from tests.interchange import files
from tests.interchange.uploading import browser, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Return a folder for files, with the small cascade imported and scored."""
    assert files.import_sheets(tmp_path).code == 0
    call_command("recompute_scores")
    AuditEntry.objects.all().delete()
    return tmp_path


def body(response: Any) -> bytes:  # noqa: ANN401
    """Read all of a file that is streamed."""
    return b"".join(response.streaming_content)


def recorded() -> list[tuple[object, ...]]:
    entries = AuditEntry.objects.order_by("pk").select_related("actor")
    return [(e.actor and e.actor.email, e.path, e.action, e.subject_kind, e.after) for e in entries]


@pytest.mark.parametrize("role", ["finance_admin", "auditor"])
def test_the_workbook_leaves_whole_and_the_trail_says_who_took_it(small: Path, role: str) -> None:
    answer = browser("a@example.com", role).get("/export/cascade.xlsx")
    path = small / "out.xlsx"
    path.write_bytes(body(answer))

    assert openpyxl.load_workbook(path).sheetnames == list(READERS)
    assert re.fullmatch(
        r'attachment; filename="cascade-\d{4}-\d\d-\d\d\.xlsx"', answer["Content-Disposition"]
    )
    assert [one[:4] for one in recorded()] == [("a@example.com", "form", "download", "cascade")]
    assert files.run("import_cascade", path).counts.startswith("added 0, changed 0, ")


def test_the_zip_leaves_whole_and_can_be_imported(small: Path) -> None:
    path = small / "out.zip"
    path.write_bytes(body(browser().get("/export/cascade.zip")))

    with zipfile.ZipFile(path) as archive:
        assert sorted(archive.namelist()) == sorted(f"{name}.csv" for name in READERS)
    assert files.run("import_cascade", path).counts.startswith("added 0, changed 0, ")
    assert [one[2:4] for one in recorded()] == [("download", "cascade")]


def test_to_ask_what_would_come_writes_nothing(small: Path) -> None:
    client = browser()

    answers = [
        client.head(path)
        for path in ("/export/cascade.xlsx", "/export/cascade.zip", "/scores.csv", "/export/")
    ]

    assert [answer.status_code for answer in answers] == [200] * 4
    assert recorded() == []


def test_the_scores_leave_as_the_command_writes_them(small: Path) -> None:
    path = small / "scores.csv"
    call_command("export_scores", output=str(path), period="2026-01", entity="DE")
    AuditEntry.objects.all().delete()

    answer = browser("v@example.com", "viewer").get("/scores.csv?period=2026-01&entity=DE")
    page = body(answer).decode()

    with path.open(encoding="utf-8", newline="") as written:
        assert list(csv.reader(io.StringIO(page))) == list(csv.reader(written))
    assert "OTD" in page
    assert answer["Content-Type"].startswith("text/csv")
    assert recorded() == [
        ("v@example.com", "form", "download", "scores", {"period": "2026-01", "entity": "DE"})
    ]


def test_a_code_that_a_spreadsheet_would_calculate_is_kept_from_it(small: Path) -> None:
    files.import_sheets(
        small,
        full=False,
        kpis=files.SHEETS["kpis"] + "-2-3,Odd,people,OPS,,higher,monthly,average,\n",
        actuals="kpi,entity,period,value\n-2-3,DE,2026-01,-4\n",
    )
    call_command("recompute_scores")

    lines = list(csv.reader(io.StringIO(body(browser().get("/scores.csv")).decode())))

    odd = next(line for line in lines if line[3] == "'-2-3")
    assert odd[4] == "-4.0"


@pytest.mark.parametrize(
    ("query", "told"),
    [("period=2026-99", "There is no period '2026-99'."), ("entity=X", "There is no entity 'X'.")],
)
def test_a_filter_that_names_nothing_is_told(small: Path, query: str, told: str) -> None:
    answer = browser().get(f"/scores.csv?{query}")

    assert (answer.status_code, answer.content.decode().strip()) == (400, told)
    assert recorded() == []


def test_a_workbook_that_takes_too_long_is_refused_and_the_text_files_are_not(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "MOST_FIGURES", 2)
    client = browser()

    page = client.get("/export/cascade.xlsx", follow=True)

    assert page.redirect_chain == [("/export/", 302)]
    assert "There are 4 figures and targets; a workbook of more than 2 takes too long" in text(page)
    assert recorded() == []
    assert body(client.get("/export/cascade.zip"))


def test_the_page_offers_the_files_and_the_navigation_leads_to_it(small: Path) -> None:
    page = browser("a@example.com", "auditor").get("/export/")

    assert "/export/cascade.xlsx" in page.content.decode()
    assert "/export/cascade.zip" in page.content.decode()
    assert "Each download is an entry in the trail." in text(page)
    assert 'href="/export/"' in browser().get("/").content.decode()
    assert 'href="/export/"' not in browser("v@example.com", "viewer").get("/").content.decode()


def test_an_empty_installation_exports_headers_alone() -> None:
    book = openpyxl.load_workbook(BytesIO(body(browser().get("/export/cascade.xlsx"))))

    assert [book[name].max_row for name in READERS if name != "people"] == [1] * (len(READERS) - 1)
