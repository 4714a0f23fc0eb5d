"""A finance admin builds a cascade from nothing: objective, KPIs, links, target, figure, score."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SignIn
from tests.product import Product, running

LINK = re.compile(r"http://\S+/welcome/\S+/")
PASSWORD = "a-long-password-of-tests"
SECONDS = 1000


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Run an installation that holds nothing yet."""
    with running(tmp_path_factory.mktemp("shaping") / "var", "--no-demo") as product:
        yield product


@pytest.fixture
def admin(empty: Product, browser: Browser) -> Iterator[Page]:
    """Welcome the first person, who then gives themselves the role of a finance admin."""
    found = LINK.search(empty.output)
    assert found is not None, empty.output
    context = browser.new_context()
    page = context.new_page()
    page.goto(found[0])
    email = page.locator("main").inner_text()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.locator("main form button").click()
    page.goto(f"{empty.url}people/")
    address = re.search(r"\S+@\S+\w", page.locator("tbody").inner_text())
    assert address is not None, email
    page.locator("tbody a").first.click()
    page.locator("tbody tr").nth(1).get_by_label("Role").select_option("finance_admin")
    page.get_by_role("button", name="Save roles").click()
    page.goto(f"{empty.url}account/login/")
    page.get_by_label("Email").fill(address[0])
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(empty.url)
    yield page
    context.close()


def choose(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_label(name, exact=False).first.check()


def new_kpi(page: Page, code: str, name: str, rollup: str) -> None:
    page.get_by_label("Code", exact=True).fill(code)
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Category", exact=True).select_option("operational")
    page.get_by_label("Department", exact=True).select_option("OPS")
    choose(page, "Lower is better", "Every month", rollup)


def tab_to(page: Page, label: str) -> None:
    """Press Tab until the field of this label has the focus."""
    wanted = page.get_by_label(label, exact=True).first
    for _press in range(60):
        if wanted.evaluate("field => field === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{label} cannot be reached by Tab")


def make_objective(page: Page, url: str) -> None:
    """Fill the first form and send it without a mouse."""
    page.goto(f"{url}shape/new/objective/")
    for label, typed in (
        ("Code", "FLOW"),
        ("Name", "Shorter lead time"),
        ("Perspective (optional)", "Process"),
    ):
        tab_to(page, label)
        page.keyboard.type(typed)
    page.keyboard.press("Enter")
    page.wait_for_url("**/shape/children/FLOW/")


def make_department_and_input(page: Page) -> None:
    """Be led to the first department and back, and make a KPI that people enter."""
    page.get_by_role("link", name="KPI", exact=True).click()
    page.get_by_role("link", name="Make a department").click()
    page.get_by_label("Code", exact=True).fill("OPS")
    page.get_by_label("Name", exact=True).fill("Operations")
    page.get_by_role("button", name="Make department").click()
    page.wait_for_url("**/shape/new/kpi/?parent=FLOW")
    new_kpi(page, "QUEUE", "Days in the queue", "Average: a quarter")
    page.get_by_role("button", name="Make KPI").click()
    page.wait_for_url("**/shape/children/FLOW/")


def make_calculated(page: Page, url: str) -> None:
    """Make a KPI whose formula is checked while it is typed."""
    page.goto(f"{url}shape/new/kpi/?parent=FLOW")
    new_kpi(page, "LEAD", "Lead time", "Formula: calculated anew")
    formula = page.get_by_label("Formula (optional)", exact=True)
    check = page.get_by_role("status", name="Check of the formula")
    formula.fill("[QUEUE] + (2")
    expect(check).to_contain_text("Column 13: the formula ends too early")
    formula.fill("[QUEUE] + 2")
    expect(check).to_contain_text("Uses Days in the queue")
    page.get_by_role("button", name="Make KPI").click()
    page.wait_for_url("**/shape/children/FLOW/")


def set_target(page: Page, url: str, code: str, target: str) -> None:
    page.goto(f"{url}shape/targets/{code}/?year=2026")
    page.get_by_label("Target, Jan 2026", exact=True).fill(target)
    page.get_by_role("button", name="Save targets").click()
    expect(page.locator(".notice").first).to_contain_text("Saved")


def test_from_nothing_to_a_score_and_the_first_form_without_a_mouse(
    admin: Page, empty: Product
) -> None:
    make_objective(admin, empty.url)
    make_department_and_input(admin)
    make_calculated(admin, empty.url)

    admin.get_by_label("Weight, Lead time").fill("3")
    expect(admin.locator("[data-part]").first).to_have_text("75\u00a0%")
    admin.get_by_role("button", name="Save links").click()
    expect(admin.locator(".notice").first).to_contain_text("Saved; scores are being recalculated")
    set_target(admin, empty.url, "QUEUE", "10")
    set_target(admin, empty.url, "LEAD", "12")
    admin.goto(f"{empty.url}enter/OPS/?period=2026-01")
    admin.locator("input.figure").first.fill("11")
    admin.get_by_role("button", name="Submit figures").click()
    expect(admin.locator(".notice").first).to_contain_text("1 figure submitted")
    admin.goto(f"{empty.url}objectives/FLOW/?period=2026-01")

    # 2 - 11/10 is 90, 2 - 13/12 is 91.666...: one quarter and three quarters of them.
    expect(admin.locator(".score b").first).to_have_text("91.3", timeout=30 * SECONDS)


@pytest.fixture
def finance(sign_in: SignIn) -> Page:
    return sign_in("finance-admin")


def test_what_is_wrong_is_read_first_and_led_to(finance: Page, product: Product) -> None:
    finance.goto(f"{product.url}shape/kpis/CCC/")

    finance.get_by_label("Name", exact=True).fill("")
    finance.get_by_label("Formula (optional)", exact=True).fill("[DIO] +")
    finance.get_by_role("button", name="Save KPI").click()

    summary = finance.locator(".summary")
    expect(summary).to_be_focused()
    expect(finance).to_have_title(re.compile("^Error: "))
    expect(finance.get_by_label("Formula (optional)", exact=True)).to_have_value("[DIO] +")
    assert Axe().run(finance).response["violations"] == []
    summary.get_by_role("link", name="Name").click()
    expect(finance.get_by_label("Name", exact=True)).to_be_focused()


def test_forms_are_saved_without_scripts(browser: Browser, product: Product) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{product.url}account/login/")
    page.get_by_label("Email").fill("finance-admin@example.com")
    page.get_by_label("Password").fill(product.passwords["finance-admin@example.com"])
    page.get_by_role("button", name="Sign in").click()

    page.goto(f"{product.url}shape/kpis/DIO/")
    field = page.get_by_label("Tags (optional)", exact=True)
    field.fill("seen without scripts")
    page.get_by_role("button", name="Save KPI").click()
    page.goto(f"{product.url}shape/kpis/DIO/")

    expect(field).to_have_value("seen without scripts")
    context.close()
