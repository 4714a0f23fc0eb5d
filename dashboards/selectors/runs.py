"""Read the recomputes of scores: when, why, how much, how long, and what went wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from dashboards.figures import shown
from dashboards.models import RecomputeRun
from kpialign import styles
from organisation.models import Organisation

MOST = 50
BY = {"task": "worker", "close": "close"}
TONES = {"done": "good", "failed": "bad", "abandoned": "risk", "running": "none"}
SYMBOLS = {"done": "m-good", "failed": "m-bad", "abandoned": "m-risk", "running": "m-none"}


@dataclass(frozen=True)
class RunRow:
    """One recompute."""

    number: int
    began: str
    state: str
    tone: str
    symbol: str
    why: str
    reach: str
    node_count: str
    block_count: str
    took: str
    by: str
    error: str


def latest_runs() -> Sequence[RunRow]:
    """Return the latest recomputes, the newest first."""
    organisation = Organisation.objects.first()
    zone = ZoneInfo(organisation.timezone if organisation else "UTC")
    return [_row(run, zone) for run in RecomputeRun.objects.all()[:MOST]]


def _row(run: RecomputeRun, zone: ZoneInfo) -> RunRow:
    return RunRow(
        number=run.pk,
        began=styles.moment(run.started_at, zone, seconds=True),
        state=str(run.get_state_display()),
        tone=TONES[run.state],
        symbol=SYMBOLS[run.state],
        why=run.why,
        reach="everything" if run.is_full else "what the change reaches",
        node_count=shown.number(run.node_count, 0),
        block_count=shown.number(run.changed_block_count, 0),
        took=_took(run.started_at, run.finished_at),
        by=BY.get(run.by_path, "command"),
        error=run.error,
    )


def _took(began: datetime, ended: datetime | None) -> str:
    if ended is None:
        return shown.UNKNOWN
    seconds = (ended - began).total_seconds()
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
