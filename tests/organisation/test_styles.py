"""Numbers and days in the style of whoever asks: on pages and sheets, never in files or the API."""

import re
import threading
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client

from dashboards.figures import shown
from dashboards.services.refresh import refresh_scores
from kpialign.styles import PATTERNS, Style, current_style, styled
from kpis.models import KPI
from organisation.models import Department, User
from tests.dashboards.cascade import make_cascade
from tests.dashboards.commands import exported
from tests.factories import cell, figure, make_kpi, make_organisation, make_person, record

SHEET = "/enter/OPS/?period=2026-Q1"
STYLES = {
    "en": ("1,234,567.25", "1,250.5"),
    "de": ("1.234.567,25", "1.250,5"),
    "fr": ("1\u202f234\u202f567,25", "1\u202f250,5"),
    "de_CH": ("1\u2019234\u2019567.25", "1\u2019250.5"),
}


@pytest.fixture
def stock(db: None) -> KPI:
    make_organisation()
    return make_kpi("STOCK", entities=("GROUP",))


@pytest.fixture
def head(stock: KPI) -> User:
    return make_person("head@example.com", "department_head", department="OPS")


def sheet_of(person: User, style: str) -> Client:
    User.objects.filter(pk=person.pk).update(number_style=style)
    client = Client()
    client.force_login(person)
    return client


def typed_in(kpi: KPI, figure: str, client: Client) -> int:
    prefix = f"{kpi.pk}-{kpi.entities.get().pk}"
    fields = {f"{prefix}-figure": figure, f"{prefix}-seen": "0", "action": "draft"}
    return client.post(SHEET, fields).status_code


@pytest.mark.parametrize(("style", "written"), STYLES.items())
def test_numbers_are_written_in_each_style(style: str, written: tuple[str, str]) -> None:
    with styled(lambda: Style(style)):
        assert shown.full(1234567.25) == written[0]
        assert shown.number(-1250.5, 1) == f"\u2212{written[1]}"


def test_each_style_that_can_be_chosen_is_known() -> None:
    assert set(User.NumberStyle.values) == set(STYLES)
    assert set(User.DateStyle.values) == set(PATTERNS)
    for name in User.NumberStyle.values:
        assert Style(name).decimal_mark != Style(name).thousands_mark


@pytest.mark.parametrize("style", STYLES)
def test_a_sheet_shows_figures_in_the_style_of_the_person(
    head: User, stock: KPI, style: str
) -> None:
    record(figure(stock, "2026-Q1", "1250.5"))

    page = sheet_of(head, style).get(SHEET).content.decode()

    assert f'value="{STYLES[style][1]}"' in page
    assert f'data-counted="{STYLES[style][1]}"' in page


@pytest.mark.parametrize(
    ("style", "typed", "value"),
    [
        ("en", "1,234", "1234"),
        ("en", "1.234", "1.234"),
        ("de", "1.234", "1234"),
        ("de", "1,234", "1.234"),
        ("fr", "1,234", "1.234"),
        ("de_CH", "1.234", "1.234"),
        ("de", "1.250,5", "1250.5"),
    ],
)
def test_a_sheet_reads_what_is_typed_in_the_style_of_the_person(
    head: User, stock: KPI, style: str, typed: str, value: str
) -> None:
    assert typed_in(stock, typed, sheet_of(head, style)) == 302

    draft = cell(stock, "2026-Q1").draft
    assert draft is not None
    assert draft.value == Decimal(value)


@pytest.mark.parametrize("style", STYLES)
def test_a_figure_sent_back_as_shown_is_no_change(head: User, stock: KPI, style: str) -> None:
    record(figure(stock, "2026-Q1", "1234.567"))
    client = sheet_of(head, style)
    page = client.get(SHEET).content.decode()
    written = page.split('data-counted="')[1].split('"')[0]

    prefix = f"{stock.pk}-{stock.entities.get().pk}"
    client.post(SHEET, {f"{prefix}-figure": written, f"{prefix}-seen": "1", "action": "submit"})

    assert cell(stock, "2026-Q1").revisions.count() == 1


def test_a_sheet_says_what_it_reads_in_the_style_of_the_person(head: User, stock: KPI) -> None:
    page = sheet_of(head, "de").get(SHEET).content.decode()

    assert "such as 1.234,5, or (1.234) for minus" in page


def test_pages_about_scores_are_in_the_style_of_the_person(db: None) -> None:
    make_cascade()
    refresh_scores(path="command")
    german = make_person("german@example.com", "viewer")
    User.objects.filter(pk=german.pk).update(number_style="de", date_style="iso")
    told = {}

    for person in (german, make_person("english@example.com", "viewer")):
        client = Client()
        client.force_login(person)
        whole = client.get("/objectives/SPEED/").content.decode()
        page = re.sub(r"<(script|svg)\b.*?</\1>|<[^>]*>", " ", whole, flags=re.DOTALL)
        told[person.email] = ("60,0" in page, "60.0" in page)

    assert told == {"german@example.com": (True, False), "english@example.com": (False, True)}


def test_files_keep_one_style(tmp_path: Path, db: None) -> None:
    make_cascade()
    refresh_scores(path="command")
    plain = exported(tmp_path)

    with styled(lambda: Style("de", "us")):
        assert exported(tmp_path) == plain


def test_no_style_outlives_its_request(head: User, stock: KPI) -> None:
    client = sheet_of(head, "de")
    client.get(SHEET)
    assert current_style() == Style()

    client.get("/nowhere/")
    assert current_style() == Style()

    with styled(lambda: Style("fr")), pytest.raises(ZeroDivisionError), styled(lambda: Style("de")):
        raise ZeroDivisionError
    assert current_style() == Style()


def test_two_requests_at_once_keep_their_own_styles() -> None:
    seen: dict[str, list[str]] = {}
    both_inside = threading.Barrier(2, timeout=10)

    def answer(style: str) -> None:
        with styled(lambda: Style(style)):
            both_inside.wait()
            seen[style] = [shown.full(1234567.25) for _ in range(50)]
            both_inside.wait()

    threads = [threading.Thread(target=answer, args=(style,)) for style in ("de", "fr")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {style: set(texts) for style, texts in seen.items()} == {
        style: {STYLES[style][0]} for style in ("de", "fr")
    }


def test_who_is_not_signed_in_has_the_plain_style(client: Client, db: None) -> None:
    page = client.get("/account/login/").content.decode()

    assert 'data-density="standard" data-separators=".,"' in page
    assert "data-theme" not in page


def test_a_sheet_and_a_department_say_who_their_finance_partner_is(head: User, stock: KPI) -> None:
    partner = make_person("partner@example.com", "viewer")
    Department.objects.filter(code="OPS").update(partner=partner, head=head)
    record(figure(stock, "2026-Q1", "1"))
    refresh_scores(path="command")
    client = sheet_of(head, "en")

    sheet = client.get(SHEET).content.decode()
    page = client.get("/departments/OPS/").content.decode()

    assert "Questions? Partner, finance partner" in sheet
    assert "Head: Head · Finance partner: Partner" in page
