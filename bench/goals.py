"""The goals for speed and size, each as a ratio to an anchor that is measured beside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from http import HTTPStatus
from random import Random
from statistics import median

from django.db import connection
from django.db.models import Sum
from django.db.models.functions import Length as Bytes
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.floors import by_loops, by_numpy, problem_of
from bench.timing import by_turns, seconds
from dashboards.axis import current_span
from dashboards.loading import Loaded, load_inputs
from dashboards.models import RecomputeRun, ScoreBlock
from dashboards.services.refresh import refresh_scores
from kpialign.scoring.compute import compute
from kpialign.scoring.results import QUANTITIES
from kpis.models import Actual, ActualRevision
from kpis.selectors.purpose import version_in_force
from kpis.services.actuals import record_figures
from kpis.services.figure_rules import FigureChange
from organisation.models import Membership, User

ROUNDS = 7
CHANGES = 30


@dataclass(frozen=True)
class Measured:
    """One goal: what was measured against what, and the ratio that is wanted."""

    what: str
    ratio: float
    bound: float
    detail: str
    at_least: bool = False

    @property
    def holds(self) -> bool:
        """Whether the goal is reached."""
        return self.holds_with(1)

    def holds_with(self, slack: float) -> bool:
        """Whether the goal is reached, or missed by no more than this factor."""
        if self.at_least:
            return self.ratio >= self.bound / slack
        return self.ratio <= self.bound * slack


def loaded_cascade() -> Loaded:
    """Load everything, as a full recompute does."""
    version, span = version_in_force(), current_span()
    assert version is not None
    assert span is not None
    return load_inputs(version, span)


def of_arithmetic() -> Iterator[Measured]:
    """Compare the scoring core with the floor and with plain loops."""
    inputs = loaded_cascade().inputs
    problem = problem_of(inputs, compute(inputs))
    core, floor = by_turns(lambda: compute(inputs), lambda: by_numpy(problem), rounds=ROUNDS)
    yield Measured("compute everything / numpy, months alone", core / floor, 4, _ms(core, floor))
    core, loops = by_turns(lambda: compute(inputs), lambda: by_loops(problem), rounds=3)
    yield Measured(
        "Python loops, months alone / compute everything",
        loops / core,
        30,
        _ms(loops, core),
        at_least=True,
    )


def of_loading() -> Iterator[Measured]:
    """Compare the loading of every figure with fetching the same rows as they are."""
    statement = (
        "SELECT a.kpi_id, a.entity_id, a.period_id, r.value, r.status FROM kpis_actual a"
        " JOIN kpis_actualrevision r ON r.id = a.counted_id"
    )

    def fetch() -> object:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    loading, fetching = by_turns(loaded_cascade, fetch, rounds=ROUNDS)
    yield Measured(
        "load everything / fetch the rows", loading / fetching, 3.5, _ms(loading, fetching)
    )


def of_changes(seed: int) -> Iterator[Measured]:
    """Compare one changed figure with the update of one row, and with a full recompute."""
    chosen, row = Random(seed), ActualRevision.objects.latest("pk")  # noqa: S311  to be repeated
    keys = list(Actual.objects.filter(counted__value__isnull=False).values_list("pk", flat=True))
    refreshes, updates = [], []
    for number in range(CHANGES):
        change_figure(chosen.choice(keys), Decimal(chosen.randint(1, 14_000)) / 100)
        refreshes.append(seconds(partial(refresh_scores, path="command")))
        same = ActualRevision.objects.filter(pk=row.pk)
        updates.append(seconds(partial(same.update, comment=str(number))))
    run = RecomputeRun.objects.latest("pk")
    one, other = median(refreshes), median(updates)
    yield Measured("refresh after one figure / update of one row", one / other, 8, _ms(one, other))
    blocks = run.changed_block_count / run.node_count
    detail = f"{run.changed_block_count} blocks, {run.node_count} nodes"
    yield Measured("blocks written by it / nodes it reaches", blocks, 3, detail)
    whole = seconds(partial(refresh_scores, path="command", full=True))
    yield Measured("refresh after one figure / full recompute", one / whole, 0.5, _ms(one, whole))
    different = RecomputeRun.objects.latest("pk").changed_block_count
    yield Measured("blocks a full recompute then changes", different, 0, f"{CHANGES} changes")


def change_figure(key: int, value: Decimal) -> None:
    """Change a figure as an import does."""
    cell = Actual.objects.select_related("kpi__node", "entity", "period").get(pk=key)
    change = FigureChange(
        kpi=cell.kpi, entity=cell.entity, period=cell.period, value=value, status="approved"
    )
    record_figures(changes=[change], by=None, path="import")


def of_pages() -> Iterator[Measured]:
    """Compare the pages of scores with a page that shows next to nothing."""
    client = Client(headers={"host": "localhost"})
    user = User.objects.create_user("reader@example.com", "", name="Reader")
    Membership.objects.create(user=user, role=Membership.Role.EXECUTIVE)
    client.force_login(user)
    for path, bound in (("/departments/D00/", 2), ("/enterprise/", 2.5)):
        assert client.get(path).status_code == HTTPStatus.OK
        page, trivial = by_turns(
            partial(client.get, path), partial(client.get, "/freshness/"), rounds=ROUNDS
        )
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        detail = f"{_ms(page, trivial)}, {len(queries)} queries"
        yield Measured(f"{path} / trivial page", page / trivial, bound, detail)


def of_size() -> Iterator[Measured]:
    """Compare the bytes of stored scores with those of the bare numbers."""
    held = ScoreBlock.objects.aggregate(sum=Sum(Bytes("data")))["sum"]
    loaded = loaded_cascade()
    cells = len(loaded.node_ids) * len(loaded.entity_ids) * len(loaded.period_ids)
    raw = cells * len(QUANTITIES) * 8
    detail = f"{held / 1e6:.1f} MB, {raw / 1e6:.1f} MB"
    yield Measured("bytes of blocks / of the numbers", held / raw, 1.4, detail)


def _ms(one: float, other: float) -> str:
    return f"{one * 1000:.1f} ms, {other * 1000:.1f} ms"
