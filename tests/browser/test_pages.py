"""Pages read well everywhere: light, dark, wide, narrow, by keyboard, on paper, unscripted."""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect

from tests.browser.conftest import SignIn
from tests.product import Product

PAGES = [
    "",
    "?period=2026-Q2",
    "search/?q=inv",
    "enterprise/",
    "enterprise/?period=2026-Q2",
    "enterprise/?status=off_track&compare=last-year",
    "departments/",
    "departments/OPERATIONS/",
    "objectives/WORKING-CAPITAL/",
    "objectives/LONG-TERM-VALUE/",
    "kpis/CCC/",
    "kpis/CAPEX-INTENSITY/",
    "kpis/INVENTORY-WIP/",
    "kpis/CCC/?period=2026-Q2",
    "import/",
    "export/",
    "api/docs/",
    "cascade/",
    "cascade/?open=*&node=CCC",
    "cascade/?find=inventory&archived=1",
    "cascade/map/",
    "cascade/map/?kpis=1&node=CCC",
    "alignment/",
    "alignment/?department=FINANCE",
    "shape/objectives/WORKING-CAPITAL/",
    "shape/kpis/CCC/",
    "shape/new/kpi/?parent=WORKING-CAPITAL",
    "shape/children/WORKING-CAPITAL/",
    "shape/targets/CCC/",
    "shape/archive/CCC/",
    "shape/rates/?currency=CHF",
    "shape/entities/",
    "shape/departments/FINANCE/",
    "shape/perspectives/",
    "settings/",
    "review/",
    "review/?period=2026-Q2",
    "periods/",
    "periods/2026-Q1/",
    "periods/2026-Q2/",
    "entities/",
    "entities/matrix/?objective=WORKING-CAPITAL",
    "entities/find/",
    "runs/",
    "me/",
    "trail/",
    "trail/?action=import_actuals",
    "trail/?from=2026-02-01&to=2026-01-01",
    "people/",
    "people/1/",
    "nowhere/",
]
Visit = Callable[..., Page]
WATCH_SHIFTS = """() => {
  window.shifted = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (!entry.hadRecentInput) window.shifted += entry.value;
    }
  }).observe({ type: "layout-shift", buffered: true });
}"""


@pytest.fixture
def visit(product: Product, sign_in: SignIn, browser: Browser) -> Iterator[Visit]:
    """Open a page in a window of its own, as the finance admin unless somebody else is named."""
    opened: list[BrowserContext] = []

    def visited(path: str, *, who: str = "finance-admin", **window: object) -> Page:
        if who not in SIGNED_IN:
            SIGNED_IN[who] = sign_in(who).context.storage_state()
        context = browser.new_context(storage_state=SIGNED_IN[who], **window)  # type: ignore[arg-type]  # the browser's own names
        opened.append(context)
        page = context.new_page()
        page.goto(product.url + path)
        return page

    yield visited
    for context in opened:
        context.close()


SIGNED_IN: dict[str, StorageState] = {}


@pytest.fixture(autouse=True, scope="module")
def forget_sessions() -> Iterator[None]:
    """Keep sign-ins for this module alone."""
    SIGNED_IN.clear()
    yield
    SIGNED_IN.clear()


def narrow(width: int) -> dict[str, int]:
    return {"width": width, "height": 780}


@pytest.mark.parametrize("width", [1440, 360])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_in_light_or_dark(visit: Visit, path: str, width: int) -> None:
    page = visit(path, viewport=narrow(width), color_scheme="light")
    for chart in page.locator(".chart").all():
        chart.scroll_into_view_if_needed()
        expect(chart.locator(".main-svg").first).to_be_visible(timeout=15_000)

    light = Axe().run(page)
    # Without motion: a colour on its way to the other scheme is no colour of either.
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    dark = Axe().run(page)

    assert light.response["violations"] == [], light.generate_report()
    assert dark.response["violations"] == [], dark.generate_report()


@pytest.mark.parametrize("path", PAGES)
def test_no_page_scrolls_sideways(visit: Visit, path: str) -> None:
    page = visit(path, viewport=narrow(320))
    wide = {}

    for width in (320, 768, 1024):
        page.set_viewport_size(narrow(width))  # type: ignore[arg-type]  # width and height
        wide[width] = page.evaluate("document.documentElement.scrollWidth")

    assert {width: found for width, found in wide.items() if found > width} == {}


@pytest.mark.parametrize("path", PAGES[:-1])
def test_a_page_raises_no_complaint_and_draws_at_most_four_charts(
    visit: Visit, product: Product, path: str
) -> None:
    page = visit(path)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))

    page.reload()
    charts = page.locator(".chart").all()
    for chart in charts:
        chart.scroll_into_view_if_needed()
        expect(chart.locator(".main-svg").first).to_be_visible(timeout=15_000)

    assert complaints == []
    assert len(charts) <= 4


@pytest.mark.parametrize("path", PAGES[:-1])
def test_a_page_is_whole_without_scripts(visit: Visit, path: str) -> None:
    page = visit(path, java_script_enabled=False)

    charts = page.locator("figure:has(.chart)").count()

    assert page.locator("h1").count() == 1
    assert page.locator("figure noscript table").count() == charts
    assert page.locator(".chart:visible").count() == 0


def test_without_scripts_a_period_is_chosen_by_a_button(visit: Visit) -> None:
    page = visit("enterprise/", java_script_enabled=False)

    page.get_by_label("Period", exact=True).select_option("2025-Q4")
    page.get_by_role("button", name="Show").click()

    page.wait_for_url("**/enterprise/?period=2025-Q4*")


def test_a_chosen_period_stands_in_the_address_and_the_focus_stays(visit: Visit) -> None:
    page = visit("enterprise/")
    picker = page.get_by_label("Period", exact=True)
    picker.focus()

    picker.select_option("2025-Q4")

    page.wait_for_url("**/enterprise/?period=2025-Q4")
    expect(page.locator("h1")).to_be_visible()
    expect(page.get_by_label("Period", exact=True)).to_be_focused()
    assert "compare" not in page.url


def test_a_filter_comes_back_with_the_back_button(visit: Visit) -> None:
    page = visit("enterprise/")

    page.locator(".chip", has_text="off track").click()
    page.wait_for_url("**/enterprise/?status=off_track")
    page.get_by_role("link", name="Days of payables").click()
    page.wait_for_url("**/kpis/DPO/")
    page.go_back()

    expect(page.locator(".chip[aria-current]")).to_contain_text("off track")


def test_the_keyboard_skips_to_the_content_and_opens_a_chart_s_table(visit: Visit) -> None:
    page = visit("kpis/CCC/")

    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.locator("#figure-trend summary").focus()
    page.keyboard.press("t")

    expect(page.locator("#figure-trend details table")).to_be_visible()


def test_the_keyboard_signs_out_through_the_account_menu(visit: Visit, product: Product) -> None:
    page = visit("enterprise/", who="viewer")

    page.locator(".account > summary").focus()
    page.keyboard.press("Enter")
    page.locator(".account").get_by_role("button", name="Sign out").focus()
    page.keyboard.press("Enter")

    page.wait_for_url("**/account/login/**")
    SIGNED_IN.pop("viewer")


def test_from_the_enterprise_a_typed_figure_is_three_clicks_away(visit: Visit) -> None:
    page = visit("enterprise/", who="auditor")

    page.get_by_role("link", name="Gross margin").first.click()
    page.locator(".term", has_text="Revenue").click()

    expect(page.locator("#history")).to_contain_text("History of the figure")
    assert page.locator(".history tbody tr").count() >= 1


def test_on_paper_there_is_no_navigation_and_ink_is_dark(visit: Visit) -> None:
    page = visit("enterprise/", color_scheme="dark")

    page.emulate_media(media="print", color_scheme="light")

    expect(page.locator(".nav")).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()
    expect(page.get_by_label("Period", exact=True)).to_be_hidden()


def test_nothing_moves_while_charts_arrive(visit: Visit) -> None:
    page = visit("kpis/CCC/")
    page.evaluate(WATCH_SHIFTS)

    page.wait_for_timeout(1500)

    assert page.evaluate("window.shifted") < 0.02
