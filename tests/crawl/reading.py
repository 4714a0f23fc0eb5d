"""Read a page as a browser does: where it leads, what it sends, and what of it would be run."""

from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from tests.crawl.nasty import MARK
from tests.journeys.visitor import Form, FormReader

LEADING = ("href", "src", "hx-get")
DATA = {"application/json"}  # what a browser never runs


class PageReader(FormReader):
    """Collects the forms and links of a page, and everything that a page may not hold."""

    def __init__(self, page: str) -> None:
        """Read it whole."""
        super().__init__()
        self.links: list[str] = []
        self.faults: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at an element before its form is noted."""
        given = {name: value or "" for name, value in attrs}
        self.links += [given[name] for name in LEADING if given.get(name)]
        self.faults += [f"<{tag} {attrs}>" for _ in _forbidden(tag, given)]
        super().handle_starttag(tag, attrs)
        if "hx-post" in given and self._open:
            around = self._open[-1]
            self.forms.append(Form(given["hx-post"], "post", around.held, around.names))


def _forbidden(tag: str, given: dict[str, str]) -> Iterator[str]:
    if tag == "style" or (tag == "script" and "src" not in given and given.get("type") not in DATA):
        yield "inline code"
    for name, value in given.items():
        if name == "style" or name.startswith(("on", "hx-on")):
            yield "inline code"
        if value.strip().lower().startswith(("javascript:", "data:text")) and name in LEADING:
            yield "a link that is code"
    if MARK in tag or any(MARK in name for name in given):
        yield "not escaped"


def inside(page: str, link: str) -> str:
    """Give the address within the product that a link leads to; nothing if it leads elsewhere."""
    joined = urlsplit(urljoin(f"http://testserver{page}", link))
    if joined.scheme != "http" or joined.netloc != "testserver":
        return ""
    if joined.path.startswith("/static/"):
        return ""
    return joined._replace(scheme="", netloc="", fragment="").geturl()
