"""Prove that each part that was started does its work."""

import http.client
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from dashboards.models import WorkerHeartbeat
from organisation.selectors import outstanding_requests

PATIENCE = 180  # seconds: a small machine that does other things, too, takes its time to start


@dataclass(frozen=True)
class Proof:
    """What one part must show, within how many seconds, and what is missing when it does not."""

    part: str
    is_given: Callable[[], bool]
    within: float
    missing: str


def web_proof(host: str, port: int) -> Proof:
    """Ask the web process to answer."""
    return Proof("web", lambda: web_answers(host, port), PATIENCE, "/healthz did not answer")


def heartbeat_proof(name: str, since: datetime) -> Proof:
    """Ask the worker, or by what the worker does the beat, for a heartbeat row of this start."""
    missing = "its heartbeat row was not written"
    return Proof(name, lambda: has_beaten(name, since), PATIENCE, missing)


def scores_proof() -> Proof:
    """Ask the worker to do all that is outstanding: the scores of a demo just loaded."""
    missing = "it did not calculate the scores"
    return Proof("worker", lambda: not outstanding_requests().exists(), PATIENCE, missing)


def web_answers(host: str, port: int) -> bool:
    """Say whether the web process answers that it lives."""
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def has_beaten(name: str, since: datetime) -> bool:
    """Say whether the heartbeat of a part was written since a moment."""
    return WorkerHeartbeat.objects.filter(name=name, at__gte=since).exists()


def wait_for(proof: Proof, *, meanwhile: Callable[[], None], is_over: Callable[[], bool]) -> bool:
    """Wait until the proof is given, looking after the parts; give up when all is over."""
    deadline = time.monotonic() + proof.within
    while not is_over():
        if proof.is_given():
            return True
        if time.monotonic() > deadline:
            return False
        meanwhile()
        time.sleep(0.1)
    return False
