"""A file is uploaded, looked at, confirmed or discarded; nothing is written before, or twice."""

import csv
import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from kpialign.interchange import uploads
from kpialign.interchange.importing import import_cascade
from kpialign.interchange.models import ImportUpload, UploadRows
from kpis.models import KPI, Actual, Node, PeriodState, ReportingPeriod
from organisation.models import AuditEntry, Entity, Membership, Organisation, User
from tests.interchange.files import SHEETS, run
from tests.interchange.uploading import (
    ADMIN,
    browser,
    confirm,
    heading,
    latest,
    text,
    upload,
    zipped,
)

pytestmark = pytest.mark.django_db
MESSY = Path(__file__).parents[1] / "data" / "messy"
FILES = sorted(path for path in MESSY.rglob("*.*") if path.parent != MESSY)
NO_PEOPLE = {name: text for name, text in SHEETS.items() if name != "people"}
State = ImportUpload.State


@pytest.fixture
def client() -> Client:
    return browser()


def counts() -> tuple[int, int, int]:
    return Node.objects.count(), Actual.objects.count(), AuditEntry.objects.count()


def test_a_file_is_shown_then_confirmed_and_then_stands_in_the_trail(client: Client) -> None:
    shown = upload(client, zipped(NO_PEOPLE), "our plan.zip")
    before = counts()
    done = confirm(client)

    assert heading(shown) == "our plan.zip would add 22 rows, change 0 and leave 0 as they are"
    assert before == (0, 0, 0)
    assert heading(done) == "our plan.zip is imported: 22 rows added, 0 changed"
    assert KPI.objects.count() == 4
    told = AuditEntry.objects.get(subject_kind="kpi", subject_key="OTD")
    assert told.actor is not None
    assert (told.path, told.actor.email, told.why) == ("import", ADMIN, "Import of our plan.zip")
    assert bytes(latest().content) == b""


def test_the_page_lists_each_row_that_differs_from_old_to_new(client: Client) -> None:
    upload(client, zipped(NO_PEOPLE))
    confirm(client)

    page = text(
        upload(
            client,
            zipped(
                {},
                entities="code,name,parent\nDE,Deutschland,GRP\nFR,France,GRP\n",
                links="parent,child,weight\nOBJ,OTD,3\n",
                actuals="kpi,entity,period,value\nOTD,DE,2026-01,94\nREV,DE,2026-01,1200\n",
            ),
        )
    )

    assert "would add 1 row, change 4 and leave 1 as they are" in page
    assert "entities: 1 added, 1 changed" in page
    assert "2 changed DE name Germany → becomes Deutschland" in page
    assert "3 added FR name France parent GRP" in page
    assert "links: 1 changed, 1 removed" in page
    assert "\u2013 removed OBJ REV weight 1" in page
    assert "changed OBJ OTD weight 2 → becomes 3" in page
    assert "changed OTD DE 2026-01 value 93.5 → becomes 94" in page
    assert "Every score is calculated again." in page


def test_what_is_touched_names_scores_and_periods(client: Client) -> None:
    upload(client, zipped(NO_PEOPLE))
    confirm(client)

    head = "kpi,entity,period,value\n"
    page = text(upload(client, zipped({}, actuals=head + "OTD,DE,2026-02,1\nOTD,DE,2026-03,2\n")))

    assert "Figures of 2 periods change (2026-02 to 2026-03)." in page
    assert "The scores of 1 objective or KPI, and of what rests on them, are calculated" in page


def test_a_file_that_changes_nothing_has_nothing_to_confirm(client: Client) -> None:
    upload(client, zipped(NO_PEOPLE))
    confirm(client)

    page = upload(client, zipped(NO_PEOPLE))

    assert heading(page) == "cascade.zip changes nothing: every row of it stands here already"
    assert b"/confirm/" not in page.content
    assert b"/discard/" in page.content


def test_errors_are_listed_each_with_its_place_and_nothing_is_written(client: Client) -> None:
    kpis = SHEETS["kpis"].replace("monthly", "hourly", 1)
    page = upload(client, zipped(NO_PEOPLE, kpis=kpis, actuals="kpi,period,value\nNO,2026-01,1\n"))

    assert heading(page) == "cascade.zip has 2 errors; nothing was imported"
    assert "<title>Error: cascade.zip" in page.content.decode()
    assert "kpis 2 frequency 'hourly' is none of them monthly, quarterly, annual" in text(page)
    assert "actuals 2 kpi" in text(page)
    assert b"/confirm/" not in page.content
    assert 'action="/import/"' in page.content.decode()
    assert not Organisation.objects.exists()
    assert bytes(latest().content) == b""


def test_all_errors_can_be_paged_through_and_downloaded(client: Client) -> None:
    rows = "".join(f"=NO{n},2026-01,x\n" for n in range(120))
    page = upload(client, zipped(NO_PEOPLE, actuals="kpi,period,value\n" + rows))
    address = page.request["PATH_INFO"]

    assert "Rows 1 to 50 of" in text(page)
    last = client.get(address, {"show": "errors", "page": "99"})
    assert re.search(r"Rows 201 to 240 of 240", text(last))
    assert client.get(address, {"show": "errors", "page": "x"}).status_code == 200
    answer = client.get(address + "problems.csv")
    lines = list(csv.reader(io.StringIO(answer.content.decode())))
    assert lines[0] == ["kind", "sheet", "row", "column", "wrong", "accepted"]
    assert len(lines) == 1 + 240
    assert answer["Content-Disposition"] == 'attachment; filename="problems.csv"'


def test_warnings_stand_apart_and_forbid_nothing(client: Client) -> None:
    perspectives = "code,name,financial,colour\nFIN,Finance,yes,red\n"
    page = upload(client, zipped(NO_PEOPLE, perspectives=perspectives))

    assert "1 warning, which forbid nothing" in text(page)
    assert "'colour'" in text(page)
    assert b"/confirm/" in page.content


def test_confirming_twice_imports_once(client: Client) -> None:
    upload(client, zipped(NO_PEOPLE))
    confirm(client)
    after = counts()

    again = confirm(client, latest().digest)

    assert heading(again).startswith("cascade.zip is imported")
    assert counts() == after


def test_a_confirmation_of_something_else_than_is_shown_imports_nothing(client: Client) -> None:
    upload(client, zipped(NO_PEOPLE))

    page = confirm(client, "0" * 64)

    assert heading(page).startswith("cascade.zip would add 22 rows")
    assert not Organisation.objects.exists()


def test_a_difference_that_others_changed_meanwhile_is_shown_anew_and_asked_again(
    client: Client, tmp_path: Path
) -> None:
    upload(client, zipped(NO_PEOPLE))
    confirm(client)
    upload(client, zipped({}, entities="code,name,parent\nDE,Deutschland,GRP\n"))
    Entity.objects.filter(code="DE").update(name="Allemagne")

    anew = confirm(client)
    before = Entity.objects.get(code="DE").name
    done = confirm(client)

    assert "was changed since you were shown what this file does" in text(anew)
    assert "name Allemagne → becomes Deutschland" in text(anew)
    assert before == "Allemagne"
    assert heading(done) == "cascade.zip is imported: 0 rows added, 1 changed"
    assert Entity.objects.get(code="DE").name == "Deutschland"


def test_a_difference_that_became_an_error_meanwhile_is_refused(client: Client) -> None:
    upload(client, zipped(NO_PEOPLE))
    confirm(client)
    upload(client, zipped({}, actuals="kpi,entity,period,value\nOTD,DE,2026-01,94\n"))
    january, germany = ReportingPeriod.objects.get(label="2026-01"), Entity.objects.get(code="DE")
    PeriodState.objects.create(period=january, entity=germany, state="closed")

    page = confirm(client)

    assert heading(page) == "cascade.zip has 1 error; nothing was imported"
    assert "2026-01 is closed for DE" in text(page)
    assert Actual.objects.get(kpi__node__code="OTD").revisions.count() == 1


def test_only_a_system_admin_may_change_people(client: Client) -> None:
    page = upload(client, zipped())

    assert "people 2 email admin@example.com may not change people and roles" in text(page)
    both = browser("both@example.com")
    user = User.objects.get(email="both@example.com")
    Membership.objects.create(user=user, role="system_admin")
    assert heading(upload(both, zipped())).startswith("cascade.zip would add 23 rows")


def test_a_right_taken_away_before_the_confirmation_counts(client: Client) -> None:
    both = browser("both@example.com")
    user = User.objects.get(email="both@example.com")
    role = Membership.objects.create(user=user, role="system_admin")
    upload(both, zipped())
    role.delete()

    page = confirm(both)

    assert heading(page) == "cascade.zip has 1 error; nothing was imported"
    assert not Organisation.objects.exists()


def test_somebody_elses_upload_is_absent_for_every_door(client: Client) -> None:
    upload(client, zipped(NO_PEOPLE))
    key, other = latest().pk, browser("other@example.com")

    answers = [
        other.get(f"/import/{key}/").status_code,
        other.get(f"/import/{key}/problems.csv").status_code,
        other.post(f"/import/{key}/confirm/", {"digest": latest().digest}).status_code,
        other.post(f"/import/{key}/discard/").status_code,
    ]

    assert answers == [404, 404, 404, 404]
    assert "cascade.zip" not in text(other.get("/import/"))
    assert latest().state == State.READY


def test_discarding_leaves_nothing_behind(client: Client) -> None:
    upload(client, zipped(NO_PEOPLE))

    page = client.post(f"/import/{latest().pk}/discard/", follow=True)
    assert b"is discarded; nothing of it was imported." in page.content

    assert page.redirect_chain == [("/import/", 302)]
    assert not ImportUpload.objects.exists()
    assert not UploadRows.objects.exists()


def test_after_a_day_an_upload_is_gone_and_so_is_its_content(client: Client) -> None:
    upload(client, zipped(NO_PEOPLE))
    key = latest().pk
    ImportUpload.objects.update(uploaded_at=timezone.now() - timedelta(hours=25))

    assert client.get(f"/import/{key}/").status_code == 404
    uploads.forget_uploads()
    assert not ImportUpload.objects.exists()


def test_a_person_keeps_a_few_files_at_a_time(client: Client) -> None:
    for number in range(uploads.MOST_KEPT + 3):
        upload(client, zipped(NO_PEOPLE), f"{number}.zip")

    assert ImportUpload.objects.count() == uploads.MOST_KEPT
    assert latest().name == f"{uploads.MOST_KEPT + 2}.zip"


def test_csv_files_named_as_sheets_may_be_chosen_together(client: Client) -> None:
    files = [
        SimpleUploadedFile(f"{name}.csv", content.encode()) for name, content in NO_PEOPLE.items()
    ]
    page = client.post("/import/", {"file": files}, follow=True)

    assert heading(page).endswith("would add 22 rows, change 0 and leave 0 as they are")
    assert heading(page).startswith("settings.csv, entities.csv, ")
    assert heading(confirm(client)).endswith("is imported: 22 rows added, 0 changed")


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ([], "Choose a file."),
        ([("a.xlsx", b"")], "The file is empty."),
        ([("a.xlsx", b"x"), ("b.xlsx", b"x")], "Choose one workbook or zip file, or CSV files"),
        ([("kpis.csv", b"x"), ("KPIs.csv", b"x")], "kpis.csv was chosen twice."),
    ],
    ids=["none", "empty", "two workbooks", "one sheet twice"],
)
def test_what_cannot_be_one_import_is_refused_beside_the_field(
    client: Client, files: list[tuple[str, bytes]], told: str
) -> None:
    data: Any = {"file": [SimpleUploadedFile(*one) for one in files]} if files else {}
    page = client.post("/import/", data)

    assert page.status_code == 200
    assert "<title>Error: Import" in page.content.decode()
    assert text(page).count(told) == 2
    assert not ImportUpload.objects.exists()


def test_a_file_over_the_limit_is_refused_with_the_limit_and_kept_nowhere(
    client: Client, settings: Settings
) -> None:
    settings.UPLOAD_LIMIT_MB = 1

    far = client.post("/import/", {"file": SimpleUploadedFile("a.xlsx", b"x" * 1_200_000)})
    close = client.post("/import/", {"file": SimpleUploadedFile("a.xlsx", b"x" * 1_050_000)})

    for page in (far, close):
        assert page.status_code == 200
        assert "File: This is larger than 1 MB." in text(page)
    assert not ImportUpload.objects.exists()


def test_ten_megabytes_of_nothing_sensible_end_in_a_sentence(client: Client) -> None:
    page = upload(client, b"PK\x03\x04" + b"\x00" * 11_000_000, "large.xlsx")

    assert heading(page) == "large.xlsx cannot be imported"
    assert "large.xlsx is a damaged workbook or zip file." in text(page)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_messy_file_ends_in_sentences_and_names_no_path_of_the_server(
    client: Client, path: Path
) -> None:
    page = upload(client, path.read_bytes(), path.name)

    assert page.status_code == 200
    assert latest().state == State.REFUSED
    assert "Traceback" not in text(page)
    assert "/tmp" not in text(page)  # noqa: S108
    assert "kpialign-upload" not in text(page)
    assert not Organisation.objects.exists()


def test_a_hostile_name_is_text_and_never_a_path(client: Client) -> None:
    page = upload(client, zipped(NO_PEOPLE), "..\\..\\<b>\u202eplan'.zip")

    assert latest().name == "<b>plan'.zip"
    assert "&lt;b&gt;plan&#x27;.zip" in page.content.decode()


def test_a_fault_of_the_product_ends_in_a_sentence_and_can_be_tried_again(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(client, zipped(NO_PEOPLE))

    def fail(**_given: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(uploads, "import_cascade", fail)
        page = confirm(client)
        refused = upload(client, zipped(NO_PEOPLE), "other.zip")
    other = ImportUpload.objects.exclude(pk=latest().pk).get()

    assert "The fault is the product's own" in text(page)
    assert heading(refused) == "other.zip cannot be imported"
    assert other.state == State.READY
    client.post(f"/import/{other.pk}/confirm/", {"digest": other.digest})
    assert KPI.objects.count() == 4


def test_a_large_file_is_checked_and_imported_by_the_worker(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "SMALL", 10)

    waiting = upload(client, zipped(NO_PEOPLE))
    address = waiting.request["PATH_INFO"]
    fragment = client.get(address, headers={"HX-Request": "true"})
    assert uploads.work_on_all() == 1
    finished = client.get(address, headers={"HX-Request": "true"})
    going = confirm(client)
    assert uploads.work_on_all() == 1

    assert heading(waiting) == "cascade.zip is being checked"
    assert "checked by the worker, which begins within seconds" in text(fragment)
    assert finished["HX-Refresh"] == "true"
    assert heading(going) == "cascade.zip is being imported"
    assert heading(client.get(address)) == "cascade.zip is imported: 22 rows added, 0 changed"
    assert uploads.work_on_all() == 0


def test_an_attempt_that_died_ends_in_a_sentence(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "SMALL", 10)
    page = upload(client, zipped(NO_PEOPLE))
    address = page.request["PATH_INFO"]

    ImportUpload.objects.update(begun_at=timezone.now(), run=1)
    assert uploads.work_on_all() == 0
    ImportUpload.objects.update(begun_at=timezone.now() - uploads.LEASE * 2)
    assert uploads.work_on_all() == 1

    assert "The work on this file was interrupted" in text(client.get(address))


def test_an_attempt_that_was_overtaken_writes_nothing(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(client, zipped(NO_PEOPLE))
    real = import_cascade

    def slow(**given: Any) -> Any:  # noqa: ANN401
        ImportUpload.objects.update(run=99)
        return real(**given)

    monkeypatch.setattr(uploads, "import_cascade", slow)
    confirm(client)

    assert not Organisation.objects.exists()
    assert latest().state == State.CONFIRMED


def test_an_import_by_the_page_equals_one_by_the_command(client: Client, tmp_path: Path) -> None:
    upload(client, zipped(NO_PEOPLE))
    confirm(client)
    path = tmp_path / "again.zip"
    path.write_bytes(zipped(NO_PEOPLE))

    assert run("import_cascade", path).counts == "added 0, changed 0, unchanged 22"


def test_the_page_of_import_says_what_comes_next_when_there_is_nothing_yet(client: Client) -> None:
    page = client.get("/import/")

    assert heading(page) == "Import a cascade, or a part of one, from a file"
    assert "/import/template.xlsx" in page.content.decode()
    assert "What you upload is listed here for 24 hours" in text(page)


def test_the_navigation_has_the_import_for_whom_it_works() -> None:
    roles = ("finance_admin", "viewer")
    pages = {role: browser(f"{role}@example.com", role).get("/") for role in roles}

    assert 'href="/import/"' in pages["finance_admin"].content.decode()
    assert 'href="/import/"' not in pages["viewer"].content.decode()
