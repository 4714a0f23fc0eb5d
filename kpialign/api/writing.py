"""Write rows that a program sends through the one way by which the cascade changes."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from kpialign.api.doors import Door
from kpialign.api.fields import TextField, plain_decimal
from kpialign.api.refusals import GENERAL
from kpialign.interchange.changing import Changed
from kpialign.interchange.editing import Key, edit_rows
from organisation.permissions import person_of

MOST_ROWS = 1_000
LONGEST_WHY = 2_000
Sent = Mapping[str, Any]


class Strict(serializers.Serializer[Any]):
    """Declared fields alone; one that is not declared is an error, not passed over."""

    fixed: ClassVar[frozenset[str]] = frozenset()

    def to_internal_value(self, data: Any) -> Any:  # noqa: ANN401, what JSON holds
        """Refuse what is not declared, then read the rest."""
        if isinstance(data, Mapping):
            strange = [str(name)[:100] for name in data if name not in self.fields]
            if strange:
                raise ValidationError({name: [self._told(name)] for name in strange})
        return super().to_internal_value(data)

    def _told(self, name: str) -> str:
        known = ", ".join(self.fields)
        wrong = "This never changes" if name in self.fixed else "There is no such field"
        return f"{wrong}; accepted: {known}."


class StrictInput(Strict):
    """A body, with the reason for what it changes."""

    why = TextField(
        required=False,
        allow_blank=True,
        max_length=LONGEST_WHY,
        help_text="The reason, for the trail.",
    )


@cache
def change_of(entry: type[StrictInput]) -> type[StrictInput]:
    """Make the body that changes what this one makes: all but the code, which names it."""
    fields = {"code": None, "fixed": frozenset({"code"}), "__doc__": entry.__doc__}
    return type(entry.__name__.replace("Entry", "Change"), (entry,), fields)


class SheetDoor(Door):
    """A view that changes rows of one sheet."""

    sheet: ClassVar[str]

    def body(
        self, request: Request, serializer: type[StrictInput], *, partial: bool = False
    ) -> Sent:
        """Read one row from the body."""
        read = serializer(data=request.data, partial=partial)
        read.is_valid(raise_exception=True)
        sent: Sent = read.validated_data
        return sent

    def save(
        self,
        request: Request,
        rows: Sequence[Sent],
        *,
        why: str = "",
        seen: Mapping[Key, str] | None = None,
        childless: Sequence[str] = (),
    ) -> Changed:
        """Write the rows, all or none."""
        typed = [as_typed(row) for row in rows]
        reasons = [why, *(str(row.get("why", "")) for row in rows)]
        return edit_rows(
            rows={self.sheet: typed},
            by=person_of(request),
            path="api",
            why="; ".join(dict.fromkeys(filter(None, reasons))),
            seen={(self.sheet, key): shown for key, shown in (seen or {}).items()},
            childless=childless,
        )


def as_typed(row: Sent) -> dict[str, str]:
    """Write a row as a person would type it into the sheet."""
    return {name: _typed(value) for name, value in row.items() if name != "why"}


def _typed(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return plain_decimal(value) or ""
    if isinstance(value, list):
        return " ".join(str(one) for one in value)
    return str(value)


def sent_rows(request: Request, serializer: type[StrictInput]) -> list[Sent]:
    """Read one row, or a list of them."""
    is_list = isinstance(request.data, list)
    if is_list and len(request.data) > MOST_ROWS:
        told = f"There are {len(request.data):,} rows; accepted: up to {MOST_ROWS:,} at once."
        raise ValidationError({GENERAL: [told]})
    options: dict[str, Any] = {"many": True} if is_list else {}
    read = serializer(data=request.data, **options)
    read.is_valid(raise_exception=True)
    rows: list[Sent] = read.validated_data if is_list else [read.validated_data]
    return rows
