"""Name the three parts of the product, and how each is started."""

import os
import signal
import sys
from pathlib import Path

from django.conf import settings

from kpialign.supervisor.children import Part


def parts(folder: Path, host: str, port: int) -> list[Part]:
    """Give web, worker and beat, in the order in which they start."""
    python, logs = sys.executable, folder / "logs"
    celery = [python, "-m", "celery", "--app", "kpialign.celery"]
    web = ["--worker-class", "gthread", "--workers", "2", "--threads", "4"]
    web += ["--graceful-timeout", "5", "--no-control-socket", "--log-level", "warning"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO"]
    return [
        Part(
            "web",
            [python, "-m", "gunicorn", "kpialign.wsgi", "--bind", bind_name(host, port), *web],
            logs / "web.log",
            # gunicorn's first process takes its workers along, which a kill would leave behind.
            dies_by=signal.SIGTERM,
        ),
        Part(
            "worker",
            [*celery, "worker", "--pool", "threads", "--concurrency", "2", *quiet],
            logs / "worker.log",
        ),
        Part(
            "beat",
            [*celery, "beat", "--pidfile", "", "--loglevel", "INFO"],
            logs / "beat.log",
        ),
    ]


def bind_name(host: str, port: int) -> str:
    """Write an address as gunicorn reads it: IPv6 in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def environment(public_url: str) -> dict[str, str]:
    """Give the parts this process's own settings, whatever those were found from."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "kpialign.settings",
        "KPIALIGN_VAR": str(settings.KPIALIGN_VAR),
        "SECRET_KEY": settings.SECRET_KEY,
        "PUBLIC_URL": public_url,
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "INFO"),
        # The filesystem broker moves messages there; the common folder is open to everyone.
        "TMPDIR": str(settings.KPIALIGN_VAR / "tmp"),
        "PYTHONUNBUFFERED": "1",
        # Found from whatever folder `up` was started in.
        "PYTHONPATH": os.pathsep.join(
            filter(None, [str(settings.BASE_DIR), os.environ.get("PYTHONPATH")])
        ),
    }
