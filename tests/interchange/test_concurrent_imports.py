"""Imports among other writers on PostgreSQL: nobody's change is lost, and nothing is half done."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection, connections, transaction

from kpialign.interchange import changing
from kpialign.interchange.changing import Changed
from kpialign.interchange.difference import Difference, difference
from kpialign.interchange.importing import import_cascade
from kpialign.interchange.proposal import Proposal
from kpis.models import Actual, ReportingPeriod
from kpis.services.versions import lock_cascade
from organisation.models import AuditEntry, Entity, Organisation
from organisation.services import trail
from tests.house.eventually import eventually
from tests.interchange.files import folder

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
WAIT = 30
ENTITIES = "code,name,parent\nDE,Deutschland,GRP\n"
FIGURE = "kpi,entity,period,value\nOTD,DE,2026-01,94\n"


@pytest.fixture(autouse=True)
def on_postgresql() -> None:
    if connection.vendor != "postgresql":
        pytest.fail("Set DATABASE_URL: only PostgreSQL lets two write at once.")


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as threads:
        yield threads


def alone(work: Callable[[], object]) -> Callable[[], object]:
    """Let a thread give back its own connection when it is done."""

    def done() -> object:
        try:
            return work()
        finally:
            connections.close_all()

    return done


def imports(path: Path) -> Callable[[], object]:
    return alone(lambda: import_cascade(path=path, by=None))


@contextmanager
def held_back(pool: ThreadPoolExecutor, work: Callable[[], object]) -> Iterator[Future[object]]:
    """Do some work in a transaction that commits only once somebody waits for its locks."""
    written, may_commit = threading.Event(), threading.Event()

    def writer() -> None:
        with transaction.atomic():
            work()
            written.set()
            assert may_commit.wait(WAIT)

    future = pool.submit(alone(writer))
    assert written.wait(WAIT)
    try:
        yield future
        eventually(somebody_waits, WAIT)
    finally:
        may_commit.set()
    future.result(WAIT)


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def tell(subject: str) -> None:
    trail.record(
        actor=None,
        path="form",
        action="change",
        subject_kind="entity",
        subject_key=subject,
        before=None,
        after=None,
    )


def counts(future: Future[object]) -> str:
    found = future.result(WAIT)
    assert isinstance(found, Changed)
    return str(found.difference)


def test_a_change_committed_late_with_an_earlier_entry_is_seen(
    tmp_path: Path, pool: ThreadPoolExecutor
) -> None:
    import_cascade(path=folder(tmp_path / "all"), by=None)

    def rename() -> None:
        lock_cascade()
        tell("DE")
        Entity.objects.filter(code="DE").update(name="Allemagne")

    with held_back(pool, rename):
        tell("US")  # a later number, committed earlier
        future = pool.submit(imports(folder(tmp_path / "in", {}, entities=ENTITIES)))

    assert counts(future) == "added 0, changed 1, unchanged 0"
    last = AuditEntry.objects.filter(path="import", subject_key="DE").latest("pk")
    assert (last.before, last.after) == ({"name": "Allemagne"}, {"name": "Deutschland"})
    assert Entity.objects.get(code="DE").name == "Deutschland"


def test_a_figure_entered_meanwhile_is_seen(tmp_path: Path, pool: ThreadPoolExecutor) -> None:
    import_cascade(path=folder(tmp_path / "all"), by=None)

    def enter() -> None:
        list(ReportingPeriod.objects.select_for_update().filter(label="2026-01"))
        cell = Actual.objects.get(kpi__node__code="OTD", entity__code="DE")
        tell("figure")
        cell.counted = cell.revisions.create(
            number=2, value=99, status="approved", why="", path="form"
        )
        cell.save(update_fields=["counted"])

    with held_back(pool, enter):
        tell("US")
        future = pool.submit(imports(folder(tmp_path / "in", {}, actuals=FIGURE)))

    assert counts(future) == "added 0, changed 1, unchanged 0"
    values = Actual.objects.get(kpi__node__code="OTD").revisions.order_by("number")
    assert [float(one.value or 0) for one in values] == [93.5, 99, 94]


def test_two_first_imports_at_once_make_one_organisation(
    tmp_path: Path, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_compared = threading.Barrier(2)
    compared = threading.local()

    def together(proposal: Proposal) -> Difference:
        if not hasattr(compared, "once"):
            compared.once = True
            both_compared.wait(WAIT)
        return difference(proposal)

    monkeypatch.setattr(changing, "difference", together)
    path = folder(tmp_path / "all")

    futures = [pool.submit(imports(path)) for _ in range(2)]

    assert sorted(counts(future) for future in futures) == [
        "added 0, changed 0, unchanged 23",
        "added 23, changed 0, unchanged 0",
    ]
    assert Organisation.objects.count() == 1


def test_a_ring_of_locks_is_broken_and_the_import_tried_again(
    tmp_path: Path, pool: ThreadPoolExecutor
) -> None:
    import_cascade(path=folder(tmp_path / "all"), by=None)
    holds = threading.Event()

    def lock_in_the_wrong_order() -> None:
        with transaction.atomic():
            with connection.cursor() as cursor:  # the other one notices first
                cursor.execute("SET LOCAL deadlock_timeout = '20s'")
            list(ReportingPeriod.objects.select_for_update().order_by("pk"))
            holds.set()
            eventually(somebody_waits, WAIT)
            lock_cascade()

    other = pool.submit(alone(lock_in_the_wrong_order))
    assert holds.wait(WAIT)
    future = pool.submit(imports(folder(tmp_path / "in", {}, actuals=FIGURE)))

    assert counts(future) == "added 0, changed 1, unchanged 0"
    other.result(WAIT)
