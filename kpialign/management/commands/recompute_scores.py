"""Bring every score up to date, now."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from dashboards.errors import LeaseHeldError, LeaseLostError, RecomputeFailedError
from dashboards.models import RecomputeRun
from dashboards.services.refresh import refresh_scores
from kpialign.management.database import DatabaseCommand

PATIENCE = 120  # seconds that another run may take before the command gives up
PAUSE = 0.2


class Command(DatabaseCommand):
    """Recompute what is outstanding, or with --full everything."""

    help = "Bring every score up to date, now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --full."""
        parser.add_argument("--full", action="store_true", help="compute every score anew")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until nothing is outstanding and say what was done."""
        started = time.monotonic()
        run = self._refresh(full=options["full"])
        if run is None:
            self.stdout.write("Every score is up to date.")
            return
        while (more := self._refresh(full=False)) is not None:
            run = more
        self.stdout.write(
            f"Computed {run.node_count} nodes, wrote {run.changed_block_count} blocks"
            f" in {time.monotonic() - started:.1f} s."
        )

    @staticmethod
    def _refresh(*, full: bool) -> RecomputeRun | None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                return refresh_scores(path="command", full=full)
            except (LeaseHeldError, LeaseLostError):
                time.sleep(PAUSE)
            except RecomputeFailedError as error:
                message = f"The recompute failed ({error}). Its changes wait for the next one."
                raise CommandError(message) from error
        message = "Another recompute did not end within two minutes. See the runs page."
        raise CommandError(message)
