"""Walk through the product as one person: open what pages lead to, send what they let one send."""

import json
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urljoin, urlsplit

from django.core.cache import cache
from django.db import transaction
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import Resolver404, resolve

from tests.access import read_whole
from tests.crawl.nasty import NASTY, written
from tests.crawl.reading import PageReader, inside
from tests.journeys.visitor import Button, Form

FORM = "application/x-www-form-urlencoded"
FRAGMENT = {"HX-Request": "true"}
Sent = tuple[str, Form, Button | None]


@dataclass
class Walker:
    """One person at a browser; `faults` is what should not have been."""

    client: Client
    chosen: random.Random
    faults: list[str] = field(default_factory=list)
    opened: dict[str, list[str]] = field(default_factory=dict)  # addresses, by their shapes
    forms: dict[str, Sent] = field(default_factory=dict)

    def walk(self, starts: list[str], *, pages: int, alike: int) -> None:
        """Open what can be reached, so many pages and so many of one shape; note their forms."""
        waiting = [("", start) for start in starts]
        while waiting and pages:
            page, link = waiting.pop(self.chosen.randrange(len(waiting)))
            path = inside(page, link)
            known = self.opened.setdefault(shape(path), [])
            if not path or path in known or len(known) == alike:
                continue
            known.append(path)
            pages -= 1
            answer = self.get(path)
            if page and answer.status_code >= 400:
                self.faults.append(f"{page} leads to {path}: {answer.status_code}")
            waiting += [(path, found) for found in self._note(path, answer)]
            self.get(path, FRAGMENT)

    def _note(self, path: str, answer: HttpResponseBase) -> list[str]:
        """Keep the forms of a page, and give its links."""
        if "Location" in answer:
            return [answer["Location"]]
        reader = PageReader(page_of(answer))
        for form in reader.forms:
            to = urljoin(path, form.action)
            buttons: list[Button | None] = [*form.buttons] or [None]
            for button in buttons:
                sends = "" if button is None else f"{button.name}={button.value}"
                key = f"{form.method} {shape(to)} {sorted(form.names)} {sends}"
                self.forms.setdefault(key, (to, form, button))
        return reader.links

    def send_all(self, times: int) -> None:
        """Send each form with each of its fields in turn nasty, at most so many times in all."""
        tries = [
            (sent, name, value)
            for sent in self.forms.values()
            for name in sorted(names_of(sent))
            for value in NASTY
        ]
        for sent, name, value in self.chosen.sample(tries, min(times, len(tries))):
            self.send(sent, {name: value})

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> HttpResponseBase:
        """Open an address and look at the answer."""
        answer = self.client.get(path, headers=headers or {})
        self.look(f"GET {path[:200]} {dict(headers or {})}", answer)
        return answer

    def send(self, sent: Sent, typed: Mapping[str, str]) -> None:
        """Send a form with these fields, see where it leads, and undo what it did."""
        path, form, button = sent
        held = {name: form.held.get(name, []) for name in sorted(form.names)}
        if button is not None and button.name:
            held[button.name] = [button.value]
        held |= {name: [value] for name, value in typed.items()}
        pairs = [(name, value) for name, values in held.items() for value in values]
        body = "&".join(f"{written(name)}={written(value)}" for name, value in pairs)
        told = f"{form.method} {path[:200]} { ({k: v[:60] for k, v in typed.items()})!r}"
        with undone(self.client):
            if form.method == "get":
                answer = self.client.get(f"{path.partition('?')[0]}?{body}")
            else:
                answer = self.client.post(path, body, content_type=FORM)
            self.look(told, answer)
            if "Location" in answer and (then := inside(path, answer["Location"])):
                self.look(f"after {told}", self.client.get(then))

    def look(self, told: str, answer: HttpResponseBase) -> None:
        """Note what is wrong with an answer."""
        self.faults += [f"{told}: {fault}" for fault in faults_of(answer)]


@contextmanager
def undone(client: Client) -> Iterator[None]:
    """Undo what is written meanwhile, and forget the cookies that are given."""
    cache.clear()  # some doors count how often they are tried
    kept = {name: morsel.value for name, morsel in client.cookies.items()}
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    client.cookies.clear()
    client.cookies.load(kept)


def names_of(sent: Sent) -> set[str]:
    """Name the fields of a form, and its button."""
    _path, form, button = sent
    return form.names | ({button.name} if button is not None and button.name else set())


def faults_of(answer: HttpResponseBase) -> Iterator[str]:
    """Tell what no answer may be: failed, allowing or holding inline code, with text unescaped."""
    if answer.status_code >= 500:
        raised = getattr(answer, "exc_info", None)
        yield f"{answer.status_code} {raised[1]!r}"[:300] if raised else str(answer.status_code)
    if "crawl" in answer.cookies:
        yield "a cookie that was typed"
    kind = answer.get("Content-Type", "")
    if "json" in kind and "NaN" in page_of(answer):
        yield from _strict_json(page_of(answer))
    if not kind.startswith("text/html"):
        read_whole(answer)
        return
    policy = answer.get("Content-Security-Policy", "")
    if "script-src 'self'" not in policy or "unsafe-inline" in policy or "nonce" in policy:
        yield f"the policy is {policy!r}"
    yield from PageReader(page_of(answer)).faults


def _strict_json(text: str) -> Iterator[str]:
    found: list[str] = []
    json.loads(text, parse_constant=found.append)
    yield from found


def page_of(answer: HttpResponseBase) -> str:
    """Give the text of an answer; of a file none."""
    return "" if answer.streaming else answer.content.decode()  # type: ignore[attr-defined]


def shape(path: str) -> str:
    """Name what an address is, without its codes and values."""
    parts = urlsplit(path)
    try:
        name = resolve(parts.path).view_name
    except Resolver404:
        name = parts.path
    return f"{name} {sorted({name for name, _ in parse_qsl(parts.query)})}"
