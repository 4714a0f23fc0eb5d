"""Rows of reporting periods: fiscal years, their quarters and months."""

from datetime import date

import pytest

from kpis.errors import PeriodRangeError
from kpis.models import ReportingPeriod
from kpis.services.periods import ensure_periods, fiscal_year_of, realign_periods
from tests.factories import make_organisation, period

pytestmark = pytest.mark.django_db


def test_a_calendar_year_has_seventeen_periods() -> None:
    make_organisation()

    assert ReportingPeriod.objects.count() == 17
    assert period("2026-02").end_on == date(2026, 2, 28)
    assert period("2026-02").parent == period("2026-Q1")
    assert period("2026-Q1").parent == period("2026")


def test_a_fiscal_year_is_named_by_the_year_of_its_last_month() -> None:
    make_organisation(first_month=4)

    assert (period("2026").start_on, period("2026").end_on) == (date(2025, 4, 1), date(2026, 3, 31))
    assert period("2026-03").parent == period("2026-Q4")
    assert fiscal_year_of(date(2025, 3, 31), 4) == 2025
    assert fiscal_year_of(date(2025, 12, 1), 1) == 2025


def test_years_in_between_are_made_too_and_none_twice() -> None:
    make_organisation()

    ensure_periods(first_on=date(2023, 5, 1), last_on=date(2023, 5, 1))
    ensure_periods(first_on=date(2023, 5, 1), last_on=date(2026, 5, 1))

    years = ReportingPeriod.objects.filter(kind="year").values_list("label", flat=True)
    assert list(years) == ["2023", "2024", "2025", "2026"]
    assert ReportingPeriod.objects.count() == 4 * 17


def test_years_that_nobody_means_are_refused() -> None:
    make_organisation()

    with pytest.raises(PeriodRangeError):
        ensure_periods(first_on=date(1, 1, 1), last_on=date(2026, 1, 1))

    assert ReportingPeriod.objects.count() == 17


@pytest.mark.parametrize(("before", "after"), [(1, 4), (4, 1), (1, 7), (10, 2)])
def test_another_first_month_moves_quarters_and_years_and_keeps_labels(
    before: int, after: int
) -> None:
    make_organisation(first_month=before)
    kept = {row.label: row.pk for row in ReportingPeriod.objects.all()}

    realign_periods(first=after)

    assert kept.items() <= {row.label: row.pk for row in ReportingPeriod.objects.all()}.items()
    year = period("2026")
    quarters = list(year.inner.order_by("start_on"))
    assert year.start_on.month == after
    assert [quarter.label for quarter in quarters] == [f"2026-Q{n}" for n in (1, 2, 3, 4)]
    assert quarters[0].start_on == year.start_on
    assert quarters[3].end_on == year.end_on
    for quarter in quarters:
        months = list(quarter.inner.order_by("start_on"))
        assert len(months) == 3
        assert (months[0].start_on, months[2].end_on) == (quarter.start_on, quarter.end_on)
    assert not ReportingPeriod.objects.filter(kind="month", parent=None).exists()
