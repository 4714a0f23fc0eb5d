"""Numbers are written as people read them, and never say more or other than they are."""

import doctest
from datetime import date
from math import nan

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dashboards.figures import bullet, shown, sparkline
from dashboards.figures.shown import Unit

DAYS = Unit("d", 1)
PERCENT = Unit("%", 1)
MILLIONS = Unit("USD m", 0, 1e6)


@pytest.mark.parametrize("module", [shown, sparkline, bullet], ids=lambda one: one.__name__)
def test_the_examples_in_the_code_hold(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]  # a module, by the list above

    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (-1234.56, 1, "\u22121,234.6"),
        (0.0, 0, "0"),
        (-0.0, 1, "0.0"),
        (-0.04, 1, "0.0"),
        (2.5, 0, "3"),
        (0.285, 2, "0.29"),
        (nan, 1, "\u2013"),
        (1e300, 1, "1e+300"),
    ],
)
def test_a_number_is_written_with_its_decimals(value: float, decimals: int, text: str) -> None:
    assert shown.number(value, decimals) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (222.1049, DAYS, "222.1\xa0d"),
        (12_345.67, DAYS, "12,346\xa0d"),
        (4.825e9, MILLIONS, "4,825\xa0USD m"),
        (-638e6, MILLIONS, "\u2212638\xa0USD m"),
        (0.0, PERCENT, "0.0\xa0%"),
        (nan, DAYS, "\u2013"),
        (7.0, Unit(), "7.0"),
    ],
)
def test_a_figure_carries_its_unit(value: float, unit: Unit, text: str) -> None:
    assert str(shown.figure(value, unit)) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (18.6, DAYS, "+18.6\xa0d"),
        (-1.3, PERCENT, "\u22121.3\xa0pp"),
        (0.0, DAYS, "0.0\xa0d"),
        (0.04, DAYS, "+0.04\xa0d"),
        (-0.0004, DAYS, "\u22120.0004\xa0d"),
        (1e-15, DAYS, "0.0\xa0d"),
        (145e6, MILLIONS, "+145\xa0USD m"),
    ],
)
def test_a_difference_has_a_sign_and_is_never_rounded_to_nothing(
    value: float, unit: Unit, text: str
) -> None:
    assert str(shown.difference(value, unit)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (89.96, "89.9"),
        (89.95, "89.9"),
        (89.94, "89.9"),
        (90.0, "90.0"),
        (89.9999999999, "90.0"),
        (69.99, "69.9"),
        (99.97, "100.0"),
        (nan, "\u2013"),
    ],
)
def test_a_score_is_never_rounded_up_to_a_threshold(value: float, text: str) -> None:
    assert shown.score(value, (90, 70)) == text


@example(32.1875, 32.2)
@given(st.floats(0, 100), st.floats(1, 99))
def test_a_score_and_what_is_shown_of_it_lie_on_the_same_side(value: float, limit: float) -> None:
    limit = round(limit, 1)
    text = shown.score(value, (limit,))

    assert (float(text) >= limit) == (round(value, 9) >= limit)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "100\xa0%"),
        (0.9999, "99\xa0%"),
        (0.001, "<\xa01\xa0%"),
        (0.0, "0\xa0%"),
        (1.2, "120\xa0%"),
        (-0.4, "\u221240\xa0%"),
    ],
)
def test_a_part_is_never_shown_as_nothing_or_as_all(value: float, text: str) -> None:
    assert shown.share(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (222.10487364, "222.10487364"),
        (1e15, "1,000,000,000,000,000"),
        (0.1 + 0.2, "0.3"),
        (-5.0, "\u22125"),
        (1e-15, "0.000000000000001"),
        (nan, "\u2013"),
    ],
)
def test_the_full_figure_has_all_its_digits(value: float, text: str) -> None:
    assert shown.full(value) == text


@pytest.mark.parametrize(
    ("amounts", "suffix"),
    [
        ([4.8e9, 6e8], "USD m"),
        ([2.5e11], "USD bn"),
        ([250_000.0, nan], "USD k"),
        ([950.0], "USD"),
        ([nan], "USD"),
        ([], "USD"),
        ([-4.8e9], "USD m"),
    ],
)
def test_money_of_a_table_is_scaled_by_its_largest_amount(
    amounts: list[float], suffix: str
) -> None:
    assert shown.unit_of("money", 0, currency="USD", amounts=amounts).suffix == suffix


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 15))
def test_any_finite_figure_can_be_shown(value: float, decimals: int) -> None:
    unit = Unit("x", decimals)

    assert shown.figure(value, unit).text
    assert shown.difference(value, unit).text
    assert shown.full(value)


@pytest.mark.parametrize(
    ("kind", "label", "start", "text"),
    [
        ("month", "2026-03", date(2026, 3, 1), "Mar 2026"),
        ("quarter", "2026-Q1", date(2025, 7, 1), "Q1 FY26"),
        ("year", "2026", date(2025, 7, 1), "FY26"),
    ],
)
def test_a_period_is_named_as_people_name_it(kind: str, label: str, start: date, text: str) -> None:
    assert shown.period(kind, label, start) == text


def test_a_sentence_spells_units_out() -> None:
    assert shown.spoken(shown.figure(19.2, DAYS)) == "19.2\xa0days"
