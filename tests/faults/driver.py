"""Act on an installation from a process of its own: one request a line, one answer a line."""

import hashlib
import json
import os
import random
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from io import StringIO

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kpialign.settings")
django.setup()

from django.core.management import call_command  # noqa: E402  needs the set-up above
from django.db import OperationalError, connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from dashboards.models import RecomputeLease, RecomputeRun, ScoreBlock  # noqa: E402
from kpis.models import Actual  # noqa: E402
from kpis.services.actuals import record_figures  # noqa: E402
from kpis.services.figure_rules import FigureChange  # noqa: E402
from organisation.models import User  # noqa: E402
from organisation.selectors import outstanding_requests  # noqa: E402

CASCADE = "demo/texas_instruments"


def prepare() -> int:
    """Migrate, import the demo's cascade, compute its scores; return the number of blocks."""
    for command in (["migrate", "-v0"], ["import_cascade", CASCADE], ["recompute_scores"]):
        call_command(*command, stdout=StringIO())
    return ScoreBlock.objects.count()


def migrate() -> bool:
    """Make the tables, and leave them empty."""
    call_command("migrate", "-v0")
    return True


def welcome(email: str, password: str) -> int:
    """Make a person with a password."""
    return User.objects.create_user(email, password).pk


def write(count: int, seed: int) -> dict[str, str]:
    """Change figures one by one; return what was acknowledged: cell and value."""
    chosen = random.Random(seed)  # noqa: S311  to be repeated, not to be secret
    cells = list(Actual.objects.filter(counted__value__isnull=False).values_list("pk", flat=True))
    kept: dict[str, str] = {}
    for _ in range(count):
        cell = Actual.objects.select_related("kpi__node", "entity", "period", "counted").get(
            pk=chosen.choice(cells)
        )
        assert cell.counted is not None
        value = Decimal(chosen.randint(1, 10**6)) / 100
        change = FigureChange(
            kpi=cell.kpi, entity=cell.entity, period=cell.period, value=value, status="approved"
        )
        record_figures(changes=[change], by=None, path="import")
        kept[str(cell.pk)] = str(value)
    return kept


def lost(kept: dict[str, str]) -> int:
    """Count the acknowledged figures that are not there."""
    found = dict(Actual.objects.values_list("pk", "counted__value"))
    return sum(found[int(cell)] != Decimal(value) for cell, value in kept.items())


def outstanding() -> int:
    """Count the changes that wait for their scores."""
    return outstanding_requests().count()


def catch_run() -> bool:
    """Wait until a run is under way, and say so at once."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if RecomputeRun.objects.filter(state="running").exists():
            return True
        time.sleep(0.002)
    return False


def lease_is_free() -> bool:
    """Tell whether the lease's row can be locked: nobody holds it in a transaction just now."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA busy_timeout = 200")
        try:
            with transaction.atomic():
                list(RecomputeLease.objects.select_for_update(nowait=True))
        except OperationalError:
            return False
        finally:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA busy_timeout = 20000")
    return True


def expire_lease() -> int:
    """Let the lease be over, as it is after a while."""
    return RecomputeLease.objects.update(expires_at=timezone.now())


def digest() -> str:
    """Sum up every stored score."""
    rows = ScoreBlock.objects.order_by("entity", "period", "number")
    seen = hashlib.sha256()
    for row in rows.values_list("entity", "period", "number", "data"):
        seen.update(repr(row[:3]).encode() + bytes(row[3]))
    return seen.hexdigest()


def wrong_blocks() -> int:
    """Compute every score anew and count the blocks that were not as they should be."""
    call_command("recompute_scores", "--full", stdout=StringIO())
    return RecomputeRun.objects.latest("pk").changed_block_count


def states() -> dict[str, int]:
    """Count the runs by how they ended."""
    found = list(RecomputeRun.objects.values_list("state", flat=True))
    return {state: found.count(state) for state in sorted(set(found))}


ACTIONS: dict[str, Callable[..., object]] = {
    action.__name__: action
    for action in (
        prepare,
        migrate,
        welcome,
        write,
        lost,
        outstanding,
        catch_run,
        lease_is_free,
        expire_lease,
        digest,
        wrong_blocks,
        states,
    )
}


def main() -> None:
    """Answer line by line until there is no more."""
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        sys.stdout.write(json.dumps(ACTIONS[name](*arguments)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
