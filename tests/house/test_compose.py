"""The compose file describes a server that works: its commands and settings are run here."""

import os
import re
from collections.abc import Iterator
from contextlib import closing, suppress
from html import unescape
from http.client import HTTPException
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest

from tests.deployment import GIVEN, ROOT, Deployment, Visitor, compose_config, running
from tests.house.eventually import eventually

PRODUCT = ("migrate", "web", "worker", "beat")
CASCADE = ROOT / "tests" / "data" / "conformance" / "04"
HEAD, PASSWORD = "d0@example.org", "a password of the tests"
ALL_READY = "ready\ndatabase: ready\nmigrations: ready\nbroker: ready\nworker: ready\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """Make an empty database beside the tests' own, and drop it afterwards."""
    server = urlsplit(os.environ["DATABASE_URL"])
    name = f"kpialign_compose_{os.getpid()}"
    with closing(psycopg2.connect(urlunsplit(server._replace(path="/postgres")))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
            yield urlunsplit(server._replace(path=f"/{name}"))
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def deployment(folder: Path, database: str) -> Iterator[Deployment]:
    """Prepare a database as the migrate service does, and run the rest."""
    described = Deployment(
        folder,
        compose_config(folder),
        {
            "postgres://kpialign:secret@db:5432/kpialign": database,
            "redis://redis:6379/0": os.environ["BROKER_URL"],
            "redis://redis:6379/1": os.environ["CACHE_URL"],
            "/srv/kpialign": str(folder / "srv"),
        },
    )
    for command in (
        ["python", "manage.py", "collectstatic", "--no-input"],  # as the Dockerfile does
        described.config["services"]["migrate"]["command"],
        ["python", "manage.py", "import_cascade", str(CASCADE)],
    ):
        done = described.run("migrate", command)
        assert done.returncode == 0, done.stderr
    described.run("web", ["python", "manage.py", "set_password", HEAD], f"{PASSWORD}\n")
    with running(described):
        eventually(lambda: described.is_healthy("web"), within=30)
        yield described


def test_compose_refuses_to_start_without_its_secrets(tmp_path: Path) -> None:
    for missing in ("SECRET_KEY", "POSTGRES_PASSWORD"):
        with pytest.raises(ValueError, match=f"required variable {missing} is missing"):
            compose_config(tmp_path, {key: GIVEN[key] for key in GIVEN if key != missing})


def test_the_compose_file_holds_no_secret(folder: Path) -> None:
    text = (ROOT / "docker-compose.yml").read_text()

    for name in ("SECRET_KEY", "POSTGRES_PASSWORD"):
        assert all(
            line.strip().startswith("#") or "${" + name + ":?" in line
            for line in text.splitlines()
            if name in line
        )


def test_no_service_may_write_its_disk_or_gain_rights(folder: Path) -> None:
    for name, service in compose_config(folder)["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["init"] is True, name
        assert service["user"] not in {"", "0", "root"}, name
        assert "healthcheck" in service or name == "migrate", name


def test_every_part_gets_every_setting_and_time_to_stop(folder: Path) -> None:
    services = compose_config(folder, {**GIVEN, "EMAIL_URL": "smtp://mail:25"})["services"]

    for name in PRODUCT:
        environment = services[name]["environment"]
        assert environment["EMAIL_URL"] == "smtp://mail:25"
        assert environment["TRUSTED_PROXY_COUNT"] == "1"
        assert environment["HTTPS"] == "True"
        assert services[name]["stop_grace_period"] == "45s"
        assert isinstance(services[name]["command"], list)


def test_what_compose_reads_is_in_the_example() -> None:
    read = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    example = (ROOT / ".env.example").read_text()

    assert read <= set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE))


def test_the_guide_to_a_server_tells_every_setting() -> None:
    example = (ROOT / ".env.example").read_text()
    table = re.findall(r"^\| (.+?) \|", (ROOT / "docs" / "deploying.md").read_text(), re.MULTILINE)

    told = {name for cell in table for name in re.findall(r"`([A-Z_]+)`", cell)}
    assert told == set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE))


def test_the_image_takes_every_app_and_nothing_that_is_secret_or_large() -> None:
    taken = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    apps = {path.parent.name for path in ROOT.glob("*/apps.py")}

    assert apps | {"manage.py", "static", "templates", "LICENSE"} <= taken
    assert not taken & {".env", ".git", "var", "tests", ".venv"}


@pytest.mark.services
def test_the_sign_in_page_is_served_behind_the_proxy(deployment: Deployment) -> None:
    status, headers, page = Visitor(deployment.port).ask("GET", "/account/login/")

    assert status == 200
    assert "max-age=31536000" in headers["Strict-Transport-Security"]
    assert "__Host-csrftoken" in headers["Set-Cookie"]
    sheet = re.search(r'href="(/static/[^"]+\.css)"', page)
    assert sheet is not None
    status, headers, _ = Visitor(deployment.port).ask("GET", sheet[1])
    assert status == 200
    assert "immutable" in headers["Cache-Control"]


@pytest.mark.services
def test_without_tls_the_page_sends_to_where_it_is(deployment: Deployment) -> None:
    plain = Visitor(deployment.port, {"Host": "kpi.example.com"})

    status, headers, _ = plain.ask("GET", "/account/login/")

    assert (status, headers["Location"]) == (301, "https://kpi.example.com/account/login/")


@pytest.mark.services
def test_the_server_gets_ready_and_its_health_checks_say_so(deployment: Deployment) -> None:
    here = Visitor(deployment.port, {"Host": f"127.0.0.1:{deployment.port}"})

    eventually(lambda: here.ask("GET", "/readyz")[2] == ALL_READY, within=30)
    eventually(lambda: Visitor(deployment.port).ask("GET", "/readyz")[2] == "ready\n", within=5)
    # The first beat comes five seconds after its start.
    assert eventually(lambda: deployment.is_healthy("beat"), within=30)
    assert deployment.is_healthy("web")
    assert deployment.is_healthy("worker")


@pytest.mark.services
def test_a_figure_is_scored_under_the_id_of_the_request_that_brought_it(
    deployment: Deployment,
) -> None:
    head = Visitor(deployment.port)
    signed_in = head.post("/account/login/", {"login": HEAD, "password": PASSWORD})
    assert signed_in[0] == 302
    sheet = "/enter/D0/?period=2020-04"
    shown = re.findall(r'name="(\d+-\d+-\w+)"(?: value="([^"]*)")?', head.ask("GET", sheet)[2])
    cell = shown[0][0].rpartition("-")[0]
    typed = {f"{cell}-figure": "41.5", f"{cell}-why": "Recount", "action": "submit"}

    status, headers, _ = head.post(sheet, {name: unescape(value) for name, value in shown} | typed)

    assert status == 302

    def scored_by() -> set[str]:
        return {
            line["request_id"]
            for line in deployment.lines("worker")
            if line["event"] == "scores_refreshed" and "request_id" in line
        }

    eventually(lambda: headers["X-Request-ID"] in scored_by(), within=30)
    web = [line for line in deployment.lines("web") if line["event"] == "request_finished"]
    asked = [line for line in web if line["request_id"] == headers["X-Request-ID"]]
    assert [(line["request"], line["ip"]) for line in asked] == [(f"POST {sheet}", "203.0.113.7")]


@pytest.mark.services
def test_a_web_process_that_is_told_to_stop_cuts_no_request_off(deployment: Deployment) -> None:
    answered: list[int] = []
    cut_off: list[OSError | HTTPException] = []

    def ask_until_refused() -> None:
        with suppress(ConnectionRefusedError):
            while True:
                try:
                    answered.append(Visitor(deployment.port).ask("GET", "/account/login/")[0])
                except ConnectionRefusedError:
                    raise
                except (OSError, HTTPException) as error:
                    cut_off.append(error)

    people = [Thread(target=ask_until_refused) for _ in range(12)]
    for person in people:
        person.start()
    eventually(lambda: len(answered) >= len(people), within=30)
    code = deployment.stop("web")
    for person in people:
        person.join()
    deployment.start("web")

    assert code == 0
    assert cut_off == []
    assert set(answered) == {200}


@pytest.mark.services
def test_each_part_stops_when_it_is_told_to(deployment: Deployment) -> None:
    codes = {}
    for name in ("beat", "worker", "web"):
        codes[name] = deployment.stop(name)
        deployment.start(name)
    eventually(lambda: deployment.is_healthy("web"), within=30)

    assert set(codes.values()) == {0}
    assert "Traceback" not in "".join(deployment.log(name).read_text() for name in codes)
