"""Numbers as people write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpialign.interchange.cells import BadCell, Cell, Flag, PercentCell
from kpialign.interchange.figures import Percent
from kpialign.interchange.problems import Report
from kpialign.interchange.sheets import SHEETS
from kpialign.interchange.tables import RawTable, typed


def read(*cells: Cell) -> tuple[list[object], Report]:
    """Read cells as one column of figures; an unreadable one gives None and an error."""
    count = len(cells)
    raw = RawTable(SHEETS["actuals"], list(range(2, 2 + count)), {"value": list(cells)})
    report = Report()
    return [row.value for row in typed(raw, report).rows], report


def values(*cells: Cell) -> list[object]:
    """Read cells that hold nothing wrong."""
    found, report = read(*cells)
    assert not report.errors, report.errors
    return found


def refused(*cells: Cell) -> list[int]:
    """Return which of the cells are refused, counted from 0."""
    return [problem.row - 2 for problem in read(*cells)[1].errors]


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("1234.5", "1234.5"),
        ("-12", "-12"),
        ("+12", "12"),
        (" 12 ", "12"),
        ("1,234.5", "1234.5"),
        ("1,234,567", "1234567"),
        ("1.234,5", "1234.5"),
        ("1.234.567", "1234567"),
        ("1,5", "1.5"),
        ("(12.5)", "-12.5"),
        ("1.234", "1.234"),
        (".5", "0.5"),
        ("1e-05", "0.00001"),
        ("-0", "0"),
        ("\u00a012\u00a0", "12"),
    ],
)
def test_a_number_alone_in_its_column_reads(written: str, number: str) -> None:
    assert values(written) == [Decimal(number)]


@pytest.mark.parametrize("written", ["", "n/a", "N/A", "  ", "\u00a0"])
def test_blanks_and_n_a_are_missing(written: str) -> None:
    assert values(written) == [None]


@pytest.mark.parametrize(
    "written",
    [
        "1,234",
        "0,123",
        "1,23,456",
        "1.23.456",
        "12,34.5",
        "1,234.",
        "1,",
        "--1",
        "-(1)",
        "(-1)",
        "(1",
        "1)",
        "1 234,5",
        "1'234",
        "€5",
        "5-",
        "NaN",
        "inf",
        "#N/A",
        "0x10",
        "1_000",
        "١٢",
        "\uff11\uff12",
        "\u22125",
        "1e",
        "1,5e3",
        "12%%",
        "%",
        "1e400",
        "twelve",
        "1.2.3",
        "²",
    ],
)
def test_what_is_no_number_or_could_be_two_is_refused(written: str) -> None:
    assert refused(written) == [0]


def test_a_column_with_a_decimal_comma_settles_what_dots_and_commas_mean() -> None:
    assert values("0,5", "1.234", "1,234", "(1.234)") == [
        Decimal("0.5"),
        Decimal(1234),
        Decimal("1.234"),
        Decimal(-1234),
    ]


def test_a_column_with_a_decimal_point_settles_what_a_comma_means() -> None:
    assert values("1,234.5", "1,234", "(1,234)") == [
        Decimal("1234.5"),
        Decimal(1234),
        Decimal(-1234),
    ]
    assert values("1.5", "1,234") == [Decimal("1.5"), Decimal(1234)]


def test_a_point_beside_decimal_commas_is_refused_where_it_cannot_part_thousands() -> None:
    assert refused("0,5", "1.5") == [1]


def test_a_column_that_mixes_both_ways_settles_nothing() -> None:
    assert refused("1,234.5", "1.234,5", "1,234", "1.234") == [2, 3]


def test_a_grouping_that_no_thousands_have_is_refused_even_where_settled() -> None:
    assert refused("1,234.5", "1234,567", "0,123") == [1, 2]


def test_percentages_are_kept_apart_until_the_unit_is_known() -> None:
    assert values("12%", "12 %", "(3%)", PercentCell(0.12), PercentCell(0.07)) == [
        Percent(Decimal(12)),
        Percent(Decimal(12)),
        Percent(Decimal(-3)),
        Percent(Decimal(12)),
        Percent(Decimal(7)),
    ]


def test_numeric_cells_are_numbers_and_settle_nothing() -> None:
    assert values(1.5, -3.0, 1e-5, 0.0) == [
        Decimal("1.5"),
        Decimal(-3),
        Decimal("0.00001"),
        Decimal(0),
    ]
    assert refused(1.5, "1,234") == [1]


@pytest.mark.parametrize("cell", [Flag(on=True), BadCell("an error", "a value"), float("nan")])
def test_a_cell_of_another_kind_is_refused(cell: Cell) -> None:
    assert refused(cell) == [0]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("0.12345678901234567", "0.123456789012346"),
        ("12345678901234567", "12345678901234600"),
        ("123456789012345.678", "123456789012346"),
        ("1000000000000005", "1000000000000010"),
    ],
)
def test_more_than_fifteen_digits_are_rounded_with_a_warning(written: str, kept: str) -> None:
    found, report = read(written)

    assert found == [Decimal(kept)]
    assert len(report.warnings) == 1
    assert "15 significant digits" in str(report.warnings[0])


def test_a_float_that_a_spreadsheet_shows_in_fifteen_digits_is_rounded_with_a_warning() -> None:
    found, report = read(0.1 + 0.2)

    assert found == [Decimal("0.3")]
    assert len(report.warnings) == 1


@pytest.mark.parametrize("written", ["123456789.123456", "999999999999999", "0.1", "1e17"])
def test_fifteen_digits_are_kept_without_a_word(written: str) -> None:
    found, report = read(written)

    assert found == [Decimal(written)]
    assert not report.warnings


@pytest.mark.parametrize(
    "written", ["1e18", "999999999999999999", "0.0123456789012345", "1e-16", "1e999", "1e-999"]
)
def test_what_the_database_cannot_hold_is_refused(written: str) -> None:
    assert refused(written) == [0]


@given(st.decimals(-(10**9), 10**9, allow_nan=False, places=5))
def test_every_way_of_writing_a_number_reads_as_that_number(number: Decimal) -> None:
    plain = f"{number:f}"
    english = f"{number:,f}"
    german = english.translate(str.maketrans(",.", ".,"))

    assert values(plain) == values(english) == values(german) == [number]


@given(st.floats(-1e15, 1e15, allow_nan=False).filter(lambda x: x == 0 or abs(x) > 1e-4))
def test_a_float_reads_as_its_first_fifteen_digits_or_not_at_all(number: float) -> None:
    found, report = read(number)

    assert (
        report.errors
        or found == [Decimal(f"{number:.14e}")]
        or abs(Decimal(str(found[0])) - Decimal(number)) <= abs(Decimal(number)) * Decimal("1e-14")
    )


@given(st.text(alphabet="0123456789.,()%+-eE ", max_size=12))
def test_no_text_of_digits_and_marks_ends_in_anything_but_a_number_or_an_error(text: str) -> None:
    found, report = read(text)

    assert len(found) == 1
    assert len(report.errors) <= 1
