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
LIGHTNESS = """(one) => {
  const style = getComputedStyle(one);
  const colour = one instanceof SVGElement ? style.fill : style.color;
  return Math.max(...colour.match(/[0-9.]+/g).slice(0, 3)) / 255;
}"""
UNTIL_LOADED = """() => new Promise((done) => {
  const look = () => window.Plotly ? done() : setTimeout(look, 50);
  look();
})"""
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


def test_paper_shows_every_chart_in_ink_though_nobody_scrolled_to_it(
    sign_in: SignIn, product: Product
) -> None:
    page = sign_in("viewer")
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 1440, "height": 300})
    page.goto(product.url + "enterprise/?period=2026-Q1")
    page.evaluate(UNTIL_LOADED)
    chart = page.locator("figure:has(.chart)").last

    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print", color_scheme="dark")

    expect(chart.locator(".main-svg").first).to_be_visible()
    expect(chart.locator("details")).to_be_hidden()
    assert chart.locator(".ytick text").first.evaluate(LIGHTNESS) < 0.5
    assert page.locator("h1").evaluate(LIGHTNESS) < 0.5
    assert page.locator(".only-paper").first.inner_text().startswith("Q1 FY26 · Texas Instruments")
    assert chart.locator(".main-svg").first.evaluate("svg => svg.hasAttribute('viewBox')")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert not chart.locator(".main-svg").first.evaluate("svg => svg.hasAttribute('viewBox')")


def test_paper_shows_the_table_of_a_chart_that_cannot_be_drawn(
    sign_in: SignIn, product: Product
) -> None:
    page = sign_in("viewer")
    page.route("**/plotly*.js", lambda route: route.abort())
    page.goto(product.url + "enterprise/")
    chart = page.locator("figure:has(.chart)").last

    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")

    expect(chart.locator("details table")).to_be_visible()
    expect(chart.locator(".chart")).to_be_hidden()


def test_a_sheet_of_paper_loses_no_part_of_a_page(sign_in: SignIn, product: Product) -> None:
    page = sign_in("viewer")
    page.goto(product.url + "kpis/CCC/")

    page.emulate_media(media="print")

    columns = page.locator(".two:has(> .stack)").evaluate("one => getComputedStyle(one).display")
    assert columns == "block"
