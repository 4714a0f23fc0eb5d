"""Databases of their own, reached by commands alone, as an operator reaches them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
from django.conf import settings

CASCADE = Path(__file__).parents[1] / "data" / "conformance" / "03"
OWN = ("DATABASE_URL", "BROKER_URL", "CACHE_URL", "KPIALIGN_VAR")
POSTGRES = "postgres://postgres@127.0.0.1:5432/kpialign"


@dataclass
class Machine:
    """A data folder and a database, and the commands that run on them."""

    folder: Path
    url: str

    def run(self, *command: object, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command of manage.py."""
        environment = {k: v for k, v in os.environ.items() if k not in OWN}
        environment |= {
            "DATABASE_URL": self.url,
            "KPIALIGN_VAR": str(self.folder),
            "KPIALIGN_NO_BOOTSTRAP": "1",
        }
        return subprocess.run(
            [sys.executable, "manage.py", *map(str, command)],
            cwd=settings.BASE_DIR,
            env=environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )

    def must(self, *command: object) -> str:
        """Run a command that has to succeed; return what it printed."""
        answer = self.run(*command)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout

    def filled(self) -> "Machine":
        """Migrate, import a cascade with several entities, and compute its scores."""
        self.must("migrate", "--verbosity", "0")
        self.must("import_cascade", CASCADE)
        self.must("recompute_scores")
        return self

    def sheets(self, into: str) -> dict[str, bytes]:
        """Export the cascade, and the scores, as they are now."""
        folder = self.folder / into
        self.must("export_cascade", folder)
        self.must("export_scores", "--output", folder / "scores.csv")
        return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def embedded(folder: Path, name: str) -> Machine:
    """Give a machine with a database in a file, which is not there yet."""
    home = folder / name
    home.mkdir()
    return Machine(home, f"sqlite:///{home / 'kpialign.sqlite3'}")


@contextmanager
def on_postgres(folder: Path, name: str) -> Iterator[Machine]:
    """Give a machine with an empty PostgreSQL database, dropped at the end."""
    server = urlsplit(os.environ.get("DATABASE_URL", POSTGRES))
    database = f"kpialign_{name}_{os.getpid()}"
    admin = psycopg2.connect(server._replace(path="/postgres").geturl())
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {database}")
    home = folder / name
    home.mkdir()
    try:
        yield Machine(home, server._replace(path=f"/{database}").geturl())
    finally:
        with admin.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        admin.close()
