"""A close from beginning to end: a figure returned, sent anew, approved; closed, and reopened."""

import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.product import Product, running

QUARTER = "2026-Q1"
SHEET = f"enter/OPERATIONS/?period={QUARTER}"
RAW = "Raw materials, Texas Instruments"
REASON = "The recount says 493, not 493,000"
SECONDS = 1000
As = Callable[..., Page]


@pytest.fixture(scope="module")
def own_product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Run a demo of its own: what is closed here would stand in the way of other tests."""
    with running(tmp_path_factory.mktemp("close") / "var") as one:
        yield one


@pytest.fixture
def signed_in(own_product: Product, browser: Browser) -> Iterator[As]:
    """Sign a demo person in, in a window of their own."""
    opened: list[BrowserContext] = []

    def window(who: str, **settings: object) -> Page:
        context = browser.new_context(**settings)  # type: ignore[arg-type]  # the browser's own names
        opened.append(context)
        page = context.new_page()
        page.goto(f"{own_product.url}account/login/")
        page.get_by_label("Email").fill(f"{who}@example.com")
        page.get_by_label("Password").fill(own_product.passwords[f"{who}@example.com"])
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(own_product.url)
        return page

    yield window
    for context in opened:
        context.close()


def sound(page: Page) -> None:
    """Look at the page as axe does, light, dark and narrow; it never scrolls sideways."""
    size = page.viewport_size
    assert size is not None
    for scheme, width in (("light", 1440), ("dark", 1440), ("light", 360)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 800})
        found = Axe().run(page)
        assert found.response["violations"] == [], found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size(size)


def submit(page: Page, product: Product, value: str) -> None:
    page.goto(product.url + SHEET)
    page.get_by_label(RAW, exact=True).fill(value)
    page.get_by_label("Reason for " + RAW).fill("Recount at the end of the quarter")
    page.get_by_role("button", name="Submit figures").click()
    expect(page.locator(".notice")).to_contain_text("1 figure submitted")


def test_a_quarter_is_closed_and_reopened_by_those_who_may(
    own_product: Product, signed_in: As
) -> None:
    head, finance, executive = (
        signed_in(who) for who in ("operations", "finance-admin", "executive")
    )
    url = own_product.url

    submit(head, own_product, "493,000")
    finance_returns(finance, url)
    head_finds_the_returned_figure(head, url)
    submit(head, own_product, "493,000,000")
    finance_approves_and_closes(finance, url)
    head.goto(url + SHEET)
    expect(head.locator("main")).to_contain_text("Q1 FY26 is closed: Finance Admin")
    expect(head.locator("input.figure")).to_have_count(0)
    executive.goto(f"{url}objectives/WORKING-CAPITAL/?period={QUARTER}")
    expect(executive.locator(".score b").first).to_have_text(re.compile(r"\d"))
    two_people_reopen(finance, executive, url)
    head.goto(url + SHEET)
    expect(head.get_by_label(RAW, exact=True)).to_be_editable()


def finance_returns(finance: Page, url: str) -> None:
    finance.goto(url)
    finance.locator("main").get_by_role("link", name=re.compile("1 figure to review")).click()
    row = finance.get_by_role("row", name=re.compile("Raw materials"))
    expect(row).to_contain_text("A tenth of the last figure or less")
    row.locator("summary").click()
    row.get_by_role("button", name="Return figure").click()
    expect(finance.get_by_role("alert")).to_contain_text("Say why the figure goes back")
    sound(finance)
    finance.get_by_label("Why does it go back?").fill(REASON)
    finance.get_by_role("button", name="Return figure").click()
    expect(finance.locator("h1")).to_have_text("Nothing to review")


def head_finds_the_returned_figure(head: Page, url: str) -> None:
    head.goto(url)
    expect(head.locator("h1")).to_contain_text("Returned: Raw materials")
    expect(head.locator("main")).to_contain_text(REASON)
    head.get_by_role("link", name=re.compile("Mend the figure")).click()
    expect(head.locator("main")).to_contain_text("Returned by Finance Admin")
    sound(head)


def finance_approves_and_closes(finance: Page, url: str) -> None:
    finance.goto(f"{url}periods/{QUARTER}/")
    expect(finance.locator("h1")).to_contain_text("1 gap before it can be closed")
    sound(finance)
    finance.get_by_role("link", name=re.compile("Review Raw materials")).click()
    finance.get_by_label("Tick all figures of this page").check()
    finance.get_by_role("button", name="Approve selected").click()
    expect(finance.locator(".notice")).to_contain_text("1 figure approved")
    finance.goto(f"{url}periods/{QUARTER}/")
    finance.get_by_role("button", name="Close Q1 FY26").click()
    expect(finance.locator("h1")).to_have_text("Q1 FY26 is closed")


def two_people_reopen(finance: Page, executive: Page, url: str) -> None:
    finance.get_by_label("Why must it be reopened?").fill("An invoice came late")
    finance.get_by_role("button", name="Ask to reopen").click()
    expect(finance.locator("main")).to_contain_text("somebody else must confirm it")
    executive.goto(url)
    told = re.compile("Reopening of Q1 FY26 waits")
    executive.locator("main").get_by_role("link", name=told).click()
    sound(executive)
    executive.get_by_role("button", name="Confirm reopening").click()
    expect(executive.locator("main")).to_contain_text("Reopened, with what rests on it")


def test_finance_reviews_and_closes_without_scripts(own_product: Product, signed_in: As) -> None:
    head = signed_in("operations", java_script_enabled=False)
    head.goto(f"{own_product.url}enter/OPERATIONS/?period=2026-Q2")
    head.get_by_label(RAW, exact=True).fill("500,000,000")
    head.get_by_role("button", name="Submit figures").click()

    finance = signed_in("finance-admin", java_script_enabled=False)
    finance.goto(f"{own_product.url}review/?period=2026-Q2")
    finance.get_by_role("button", name="Approve all 1 on this page").click()
    expect(finance.locator(".notice")).to_contain_text("1 figure approved")
    finance.goto(f"{own_product.url}periods/2026-Q2/")
    finance.get_by_label("Why does it close without these figures?").fill("The plant burned down")
    finance.get_by_role("button", name="Close Q2 FY26").click()

    expect(finance.locator("h1")).to_have_text("Q2 FY26 is closed")
    expect(finance.locator("main")).to_contain_text("The plant burned down")
