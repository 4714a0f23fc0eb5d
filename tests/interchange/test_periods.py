"""Periods as files write them."""

from datetime import date, datetime

import pytest

from kpialign.interchange.cells import Cell
from kpialign.interchange.periods import period, span_of
from kpialign.interchange.problems import CellError
from kpis.services.periods import _rows_of_year


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("2026-03", "2026-03"),
        (" 2026-Q1 ", "2026-Q1"),
        ("2026", "2026"),
        (2026.0, "2026"),
        ("2026.0", "2026"),
        (date(2026, 3, 1), "2026-03"),
        ("2026-03-01", "2026-03"),
        ("2026-03-01 00:00:00", "2026-03"),
    ],
)
def test_a_period_reads(written: Cell, label: str) -> None:
    assert period(written) == label


@pytest.mark.parametrize(
    "written",
    [
        "2026-13",
        "2026-00",
        "2026-Q5",
        "2026-Q0",
        "2026-3",
        "03/2026",
        "Mar-26",
        "2026-03-15",
        "2026-02-30",
        "٢٠٢٦",
        2026.5,
        46082.0,
        -1.0,
        date(2026, 3, 31),
        datetime(2026, 3, 1, 12),  # noqa: DTZ001, a cell has no zone
        "1700",
        "2250-01",
    ],
)
def test_what_is_no_period_is_refused(written: Cell) -> None:
    with pytest.raises(CellError):
        period(written)


def test_weeks_come_later() -> None:
    with pytest.raises(CellError, match="come later"):
        period("2026-W14")


@pytest.mark.parametrize("first", range(1, 13))
def test_the_months_of_a_period_are_those_of_its_row_in_the_database(first: int) -> None:
    for row in _rows_of_year(2026, first):
        span = span_of(row.label, first)
        assert (span.first, span.last) == (
            row.start_on.year * 12 + row.start_on.month - 1,
            row.end_on.year * 12 + row.end_on.month - 1,
        )
