"""Read and search the trail on its page, and take it away as a file."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from organisation.models import AuditEntry, Organisation, User
from organisation.services import trail
from organisation.services.looks import change_looks
from organisation.services.trail import Written
from tests.factories import make_person


@pytest.fixture
def auditor(company: None) -> User:
    return make_person("auditor@example.com", "auditor")


@pytest.fixture
def read(client: Client, auditor: User) -> Client:
    client.force_login(auditor)
    return client


def write(*writes: Written, by: User | None = None, path: str = "form") -> list[AuditEntry]:
    return trail.record_many(writes, actor=by, path=path)


def shown(client: Client, query: str = "", **asked: str) -> str:
    return client.get(f"/trail/{query}", asked).content.decode()


def plain(page: str) -> str:
    """Take the marks out of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page)).replace("\u2013", "none")


def subjects(page: str) -> list[str]:
    return re.findall(r"K\d+(?=</a>)", page)


def rows_of(client: Client, **asked: str) -> list[dict[str, str]]:
    answer = client.get("/trail.csv", asked)
    assert answer.status_code == 200
    body = b"".join(answer)
    return list(csv.DictReader(io.StringIO(body.decode(), newline="")))


def test_an_entry_says_who_what_when_from_to_why_and_by_which_path(
    read: Client, head: User
) -> None:
    Organisation.objects.update(timezone="Europe/Vienna")
    [entry] = write(
        Written("change", "kpi", "DIO", {"unit": "d", "x": 1}, {"unit": "days", "x": 1}, "clearer"),
        by=head,
    )
    AuditEntry.objects.filter(pk=entry.pk).update(at=datetime(2026, 3, 31, 12, 2, 5, tzinfo=UTC))

    page = shown(read)

    told = plain(page)
    assert "31 Mar 2026 14:02:05" in told
    assert "Changed KPI DIO Unit d → became days clearer Form" in told
    assert f'href="/people/{head.pk}/">{head}</a>' in page
    assert 'href="/kpis/DIO/">DIO</a>' in page
    assert "X 1" not in told


def test_the_system_is_named_where_nobody_acted(read: Client) -> None:
    write(Written("add", "kpi", "DIO", None, {"name": "Days"}), path="command")

    assert "The system Added KPI DIO Name none → became Days none Command" in plain(shown(read))


def test_figures_of_an_import_wait_to_be_opened(read: Client) -> None:
    write(
        Written(
            "import_actuals",
            "actual",
            "DIO PLANT",
            {"value": {"2026-01": "1234.5", "2026-02": "7"}},
            {"value": {"2026-01": "1300", "2026-02": "7", "2026-03": "8"}},
        ),
        path="import",
    )

    page = shown(read)

    assert "<summary>2 changes</summary>" in page
    assert "2026-01 value 1,234.5 → became 1,300" in plain(page)
    assert "2026-03 value none → became 8" in plain(page)
    assert "2026-02" not in page
    assert 'href="/kpis/DIO/?entity=PLANT"' in page


def test_a_figure_leads_to_its_kpi_in_its_period(read: Client) -> None:
    write(Written("submitted_actual", "actual", "DIO PLANT 2026-Q1", None, {"value": "1"}))

    assert 'href="/kpis/DIO/?period=2026-Q1&amp;entity=PLANT"' in shown(read)


def test_numbers_and_days_are_in_the_style_of_the_reader(read: Client, auditor: User) -> None:
    [entry] = write(
        Written("change", "rate", "USD 2026", {"average": "1234.5"}, {"average": "2", "code": "1"})
    )
    AuditEntry.objects.filter(pk=entry.pk).update(at=datetime(2026, 3, 31, 12, 2, 5, tzinfo=UTC))
    style = {"number_style": "de", "date_style": "dots", "theme": "system", "density": "standard"}
    change_looks(person=auditor, **style, by=None, path="command")

    told = plain(shown(read))

    assert "31.03.2026 12:02:05" in told
    assert "Average 1.234,5 → became 2" in told


@pytest.fixture
def mixed(read: Client, head: User, admin: User) -> Client:
    write(Written("add", "kpi", "K1", None, None, "for the new plan"), by=head)
    write(Written("change", "objective", "K2", None, None), by=admin, path="api")
    write(Written("remove", "kpi", "K3", None, None), path="import")
    days = {"K1": 1, "K2": 2, "K3": 3}
    for code, day in days.items():
        AuditEntry.objects.filter(subject_key=code).update(
            at=datetime(2026, 3, day, 23, 30, tzinfo=UTC)
        )
    return read


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["K3", "K2", "K1"]),
        ({"q": "k2"}, ["K2"]),
        ({"q": "plan"}, ["K1"]),
        ({"q": "plan new"}, ["K1"]),
        ({"q": "plan k2"}, []),
        ({"q": "operations"}, ["K1"]),
        ({"q": "admin@"}, ["K2"]),
        ({"q": "%"}, []),
        ({"person": "operations@example.com"}, ["K1"]),
        ({"person": "system"}, ["K3"]),
        ({"action": "change"}, ["K2"]),
        ({"path": "import"}, ["K3"]),
        ({"kind": "kpi"}, ["K3", "K1"]),
        ({"kind": "kpi", "path": "form"}, ["K1"]),
        ({"from": "2026-03-02"}, ["K3", "K2"]),
        ({"to": "2026-03-02"}, ["K2", "K1"]),
        ({"from": "2026-03-02", "to": "2026-03-02"}, ["K2"]),
    ],
)
def test_what_is_asked_for_is_found_and_the_file_holds_the_same(
    mixed: Client, asked: dict[str, str], found: list[str]
) -> None:
    assert subjects(shown(mixed, **asked)) == found
    assert [row["subject"] for row in rows_of(mixed, **asked)] == found


def test_a_day_is_one_of_the_organisation_s_time(mixed: Client) -> None:
    Organisation.objects.update(timezone="Europe/Vienna")

    assert subjects(shown(mixed, **{"from": "2026-03-03", "to": "2026-03-03"})) == ["K2"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"from": "soon"}, "Write a day such as 2026-03-31."),
        ({"from": "2026-03-03", "to": "2026-03-01"}, "before the first"),
        ({"person": "nobody@example.com"}, "The trail holds none of these."),
        ({"action": "burn"}, "The trail holds none of these."),
    ],
)
def test_what_cannot_be_asked_is_said_and_nothing_is_shown_or_taken(
    mixed: Client, asked: dict[str, str], said: str
) -> None:
    page = shown(mixed, **asked)
    file = mixed.get("/trail.csv", asked)

    assert said in page
    assert "<title>Error: Trail" in page
    assert subjects(page) == []
    assert file.status_code == 400
    assert said in file.content.decode()
    assert not AuditEntry.objects.filter(action="download").exists()


def pages(client: Client, link: str, query: str = "") -> Iterator[list[str]]:
    """Read page after page, as long as one is linked under this name."""
    address: str | None = f"/trail/{query}"
    while address:
        page = client.get(address).content.decode()
        yield subjects(page)
        found = re.search(rf'href="([^"]*)">{link}</a>', page)
        address = found[1].replace("&amp;", "&") if found else None


def test_pages_hold_every_entry_once_and_lead_back(read: Client) -> None:
    write(*[Written("add", "kpi", f"K{n}") for n in range(120)])
    newest_first = [f"K{n}" for n in reversed(range(120))]

    older = list(pages(read, "Older"))
    oldest = AuditEntry.objects.order_by("pk").first()
    assert oldest is not None
    newer = list(pages(read, "Newer", f"?after={oldest.pk - 1}"))

    assert [len(page) for page in older] == [50, 50, 20]
    assert [code for page in older for code in page] == newest_first
    assert [code for page in reversed(newer) for code in page] == newest_first


def test_the_next_page_keeps_what_was_asked_for(read: Client) -> None:
    write(*[Written("add", "kpi", f"K{n}") for n in range(60)])
    write(*[Written("add", "objective", f"K{n}") for n in range(60, 120)])

    found = [code for page in pages(read, "Older", "?kind=kpi") for code in page]

    assert found == [f"K{n}" for n in reversed(range(60))]


def test_an_entry_written_meanwhile_moves_no_page(read: Client) -> None:
    entries = write(*[Written("add", "kpi", f"K{n}") for n in range(60)])
    second = f"?before={entries[10].pk}"
    before = subjects(shown(read, second))

    write(Written("add", "kpi", "K99"))

    assert subjects(shown(read, second)) == before == [f"K{n}" for n in reversed(range(10))]


def test_the_page_asks_the_same_few_things_however_long_the_trail(
    read: Client, head: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    write(Written("add", "person", head.email), by=head)
    with django_assert_max_num_queries(14) as few:
        shown(read)
    write(*[Written("add", "person", head.email) for _ in range(120)], by=head)

    with django_assert_max_num_queries(len(few)) as many:
        shown(read)

    assert len(many) == len(few)


def test_an_empty_trail_says_what_will_be_here(read: Client) -> None:
    page = shown(read)

    assert "Nothing has been written yet." in page
    assert "Download as CSV" not in page


def test_a_search_without_a_find_leads_back_to_everything(mixed: Client) -> None:
    page = shown(mixed, q="nowhere")

    assert "Nothing in the trail is of this kind." in page
    assert '<a href="/trail/">Show everything</a>' in page


def test_taking_the_file_is_an_entry_with_what_it_was_cut_down_to(
    mixed: Client, auditor: User
) -> None:
    rows_of(mixed, kind="kpi", **{"from": "2026-03-01"})

    entry = AuditEntry.objects.get(action="download")
    assert (entry.actor, entry.path) == (auditor, "form")
    assert (entry.subject_kind, entry.subject_key) == ("trail", "trail.csv")
    assert entry.after == {"kind": "kpi", "from": "2026-03-01"}


def test_asking_for_the_head_of_the_file_takes_nothing(mixed: Client) -> None:
    assert mixed.head("/trail.csv").status_code == 200
    assert not AuditEntry.objects.filter(action="download").exists()


def test_the_file_holds_each_value_in_full_and_in_one_style(read: Client, auditor: User) -> None:
    style = {"number_style": "de", "date_style": "dots", "theme": "system", "density": "standard"}
    change_looks(person=auditor, **style, by=None, path="command")
    AuditEntry.objects.all().delete()
    [entry] = write(Written("change", "kpi", "DIO", {"v": "1234.5"}, {"v": "2"}, "a, “b”"))

    [row] = rows_of(read)

    assert row == {
        "at": entry.at.isoformat(),
        "who": "system",
        "path": "form",
        "action": "change",
        "subject_kind": "kpi",
        "subject": "DIO",
        "from": '{"v": "1234.5"}',
        "to": '{"v": "2"}',
        "why": "a, “b”",
    }


@pytest.mark.parametrize("mark", ["=", "+", "-", "@", "\t", "\r", "'"])
def test_no_cell_of_the_file_is_calculated_by_a_spreadsheet(read: Client, mark: str) -> None:
    write(Written("change", "kpi", f"{mark}cmd", None, None, f"{mark}1+1"))

    [row] = rows_of(read)

    assert (row["subject"], row["why"]) == (f"'{mark}cmd", f"'{mark}1+1")


def test_what_was_typed_is_shown_as_text(read: Client) -> None:
    write(Written("change", "kpi", "DIO", None, {"name": "<img src=x>"}, "<b>why</b>"))

    page = shown(read)

    assert "<img src=x>" not in page
    assert "<b>why</b>" not in page
    assert "&lt;b&gt;why&lt;/b&gt;" in page


DRAFT = Written(
    "draft_actual",
    "actual",
    "DIO PLANT 2026-Q1",
    None,
    {"value": "777123", "status": "draft"},
    "canary",
)
SUBMITTED = Written(
    "submitted_actual",
    "actual",
    "DIO PLANT 2026-Q1",
    {"value": "777123", "status": "draft"},
    {"value": "41", "status": "submitted"},
)
RETURNED = Written(
    "returned_actual",
    "actual",
    "DIO PLANT 2026-Q1",
    {"value": "41", "status": "submitted"},
    {"value": "777123", "status": "draft"},
    "canary",
)
IMPORTED = Written(
    "import_actuals",
    "actual",
    "DIO PLANT",
    None,
    {
        "value": {"2026-Q1": "777123", "2026-Q2": "41"},
        "status": {"2026-Q1": "draft", "2026-Q2": "approved"},
        "comment": {"2026-Q1": "canary"},
    },
)


@pytest.mark.parametrize("written", [DRAFT, SUBMITTED, RETURNED, IMPORTED])
def test_a_draft_is_told_to_its_readers_alone(
    client: Client, admin: User, auditor: User, written: Written
) -> None:
    write(written)
    told = {}

    for person in (admin, auditor):
        client.force_login(person)
        page = shown(client).replace(",", "")
        file = str(rows_of(client, kind="actual"))
        told[person.email] = ["777123" in page, "777123" in file, "canary" in page + file]

    assert told[admin.email] == [False, False, False]
    assert told[auditor.email][:2] == [True, True]


def test_a_counted_figure_is_told_to_everyone_who_reads_the_trail(
    client: Client, admin: User
) -> None:
    write(SUBMITTED, IMPORTED)
    client.force_login(admin)

    told = plain(shown(client))

    assert "Value none → became 41" in told
    assert "2026-Q2 value none → became 41" in told
    assert "Drafts and notes of a review are not shown to you." in told


def test_words_do_not_find_a_note_that_is_not_shown(
    client: Client, admin: User, auditor: User
) -> None:
    write(RETURNED)
    found = {}

    for person in (admin, auditor):
        client.force_login(person)
        found[person.email] = "2026-Q1</a>" in shown(client, q="canary")

    assert found == {admin.email: False, auditor.email: True}


def test_the_navigation_leads_to_the_trail_for_its_readers_alone(
    client: Client, head: User, auditor: User
) -> None:
    found = {}
    for person in (head, auditor):
        client.force_login(person)
        found[person.email] = 'href="/trail/"' in client.get("/me/").content.decode()

    assert found == {head.email: False, auditor.email: True}
