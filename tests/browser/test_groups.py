"""Many entities in a browser: found by typing, compared, followed down to one and up again."""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect

from tests.product import Product, running

PAGES = [
    "entities/",
    "entities/?node=ATTENDANCES&status=not_scored",
    "entities/matrix/?department=EMERGENCY",
    "entities/find/?q=RF",
    "kpis/ATTENDANCES/",
    "kpis/WITHIN-4H/?entity=NNF18&period=2017-02",
]
Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def emergency(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Run the demo with many entities."""
    with running(tmp_path_factory.mktemp("groups") / "var", "--demo", "nhs") as one:
        yield one


@pytest.fixture(scope="module")
def signed_in(emergency: Product, browser: Browser) -> StorageState:
    """Sign the executive in once."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{emergency.url}account/login/")
    page.get_by_label("Email").fill("executive@example.com")
    page.get_by_label("Password").fill(emergency.passwords["executive@example.com"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(emergency.url)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def visit(emergency: Product, signed_in: StorageState, browser: Browser) -> Iterator[Visit]:
    """Open a page in a window of its own."""
    opened: list[BrowserContext] = []

    def visited(path: str, *, width: int = 1440, **window: object) -> Page:
        size = {"width": width, "height": 800}
        context = browser.new_context(storage_state=signed_in, viewport=size, **window)  # type: ignore[arg-type]  # the browser's own names
        opened.append(context)
        page = context.new_page()
        page.goto(emergency.url + path)
        return page

    yield visited
    for context in opened:
        context.close()


@pytest.mark.parametrize("width", [1440, 360])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_in_light_or_dark(visit: Visit, path: str, width: int) -> None:
    page = visit(path, width=width, color_scheme="light")

    light = Axe().run(page)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    dark = Axe().run(page)

    assert light.response["violations"] == [], light.generate_report()
    assert dark.response["violations"] == [], dark.generate_report()


@pytest.mark.parametrize("path", PAGES)
def test_no_page_scrolls_sideways(visit: Visit, path: str) -> None:
    page = visit(path, width=320)
    wide = {}

    for width in (320, 768, 1024):
        page.set_viewport_size({"width": width, "height": 800})
        wide[width] = page.evaluate("document.documentElement.scrollWidth")

    assert {width: found for width, found in wide.items() if found > width} == {}


def test_an_entity_is_found_by_typing_and_the_page_stays(visit: Visit) -> None:
    page = visit("kpis/WITHIN-4H/?period=2018-04")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))

    field = page.get_by_label("Entity, by name or code")
    field.focus()
    expect(page.locator("#entity-options option")).to_have_count(275)
    field.fill("provider rf4")
    field.press("Enter")

    page.wait_for_url("**/kpis/WITHIN-4H/?period=2018-04&entity=RF4")
    expect(page.locator(".entity-path")).to_contain_text("Provider RF4")
    page.locator(".entity-path").get_by_role("link", name="England").click()
    page.wait_for_url("**/kpis/WITHIN-4H/?period=2018-04")
    assert complaints == []


def test_without_scripts_an_entity_is_found_in_the_list(visit: Visit) -> None:
    page = visit("enterprise/", java_script_enabled=False)

    page.get_by_label("Entity, by name or code").fill("RF")
    page.get_by_role("button", name="Go").click()
    page.get_by_role("region", name="Found").get_by_role("link", name="Provider RF4").click()

    page.wait_for_url("**/enterprise/?entity=RF4")


def test_the_comparison_is_filtered_sorted_and_leads_down(visit: Visit) -> None:
    page = visit("entities/?node=WITHIN-4H")

    page.get_by_label("Order").select_option("name")
    page.wait_for_url("**/entities/?node=WITHIN-4H&sort=name")
    page.locator(".chip", has_text="off track").click()
    page.wait_for_url("**status=off_track**")
    page.locator("table.entities tbody tr").nth(1).get_by_role("link").click()

    page.wait_for_url("**/kpis/WITHIN-4H/?entity=**")
    expect(page.locator("h1")).to_contain_text("misses its target")
