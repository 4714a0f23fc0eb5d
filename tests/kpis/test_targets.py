"""Targets: added, changed, unchanged, and kept where a period is closed."""

from decimal import Decimal

import pytest

from kpis.errors import PeriodLockedError
from kpis.models import KPI, PeriodState, Target
from kpis.services.targets import TargetChange, set_targets
from organisation.models import AuditEntry, Entity, RecomputeRequest
from tests.factories import make_kpi, make_organisation, period

pytestmark = pytest.mark.django_db


@pytest.fixture
def stock() -> KPI:
    make_organisation()
    return make_kpi("STOCK")


def wanted(kpi: KPI, label: str, target: str) -> TargetChange:
    return TargetChange(
        kpi=kpi, entity=Entity.objects.get(), period=period(label), target=Decimal(target)
    )


def test_rows_are_added_changed_or_left(stock: KPI) -> None:
    first = [wanted(stock, "2026-Q1", "10"), wanted(stock, "2026-Q2", "11")]
    assert set_targets(changes=first, by=None, path="import") == (2, 0)

    second = [wanted(stock, "2026-Q1", "10.0"), wanted(stock, "2026-Q2", "12")]
    assert set_targets(changes=second, by=None, path="import") == (0, 1)

    assert Target.objects.get(period__label="2026-Q2").target == 12
    entry = AuditEntry.objects.first()
    assert entry is not None
    assert entry.before is not None
    assert entry.after is not None
    assert (entry.before["target"], entry.after["target"]) == ("11", "12")
    assert {request.kind for request in RecomputeRequest.objects.all()} == {"target"}


@pytest.mark.parametrize("label", ["2026-Q1", "2026"])
def test_a_row_over_a_closed_period_is_refused_and_an_equal_one_passes(
    stock: KPI, label: str
) -> None:
    set_targets(changes=[wanted(stock, label, "10")], by=None, path="import")
    PeriodState.objects.create(
        period=period("2026-01"), entity=Entity.objects.get(), state="closed"
    )

    assert set_targets(changes=[wanted(stock, label, "10")], by=None, path="import") == (0, 0)
    with pytest.raises(PeriodLockedError, match="closed"):
        set_targets(changes=[wanted(stock, label, "11")], by=None, path="import")

    assert Target.objects.get().target == 10
