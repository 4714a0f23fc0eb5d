"""Tables of KPIs and charts fit where they are read: on a laptop's screen, and on paper."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SignIn
from tests.product import Product

TAG_EVERY_KPI = """() => {
  for (const name of document.querySelectorAll(".kpis tbody tr:not(.group) .name")) {
    name.insertAdjacentHTML("beforeend", ' <span class="tag box">not approved</span>');
  }
}"""
HIDDEN_WIDTH = "(card) => card.scrollWidth - card.clientWidth"


@pytest.mark.parametrize("width", [1024, 1280, 1366, 1440])
def test_no_column_is_cut_off_while_figures_wait_for_approval(
    sign_in: SignIn, product: Product, width: int
) -> None:
    page = sign_in("viewer")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(product.url + "enterprise/")

    page.evaluate(TAG_EVERY_KPI)

    assert page.locator(".card.kpis").first.evaluate(HIDDEN_WIDTH) == 0


def test_paper_shows_the_table_of_a_chart_that_nobody_scrolled_to(
    sign_in: SignIn, product: Product
) -> None:
    page = sign_in("viewer")
    page.set_viewport_size({"width": 1440, "height": 300})
    page.goto(product.url + "enterprise/")
    chart = page.locator("figure:has(.chart)").first

    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")

    expect(chart.locator("details table")).to_be_visible()
    expect(chart.locator(".chart")).to_be_hidden()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(chart.locator("details table")).to_be_hidden()
