"""People of the demo sign in with what `up` printed, and see their home."""

import pytest

from tests.browser.conftest import SignIn


@pytest.mark.parametrize("who", ["executive", "operations", "finance-admin", "viewer"])
def test_a_person_of_the_demo_signs_in_and_reaches_home(sign_in: SignIn, who: str) -> None:
    problems: list[str] = []
    page = sign_in(who)
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))

    page.reload()

    assert page.locator("h1").count() == 1
    assert problems == []
