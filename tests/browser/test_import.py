"""From the template to a score, in the browser: fill in, upload, mend, confirm."""

from pathlib import Path
from typing import Literal

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from openpyxl import Workbook
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.product import Product

KPI = {
    "code": "TRAINING-DAYS",
    "name": "Training days",
    "category": "people",
    "department": "OPERATIONS",
    "direction": "higher",
    "frequency": "quarterly",
    "time_rollup": "sum",
}
FIGURE = {"kpi": "TRAINING-DAYS", "period": "2026-Q1"}


@pytest.fixture
def page(sign_in: SignIn) -> Page:
    """Sign the finance admin in."""
    return sign_in("finance-admin")


def fill(book: Workbook, sheet: str, **values: object) -> None:
    """Write one row beneath the headers of the template."""
    for cell in book[sheet][1]:
        if cell.value in values:
            book[sheet].cell(2, cell.column, values[str(cell.value)])


def send(page: Page, product: Product, path: Path) -> None:
    page.goto(product.url + "import/")
    page.get_by_label("File").set_input_files(path)
    page.get_by_role("button", name="Check the file").click()
    page.wait_for_url("**/import/*/")


def looks_well(page: Page) -> None:
    """Ask axe in light and dark, and whether a phone would have to scroll sideways."""
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = Axe().run(page)
        assert found.response["violations"] == [], found.generate_report()
    page.set_viewport_size({"width": 320, "height": 780})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.set_viewport_size({"width": 1440, "height": 900})


def test_a_template_is_filled_in_mended_and_becomes_a_score(
    page: Page, product: Product, tmp_path: Path
) -> None:
    page.goto(product.url + "import/")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download the template").click()
    path = tmp_path / downloading.value.suggested_filename
    downloading.value.save_as(path)

    book = openpyxl.load_workbook(path)
    fill(book, "kpis", **(KPI | {"category": "staff"}))
    fill(book, "targets", **FIGURE, baseline=0, target=40)
    fill(book, "actuals", **FIGURE, value=30)
    book.save(path)
    send(page, product, path)
    expect(page.locator("h1")).to_contain_text("has 1 error; nothing was imported")
    expect(page.locator("h1")).to_be_focused()
    expect(page.get_by_role("row", name="kpis 2 category")).to_contain_text("staff")
    assert page.title().startswith("Error: ")
    looks_well(page)

    fill(book, "kpis", **KPI)
    book.save(path)
    page.get_by_label("File").set_input_files(path)
    page.get_by_role("button", name="Check the file").click()
    expect(page.locator("h1")).to_contain_text("would add 3 rows, change 0")
    for summary in page.locator("details.difference summary").all():
        summary.click()
    expect(page.get_by_role("row", name="TRAINING-DAYS TI 2026-Q1").first).to_be_visible()
    looks_well(page)

    page.get_by_role("button", name="Import these changes").click()
    expect(page.locator("h1")).to_contain_text("is imported: 3 rows added")
    looks_well(page)
    page.goto(product.url + "kpis/TRAINING-DAYS/?period=2026-Q1")
    expect(page.locator("main")).to_contain_text("75.0", timeout=20_000)


def test_the_worker_checks_a_large_file_while_the_page_waits(
    page: Page, product: Product, tmp_path: Path
) -> None:
    path = tmp_path / "actuals.csv"
    rows = "".join(f"NO-SUCH-KPI-{n},2026-Q1,{n},{'long ' * 20}\n" for n in range(20_000))
    path.write_text("kpi,period,value,comment\n" + rows, encoding="utf-8")

    send(page, product, path)

    expect(page.locator("h1")).to_have_text("actuals.csv is being checked")
    expect(page.locator("h1")).to_contain_text("has 10,000 errors", timeout=60_000)
    expect(page.get_by_role("heading", name="The first 10000 errors")).to_be_visible()


def test_without_scripts_a_file_is_imported_too(
    product: Product, page: Page, tmp_path: Path
) -> None:
    context = page.context.browser.new_context(  # type: ignore[union-attr]  # there is one
        storage_state=page.context.storage_state(), java_script_enabled=False
    )
    plain = context.new_page()
    path = tmp_path / "departments.csv"
    path.write_text("code,name\nOPERATIONS,Operations worldwide\n", encoding="utf-8")

    send(plain, product, path)
    plain.get_by_role("button", name="Import these changes").click()

    expect(plain.locator("h1")).to_contain_text("is imported: 0 rows added, 1 changed")
    context.close()
