"""Numbers as people type them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpialign.styles import Style, styled
from kpis.number_reading import UnreadableNumberError, read_figure, typed


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234", "1234"),
        ("1,234.5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("1.234.567", "1234567"),
        ("1,234", "1234"),
        ("3,5", "3.5"),
        ("1.234", "1.234"),
        ("(1,234)", "-1234"),
        ("-5", "-5"),
        ("5-", "-5"),
        ("\u22125", "-5"),
        ("+7", "7"),
        ("1 234 567", "1234567"),
        ("1\u00a0234", "1234"),
        ("1'234", "1234"),
        (".5", "0.5"),
        ("0", "0"),
        ("1234567890123456", "1234567890123460"),
    ],
)
def test_a_number_is_read_as_it_is_meant(text: str, value: str) -> None:
    assert read_figure(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "  ", "n/a", "N/A", "-", "\u2013"])
def test_a_blank_says_that_there_is_no_figure(text: str) -> None:
    assert read_figure(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "abc",
        "1e5",
        "1_000",
        "\u0661\u0662",
        "\uff11",
        "#REF!",
        "12%",
        "1,23,456",
        "1.2.3",
        "--5",
        "NaN",
        "Infinity",
        "=1+1",
        "1" + "0" * 18,
        "0.0000000000000001",
        "9" * 60,
    ],
)
def test_what_is_no_number_is_refused_with_what_is_accepted(text: str) -> None:
    with pytest.raises(UnreadableNumberError):
        read_figure(text)


def test_a_percent_sign_fits_a_unit_of_percent_alone() -> None:
    assert read_figure("12 %", unit="%") == 12

    with pytest.raises(UnreadableNumberError, match="USD"):
        read_figure("12 %", unit="USD")


@pytest.mark.parametrize(
    ("locale", "text", "value"),
    [
        ("de", "1.234", "1234"),
        ("de", "1,234", "1.234"),
        ("de", "1234,567", "1234.567"),
        ("de", "12.5", "12.5"),
        ("de", "1,234.5", "1234.5"),
        ("de", "0.123", "0.123"),
        ("de", "(1.234)", "-1234"),
        ("fr", "1\u202f234,5", "1234.5"),
        ("fr", "1,234", "1.234"),
        ("de_CH", "1\u2019234.5", "1234.5"),
        ("de_CH", "1.234", "1.234"),
        ("en", "0,123", "0.123"),
    ],
)
def test_one_separator_before_three_digits_is_read_as_the_person_writes(
    locale: str, text: str, value: str
) -> None:
    assert read_figure(text, style=Style(locale)) == Decimal(value)


@pytest.mark.parametrize(
    ("locale", "shown"),
    [
        ("en", "1,234,567.25"),
        ("de", "1.234.567,25"),
        ("fr", "1\u202f234\u202f567,25"),
        ("de_CH", "1\u2019234\u2019567.25"),
    ],
)
def test_a_figure_is_shown_as_the_person_types_it(locale: str, shown: str) -> None:
    with styled(lambda: Style(locale)):
        assert typed(Decimal("1234567.250")) == shown


def test_what_is_accepted_is_said_in_the_style_of_the_person() -> None:
    with pytest.raises(UnreadableNumberError, match=r"such as 1\.234,5 or \(1\.234\)"):
        read_figure("abc", style=Style("de"))


@given(
    st.decimals(
        min_value=Decimal("-1e15"), max_value=Decimal("1e15"), allow_nan=False, places=4
    ).filter(lambda value: len(value.normalize().as_tuple().digits) <= 15)
)
def test_what_is_shown_is_read_back_as_the_same_figure(value: Decimal) -> None:
    for locale in ("en", "de", "fr", "de_CH"):
        assert read_figure(typed(value, Style(locale)), style=Style(locale)) == value
