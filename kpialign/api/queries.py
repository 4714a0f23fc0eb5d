"""Read what an address asks for: filters and page, and nothing that it does not know."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

LARGEST_PAGE, USUAL_PAGE = 500, 100
LONGEST_NUMBER = 100  # digits


class WholeField(serializers.IntegerField):
    """A whole number in plain digits."""

    def to_internal_value(self, data: Any) -> int:  # noqa: ANN401, text of an address
        """Refuse the digits of other scripts, signs and blanks."""
        if not (
            isinstance(data, str)
            and data.isascii()
            and data.isdigit()
            and len(data) <= LONGEST_NUMBER
        ):
            self.fail("invalid")
        return int(data)


class Query(serializers.Serializer[Any]):
    """The parameters of an address; one that is not declared is refused, not passed over."""


class PageQuery(Query):
    """Which page of a list, and how long its pages are."""

    page = WholeField(min_value=1, default=1, help_text="The page, counted from 1.")
    page_size = WholeField(
        min_value=1,
        default=USUAL_PAGE,
        help_text=f"Rows a page; of more than {LARGEST_PAGE}, {LARGEST_PAGE} are given.",
    )


def asked_for(request: Request, query: type[Query]) -> Mapping[str, Any]:
    """Return what the address asks for, by name; what it leaves out is absent or its default."""
    found = query(data=request.query_params.dict())
    strange = sorted(set(request.query_params) - set(found.fields))
    if strange:
        known = ", ".join(sorted(found.fields)) or "none"
        raise ValidationError(
            {name: [f"There is no such parameter; accepted: {known}."] for name in strange}
        )
    twice = [name for name, values in request.query_params.lists() if len(values) > 1]
    if twice:
        raise ValidationError(
            {name: ["The parameter stands twice; accepted: once."] for name in twice}
        )
    found.is_valid(raise_exception=True)
    given: Mapping[str, Any] = found.validated_data
    return given


def chosen(asked: Mapping[str, Any], **lookups: str) -> dict[str, Any]:
    """Map the filters that were asked for to the lookups they stand for."""
    return {lookup: asked[name] for name, lookup in lookups.items() if name in asked}
