"""The settings are safe with nothing set, and complete in .env.example."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

ROOT = settings.BASE_DIR


def run_python(script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a process of its own, with nothing set but what is given."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=kept | {"DJANGO_SETTINGS_MODULE": "kpialign.settings"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def told(script: str, **environment: str) -> dict[str, object]:
    """Run a script that prints one JSON object, and read it."""
    done = run_python(script, **environment)
    assert done.returncode == 0, done.stderr
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


SHOW = """
import json, django
from django.conf import settings
django.setup()
print(json.dumps({"debug": settings.DEBUG, "key": settings.SECRET_KEY,
    "hosts": settings.ALLOWED_HOSTS, "var": str(settings.KPIALIGN_VAR)}))
"""
SHOW_SERVICES = """
import json, django
from django.conf import settings
django.setup()
print(json.dumps({"database": settings.DATABASES["default"]["OPTIONS"],
    "cache": settings.CACHES["default"]["OPTIONS"],
    "proxies": settings.REST_FRAMEWORK["NUM_PROXIES"],
    "hosts": settings.ALLOWED_HOSTS, "mail": settings.EMAIL_TIMEOUT,
    "cookies": [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME],
    "folder": settings.KPIALIGN_VAR.exists()}))
"""
PRAGMAS = """
import json, django
django.setup()
from django.db import connection
def pragma(name):
    with connection.cursor() as cursor:
        return cursor.execute(f"PRAGMA {name}").fetchone()[0]
names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
print(json.dumps({name: pragma(name) for name in names}))
"""


def mode(path: Path) -> int:
    """Give the permission bits of a file."""
    return path.stat().st_mode & 0o777


def test_with_nothing_set_debugging_is_off_and_only_this_machine_is_served(tmp_path: Path) -> None:
    shown = told(SHOW, KPIALIGN_VAR=str(tmp_path / "var"))

    assert shown["debug"] is False
    assert shown["hosts"] == ["127.0.0.1", "localhost", "[::1]"]


def test_the_folder_is_private_and_so_is_the_key_made_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "alpine"

    shown = told(SHOW, KPIALIGN_VAR=str(folder))

    assert mode(folder.parent) == mode(folder) == 0o700
    assert mode(folder / "secret.key") == 0o600
    assert mode(folder / "broker") == mode(folder / "broker" / "messages") == 0o700
    assert (folder / "secret.key").read_text() == shown["key"]
    assert len(str(shown["key"])) >= 80


def test_the_key_is_made_once(tmp_path: Path) -> None:
    first, second = (told(SHOW, KPIALIGN_VAR=str(tmp_path / "var")) for _ in range(2))

    assert first["key"] == second["key"]


def test_a_key_in_the_environment_is_used_and_none_is_kept(tmp_path: Path) -> None:
    shown = told(SHOW, KPIALIGN_VAR=str(tmp_path / "var"), SECRET_KEY="from-outside")

    assert shown["key"] == "from-outside"
    assert not (tmp_path / "var" / "secret.key").exists()


def test_a_folder_left_open_is_closed_again(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    folder.mkdir(mode=0o755)
    (folder / "secret.key").write_text("an-old-key")
    (folder / "secret.key").chmod(0o644)

    told(SHOW, KPIALIGN_VAR=str(folder))

    assert mode(folder) == 0o700
    assert mode(folder / "secret.key") == 0o600


def test_a_folder_of_others_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir(mode=0o755)
    (folder / "letter.txt").write_text("not ours")

    done = run_python(SHOW, KPIALIGN_VAR=str(folder))

    assert done.returncode != 0
    assert "let KPIALIGN_VAR name a folder of its own" in done.stderr
    assert mode(folder) == 0o755


def test_sqlite_keeps_what_it_has_acknowledged(tmp_path: Path) -> None:
    pragmas = told(PRAGMAS, KPIALIGN_VAR=str(tmp_path / "var"))

    full = 2
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": full,
        "foreign_keys": 1,
        "busy_timeout": 20_000,
    }


def test_a_named_sqlite_file_needs_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "other.sqlite3"

    pragmas = told(PRAGMAS, KPIALIGN_VAR=str(tmp_path / "var"), DATABASE_URL=f"sqlite:///{file}")

    assert pragmas["journal_mode"] == "wal"
    assert file.exists()
    assert not (tmp_path / "var" / "kpialign.sqlite3").exists()


def test_the_web_process_of_a_server_stops_without_a_key_and_names_it(tmp_path: Path) -> None:
    done = run_python(
        "import kpialign.wsgi",
        KPIALIGN_VAR=str(tmp_path / "var"),
        DATABASE_URL="postgres://nobody@127.0.0.1:1/none",
    )

    assert done.returncode != 0
    assert "SECRET_KEY is not set" in done.stderr


def test_the_web_process_of_a_server_starts_with_a_key(tmp_path: Path) -> None:
    for folder in (tmp_path / "var", tmp_path / "var" / "static"):
        folder.mkdir(mode=0o700)

    done = run_python(
        "import kpialign.wsgi",
        KPIALIGN_VAR=str(tmp_path / "var"),
        DATABASE_URL="postgres://nobody@127.0.0.1:1/none",
        SECRET_KEY="from-outside",
    )

    assert done.returncode == 0, done.stderr


def test_a_server_behind_a_proxy_trusts_what_it_is_told_and_waits_for_nobody_long(
    tmp_path: Path,
) -> None:
    shown = told(
        SHOW_SERVICES,
        KPIALIGN_VAR=str(tmp_path / "var"),
        DATABASE_URL="postgres://nobody@127.0.0.1:1/none?sslmode=require&connect_timeout=9",
        BROKER_URL="redis://127.0.0.1:1/0",
        CACHE_URL="redis://127.0.0.1:1/1",
        SECRET_KEY="from-outside",
        ALLOWED_HOSTS="kpi.example.com",
        TRUSTED_PROXY_COUNT="1",
        HTTPS="True",
    )

    assert shown == {
        "database": {
            "sslmode": "require",
            "connect_timeout": 9,
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 15_000,
        },
        "cache": {"socket_timeout": 2, "socket_connect_timeout": 1.5},
        "proxies": 1,
        "hosts": ["kpi.example.com", "127.0.0.1", "localhost", "[::1]"],
        "mail": 10,
        "cookies": ["__Host-sessionid", "__Host-csrftoken"],
        "folder": False,
    }


def test_every_variable_is_in_the_example_and_every_example_is_read() -> None:
    source = (ROOT / "kpialign" / "settings.py").read_text()
    source += (ROOT / "manage.py").read_text().replace('environ.get("', 'env.get("')
    read = set(re.findall(r'\benv\.[a-z_]+\(\s*"([A-Z_]+)"', source))
    read |= set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    example = (ROOT / ".env.example").read_text()
    shown = re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE)

    assert set(shown) == read
    assert len(shown) == len(set(shown))


def test_healthz_answers_anyone_without_the_database(client: Client) -> None:
    answer = client.get("/healthz")

    assert answer.status_code == 200
    assert answer.content == b"alive\n"


def test_healthz_changes_nothing(client: Client) -> None:
    assert client.post("/healthz").status_code == 405


def test_every_answer_forbids_what_the_pages_do_not_need(client: Client) -> None:
    headers = client.get("/healthz").headers

    policy = dict(
        directive.strip().split(" ", 1)
        for directive in headers["Content-Security-Policy"].split(";")
    )
    assert policy == {
        "default-src": "'self'",
        "script-src": "'self'",
        "style-src": "'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
        "img-src": "'self' data:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example"])
def test_a_host_that_is_not_ours_is_refused(client: Client, host: str) -> None:
    answer = client.get("/account/login/", headers={"host": host})

    assert answer.status_code == 400
