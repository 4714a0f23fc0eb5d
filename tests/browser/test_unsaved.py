"""What was typed and not saved comes back after a sign-in that came between, to nobody else."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.product import Product

SHEET = "enter/OPERATIONS/?period=2026-Q3"
RAW = "Raw materials, Texas Instruments"
WORK = "Work in process, Texas Instruments"
BACK = re.compile("you typed before")
KEPT = "Object.keys(sessionStorage).filter((key) => key.startsWith('typed:')).length"
Again = Callable[[str], None]


@pytest.fixture
def again(page: Page, product: Product) -> Again:
    """Sign in at the page to which an ended session led."""

    def signed_in(who: str) -> None:
        page.get_by_label("Email").fill(f"{who}@example.com")
        page.get_by_label("Password").fill(product.passwords[f"{who}@example.com"])
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(re.compile("/enter/|/review/"))

    return signed_in


def send_after_the_session_ended(page: Page, button: str) -> None:
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name=button).click()
    page.wait_for_url(re.compile("/account/login/"))
    expect(page.locator("main")).to_contain_text("comes back once you sign in")


def test_a_typed_sheet_comes_back_after_the_session_ended(
    sign_in: SignIn, again: Again, product: Product
) -> None:
    page = sign_in("operations")
    page.goto(product.url + SHEET)
    page.get_by_label(RAW, exact=True).fill("493,000,000")
    page.get_by_label("Comment on " + WORK).fill("Counted twice")
    send_after_the_session_ended(page, "Submit figures")

    again("operations")

    expect(page.locator(".notice.typed")).to_contain_text("2 figures you typed before are back")
    expect(page.get_by_label(RAW, exact=True)).to_have_value("493,000,000")
    expect(page.get_by_label("Comment on " + WORK)).to_have_value("Counted twice")
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator(".notice.success")).to_contain_text("2 figures saved as draft")
    page.reload()
    expect(page.locator(".notice")).to_have_count(0)
    assert page.evaluate(KEPT) == 0


def test_nobody_else_is_shown_what_was_typed(
    sign_in: SignIn, again: Again, product: Product
) -> None:
    page = sign_in("operations")
    page.goto(product.url + SHEET)
    page.get_by_label(RAW, exact=True).fill("111,111")
    send_after_the_session_ended(page, "Save draft")

    again("finance-admin")

    expect(page.get_by_label(RAW, exact=True)).not_to_have_value("111,111")
    expect(page.get_by_text(BACK)).to_have_count(0)
    assert page.evaluate(KEPT) == 0


def test_signing_out_forgets_and_discarding_puts_back_what_stood_there(
    sign_in: SignIn, product: Product
) -> None:
    page = sign_in("operations")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(product.url + SHEET)
    before = page.get_by_label(RAW, exact=True).input_value()
    page.get_by_label(RAW, exact=True).fill("222,222")
    page.goto(product.url + SHEET)
    expect(page.get_by_text(BACK)).to_have_count(1)
    expect(page.get_by_label(RAW, exact=True)).to_have_value("222,222")

    page.get_by_role("button", name="Discard").click()

    expect(page.get_by_text(BACK)).to_have_count(0)
    expect(page.get_by_label(RAW, exact=True)).to_have_value(before)
    page.get_by_label(RAW, exact=True).fill("333,333")
    page.locator(".nav summary").last.click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("/account/login/"))
    assert page.evaluate(KEPT) == 0


def test_a_reason_to_return_a_figure_comes_back_too(
    sign_in: SignIn, again: Again, product: Product
) -> None:
    head = sign_in("operations")
    head.goto(f"{product.url}enter/OPERATIONS/?period=2026-Q4")
    head.get_by_label(RAW, exact=True).fill("5")
    head.get_by_role("button", name="Submit figures").click()
    expect(head.locator(".notice.success")).to_be_visible()
    head.context.clear_cookies()
    page = sign_in("finance-admin")
    page.goto(f"{product.url}review/?period=2026-Q4")
    row = page.get_by_role("row", name=re.compile("Raw materials"))
    row.locator("summary").click()
    row.get_by_label("Why does it go back?").fill("Five what?")
    send_after_the_session_ended(page, "Return figure")

    again("finance-admin")

    expect(page.get_by_text("1 reason you typed before is back")).to_be_visible()
    expect(page.get_by_label("Why does it go back?")).to_have_value("Five what?")
    page.get_by_role("button", name="Return figure").click()
    expect(page.locator(".notice.success")).to_contain_text("1 figure returned")
    assert page.evaluate(KEPT) == 0
