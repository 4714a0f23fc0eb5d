"""The tree of the cascade is read by keyboard alone, as a treegrid."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.product import Product

FOCUSED = """() => {
  const row = document.activeElement.closest("tr[data-key]");
  const cell = document.activeElement.closest("td, th");
  return [row?.dataset.code ?? "", cell ? cell.textContent.trim().split("\\n")[0].trim() : ""];
}"""


@pytest.fixture
def tree(sign_in: SignIn, product: Product) -> Page:
    page = sign_in("viewer")
    page.goto(product.url + "cascade/")
    expect(page.get_by_role("treegrid")).to_be_visible()
    page.locator("tr[tabindex='0']").focus()
    return page


def at(page: Page) -> list[str]:
    found: list[str] = page.evaluate(FOCUSED)
    return found


def press(page: Page, *keys: str) -> str:
    for key in keys:
        page.keyboard.press(key)
    return at(page)[0]


def shown(page: Page, code: str) -> int:
    return page.locator(f"tr[data-code='{code}']").count()


def test_arrows_home_and_end_move_by_row(tree: Page) -> None:
    assert at(tree)[0] == "LONG-TERM-VALUE"
    assert press(tree, "ArrowDown", "ArrowDown") == "OPERATING-MARGIN"
    assert press(tree, "ArrowUp") == "MARGIN-EXPANSION"
    assert press(tree, "End") == "~inputs"
    assert press(tree, "PageUp", "PageUp", "PageUp") == "LONG-TERM-VALUE"
    assert press(tree, "PageDown", "Home") == "LONG-TERM-VALUE"


def test_right_opens_and_left_closes_and_goes_to_the_parent(tree: Page) -> None:
    press(tree, "ArrowDown", "ArrowDown", "ArrowRight")
    expect(tree.locator("tr[data-code='SGA-RATIO']")).to_have_count(1)
    row = tree.locator("tr[data-code='OPERATING-MARGIN']").first
    expect(row).to_be_focused()
    expect(row).to_have_attribute("aria-expanded", "true")

    press(tree, "ArrowLeft")
    expect(tree.locator("tr[data-code='SGA-RATIO']")).to_have_count(0)
    expect(tree.locator("tr[data-code='OPERATING-MARGIN']").first).to_be_focused()

    assert press(tree, "ArrowLeft") == "MARGIN-EXPANSION"


def test_right_goes_on_into_the_cells_and_left_comes_back_to_the_row(tree: Page) -> None:
    press(tree, "ArrowDown")

    press(tree, "ArrowRight", "ArrowRight")
    assert at(tree) == ["MARGIN-EXPANSION", "25\u00a0%"]
    press(tree, "ArrowDown")
    assert at(tree) == ["OPERATING-MARGIN", "60\u00a0%"]
    press(tree, "ArrowLeft", "ArrowLeft")

    assert at(tree) == ["OPERATING-MARGIN", ""]


def test_an_asterisk_opens_all_that_stands_beside_a_row(tree: Page) -> None:
    tree.locator("tr[data-key$='RELIABLE-FORECASTING/REVENUE-IN-OUTLOOK']").focus()
    press(tree, "*")

    expect(tree.locator("tr[data-key$='REVENUE-IN-OUTLOOK']")).to_have_attribute(
        "aria-expanded", "true"
    )
    expect(tree.locator("tr[data-key$='FORECAST-ERROR']")).to_have_attribute(
        "aria-expanded", "true"
    )
    expect(tree.locator("tr[data-key$='RELIABLE-FORECASTING/REVENUE-IN-OUTLOOK']")).to_be_focused()


def test_letters_find_a_row_by_its_name(tree: Page) -> None:
    assert press(tree, "c", "u") == "CURRENT-RATIO"


def test_enter_chooses_a_node_and_the_focus_stays_in_the_tree(tree: Page) -> None:
    press(tree, "c", "a", "s", "h", "Enter")

    expect(tree.get_by_role("complementary").get_by_role("heading", level=2)).to_have_text(
        "Cash conversion cycle"
    )
    expect(tree.locator("tr[data-code='CCC']").first).to_be_focused()
    assert "node=CCC" in tree.url


def test_rows_say_where_they_stand(tree: Page) -> None:
    row = tree.locator("tr[data-key='LONG-TERM-VALUE/WORKING-CAPITAL']")

    for name, value in (("level", "2"), ("setsize", "5"), ("expanded", "true")):
        expect(row).to_have_attribute(f"aria-{name}", value)


def test_the_tree_is_one_stop_for_tab(tree: Page) -> None:
    press(tree, "Tab")

    assert at(tree)[0] == ""
    assert shown(tree, "LONG-TERM-VALUE") == 1


def test_new_scores_and_another_period_keep_what_is_open(tree: Page) -> None:
    press(tree, "ArrowDown", "ArrowDown", "ArrowRight")
    expect(tree.locator("tr[data-code='SGA-RATIO']")).to_have_count(1)

    tree.evaluate("document.body.dispatchEvent(new CustomEvent('scores-changed'))")
    expect(tree.locator("#announcer")).to_have_text("New scores are shown.")
    expect(tree.locator("tr[data-code='SGA-RATIO']")).to_have_count(1)
    expect(tree.get_by_role("treegrid")).to_be_visible()

    tree.get_by_label("Period", exact=True).select_option("2025-Q4")
    tree.wait_for_url("**period=2025-Q4**")
    expect(tree.locator("tr[data-code='SGA-RATIO']")).to_have_count(1)
