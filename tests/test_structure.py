"""The shape of the tree: small files with one subject, plain names, nothing of one machine."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

ROOT: Path = settings.BASE_DIR
APPS = ["kpialign", "organisation", "kpis", "objectives", "dashboards"]
LONGEST_FILE = 250
LONGEST_FUNCTION = 40
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "handler", "processor"}
MACHINE_PATH = re.compile(r"(?<![\w.$}/])/(?:work|root|home|farm|Users)/")
REGISTRY = re.compile(r"pypi\.org|pythonhosted|registry\.npmjs|deb\.debian")


def below(folder: str, pattern: str) -> list[Path]:
    """Find the files below a folder of the project, its vendored ones left out."""
    return sorted(path for path in (ROOT / folder).rglob(pattern) if "vendor" not in path.parts)


SOURCES = [ROOT / "manage.py"] + [path for app in APPS for path in below(app, "*.py")]
WRITTEN = [path for path in SOURCES if "migrations" not in path.parts]
TESTS = below("tests", "*.py")
TEMPLATES = below("templates", "*.html")
STATIC = below("static", "*.js") + below("static", "*.css")
TEXTS = [
    path
    for path in (
        *SOURCES, *TESTS, *TEMPLATES, *STATIC, *below("docs", "*.md"), *below("demo", "*"),
        *ROOT.glob("*.*"), *below(".ci", "*"), ROOT / ".env.example", ROOT / ".gitignore",
        ROOT / "Dockerfile",
    )
    if path.is_file() and path != Path(__file__)
]  # fmt: skip


def names_of(paths: Iterable[Path]) -> list[str]:
    """Name the files that a test found wanting."""
    return [str(path.relative_to(ROOT)) for path in paths]


def read(path: Path) -> str:
    """Read a file of the project."""
    return path.read_text(encoding="utf-8", errors="ignore")


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Walk the functions of a file."""
    for node in ast.walk(ast.parse(read(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_a_file_is_short_enough_to_have_one_subject() -> None:
    long = [path for path in WRITTEN if len(read(path).splitlines()) > LONGEST_FILE]

    assert names_of(long) == []


def test_a_function_is_short_enough_to_be_read_at_once() -> None:
    long = [
        f"{path.relative_to(ROOT)} {node.name}: {node.end_lineno - node.lineno + 1} lines"
        for path in WRITTEN
        for node in functions(path)
        if node.end_lineno is not None and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    ]

    assert long == []


def test_a_file_begins_with_one_sentence_on_its_subject() -> None:
    def first_line(path: Path) -> str:
        lines = [line for line in read(path).splitlines() if not line.startswith("#!")]
        return (lines or [""])[0]

    silent = [
        path for path in [*WRITTEN, *TESTS] if not re.match(r'"""\S.*[.?](""")?$', first_line(path))
    ]

    assert names_of(silent) == []


def test_a_name_tells_its_subject() -> None:
    vague = [
        path for path in SOURCES if VAGUE & set(re.split(r"[_/.]", str(path.relative_to(ROOT))))
    ]

    assert names_of(vague) == []


def test_no_file_holds_a_path_of_one_machine_or_names_a_registry() -> None:
    bound = [path for path in TEXTS if MACHINE_PATH.search(read(path))]
    named = [path for path in TEXTS if REGISTRY.search(read(path))]

    assert names_of(bound) == []
    assert names_of(named) == []


def test_nothing_is_promised_or_silenced_without_a_code() -> None:
    promised = [
        path
        for path in WRITTEN
        if re.search(r"\b(TODO|FIXME|XXX|raise NotImplementedError)\b", read(path))
    ]
    silenced = [
        path
        for path in [*WRITTEN, *TESTS]
        if path != Path(__file__) and re.search(r"# noqa(?!:)|# type: ignore(?!\[)", read(path))
    ]

    assert names_of(promised) == []
    assert names_of(silenced) == []


def test_a_template_has_nothing_inline() -> None:
    inline = [
        path
        for path in TEMPLATES
        if re.search(r"\sstyle=|<style|\son[a-z]+=\"|javascript:", read(path))
        or any(
            "src=" not in attributes and 'type="application/json"' not in attributes
            for attributes in re.findall(r"<script\b([^>]*)>", read(path))
        )
    ]

    assert names_of(inline) == []


def test_a_page_extends_and_a_piece_does_not() -> None:
    def is_piece(path: Path) -> bool:
        return path.name.startswith("_") or path.parent.name == "partials"

    odd = [
        path
        for path in TEMPLATES
        if "<!doctype" not in read(path).lower() and ("{% extends" in read(path)) is is_piece(path)
    ]

    assert names_of(odd) == []


def test_a_test_is_named_as_a_sentence() -> None:
    curt = [
        f"{path.relative_to(ROOT)} {node.name}"
        for path in TESTS
        for node in functions(path)
        if node.name.startswith("test_") and node.name.count("_") < 3
    ]

    assert curt == ["tests/conftest.py test_settings"]


def addresses(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Walk every address of the product."""
    for entry in resolver.url_patterns:
        path = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry, path)
        else:
            yield path, entry


def test_an_address_is_lower_case_ends_in_a_slash_and_has_a_name() -> None:
    for path, entry in addresses(get_resolver()):
        plain = re.sub(r"<\w+:\w+>|<\w+>|\.(csv|xlsx|zip)$", "", path)

        assert re.fullmatch(r"[a-z/-]*", plain.removeprefix("api/v1")), path
        is_file = path.endswith((".csv", ".xlsx", ".zip"))
        assert path in {"", "healthz", "readyz"} or path.endswith("/") or is_file, path
        assert entry.name, path
        assert re.fullmatch(r"[a-z_]+", entry.name), entry.name
