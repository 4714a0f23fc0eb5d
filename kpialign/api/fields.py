"""The fields of bodies and answers: codes, figures as decimal text, what is unknown as null."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from math import isnan
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from kpialign.interchange.cells import FORBIDDEN
from kpialign.interchange.problems import shown

CODE = r"^[A-Za-z0-9._\-]{1,64}$"
PERIOD = r"^[0-9]{4}(-(0[1-9]|1[0-2])|-Q[1-4])?$"
MONTH = r"^[0-9]{4}-(0[1-9]|1[0-2])$"
# What a cell of a workbook can hold; a name has something to be seen besides.
HIDDEN = r"\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff"
TEXT = rf"^[^{HIDDEN}]*$"
NAME = rf"^[^{HIDDEN}]*[^\s{HIDDEN}][^{HIDDEN}]*$"
CURRENCY = r"^[A-Z]{3}$"
FIGURE = r"^-?[0-9]{1,18}(\.[0-9]{1,40})?$"
LARGEST_FIGURE = 10**18 - 1
MOST_DECIMALS = 400  # of the smallest number that JSON's readers know
PLAIN = re.compile(FIGURE, re.ASCII)
ACCEPTED = "accepted: a decimal as text or number, such as 1234.5"


def plain_decimal(value: Decimal | None) -> str | None:
    """Write a figure in full, without zeros behind.

    >>> plain_decimal(Decimal("4695000000.500")), plain_decimal(Decimal("1E+3"))
    ('4695000000.5', '1000')
    """
    if value is None:
        return None
    written = f"{value:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def known(value: float) -> float | None:
    """Give a number of the core as JSON has it: what is unknown is null."""
    return None if isnan(value) else float(value)


class Shaped(serializers.RegexField):
    """Text of a fixed shape; a number that happens to look like it is none."""

    shape: ClassVar[str]
    words: ClassVar[str]

    def __init__(self, **options: Any) -> None:  # noqa: ANN401, the options of DRF
        """Take the shape to its very end, in plain digits."""
        whole = re.compile(self.shape.removesuffix("$") + r"\Z", re.ASCII)
        super().__init__(whole, error_messages={"invalid": self.words}, **options)

    def to_internal_value(self, data: Any) -> str:  # noqa: ANN401, what JSON holds
        """Take text alone."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


@extend_schema_field({"type": "string", "pattern": CODE, "example": "MARGIN"})
class CodeField(Shaped):
    """A code as the workbook has it."""

    shape = CODE
    words = "This is no code; accepted: 1 to 64 of A-Z a-z 0-9 . - and _."


@extend_schema_field({"type": "string", "pattern": PERIOD, "example": "2026-Q1"})
class PeriodField(Shaped):
    """The label of a period."""

    shape = PERIOD
    words = "This is no period; accepted: 2026-03, 2026-Q1 or 2026 as text."


@extend_schema_field({"type": "string", "pattern": MONTH, "example": "2026-03"})
class MonthField(Shaped):
    """A month; stored as its first day."""

    shape = MONTH
    words = "This is no month; accepted: 2026-03 as text."

    def to_representation(self, value: Any) -> str:  # noqa: ANN401, a day
        """Write the month of a day."""
        return f"{value:%Y-%m}"


@extend_schema_field({"type": "string", "pattern": CURRENCY, "example": "EUR"})
class CurrencyField(Shaped):
    """A currency."""

    shape = CURRENCY
    words = "This is no currency; accepted: three letters, such as EUR."


class Choice(serializers.ChoiceField):
    """One of some words; those that come later are refused with the reason of the file."""

    def __init__(self, choices: Sequence[str], **options: Any) -> None:  # noqa: ANN401, the options of DRF
        """Keep which words come later, and why."""
        self.later: Mapping[str, str] = options.pop("later", {})
        super().__init__(choices, **options)

    def to_internal_value(self, data: Any) -> str:  # noqa: ANN401, what JSON holds
        """Name the words that are accepted."""
        if data not in list(self.choices):
            told = self.later.get(str(data), f"{shown(data)} is none of them")
            accepted = ", ".join(map(str, self.choices))
            raise ValidationError(f"{told[:1].upper()}{told[1:]}; accepted: {accepted}.")
        return str(data)


@extend_schema_field({"type": "string", "enum": ["active", "archived"]})
class StateField(serializers.Field[datetime | None, Any, str, Any]):
    """Whether a node is archived, told from when it was."""

    def get_attribute(self, instance: Any) -> Any:  # noqa: ANN401, a row
        """Tell an active one from one that is not there."""
        return super().get_attribute(instance) or ""

    def to_representation(self, value: datetime | str | None) -> str:
        """Say it in a word."""
        return "archived" if value else "active"


def in_state(asked: Mapping[str, Any]) -> dict[str, bool]:
    """Turn the state that is asked for into a look-up."""
    return {"node__archived_at__isnull": asked["state"] == "active"} if "state" in asked else {}


@extend_schema_field({"type": "string", "pattern": TEXT})
class TextField(serializers.CharField):
    """Text, and nothing that only looks like it."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "hidden": "There are control characters in it; accepted: text without them."
    }

    def to_internal_value(self, data: Any) -> str:  # noqa: ANN401, what JSON holds
        """Refuse numbers, which would be written as they happen to print."""
        if not isinstance(data, str):
            self.fail("invalid")
        if FORBIDDEN.search(data):
            self.fail("hidden")
        return str(super().to_internal_value(data))


@extend_schema_field({"type": "string", "pattern": NAME, "maxLength": 200, "example": "Margin"})
class NameField(TextField):
    """A name, of which something can be seen."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401, the options of DRF
        """Take as many characters as a name has."""
        super().__init__(max_length=200, **options)


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "pattern": FIGURE},
            {"type": "number", "minimum": -LARGEST_FIGURE, "maximum": LARGEST_FIGURE},
        ],
        "example": "1234.5",
    }
)
class FigureField(serializers.Field[Decimal, Any, str, Any]):
    """A figure: text such as "1234.5", or a number of JSON.

    15 significant digits are kept. Whether they can be is for the rules of figures to say.
    """

    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": f"This is no number; {ACCEPTED}."
    }

    def to_internal_value(self, data: Any) -> Decimal:  # noqa: ANN401, what JSON holds
        """Read it digit by digit; a sign, a dot, no other marks."""
        if isinstance(data, str) and PLAIN.fullmatch(data):
            return Decimal(data)
        if isinstance(data, bool) or not isinstance(data, int | Decimal):
            self.fail("invalid")
        number = Decimal(data)
        exponent = number.as_tuple().exponent
        is_bounded = isinstance(exponent, int) and exponent >= -MOST_DECIMALS
        if not is_bounded or abs(number) > LARGEST_FIGURE:
            self.fail("invalid")
        return number

    def to_representation(self, value: Decimal) -> str:
        """Write it in full."""
        return plain_decimal(value) or "0"


@extend_schema_field({"type": "string", "pattern": FIGURE, "example": "1234.5"})
class DecimalText(serializers.Field[Decimal, Any, str, Any]):
    """A figure in an answer: text, so that no reader loses a digit."""

    def to_representation(self, value: Decimal) -> str:
        """Write it in full."""
        return plain_decimal(value) or "0"


@extend_schema_field({"type": "number", "format": "double"})
class NumberField(serializers.Field[float, Any, float | None, Any]):
    """A number of the core, unrounded; null is unknown."""

    def to_representation(self, value: float) -> float | None:
        """Give null for what is unknown."""
        return known(value)
