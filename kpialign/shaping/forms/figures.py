"""Targets and rates as forms: a grid of the periods of a fiscal year."""

from collections.abc import Mapping
from typing import Any

from django import forms

from kpialign.interchange.applying.writing import NO_TARGET
from kpialign.shaping.fiscal import Line
from kpialign.shaping.forms.fields import number_field
from kpialign.shaping.forms.rows import RowForm

BAND_EDGES, POINT = ("band_low", "band_high"), ("target",)


class PeriodForm(RowForm):
    """A row of a grid, named by its period."""

    def __init__(
        self,
        *args: Any,  # noqa: ANN401
        line: Line,
        is_closed: bool = False,
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        """Name each field by its period; a closed one takes no change."""
        super().__init__(*args, prefix=line.label, **kwargs)
        self.line, self.row_name, self.is_closed = line, line.name, is_closed
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{field.label}, {line.name}"
            field.disabled = is_closed

    @property
    def removes(self) -> bool:
        """Whether the row that was shown was emptied: a row left blank is no row."""
        return not self.is_new and bool(self.shown) and self.is_blank


class TargetForm(PeriodForm):
    """What is wanted in one period: a target or a band, what it started from, what is planned."""

    sheet = "targets"
    target = number_field("Target")
    band_low = number_field("From")
    band_high = number_field("To")
    baseline = number_field("Baseline")
    budget = number_field("Budget")
    source = forms.CharField(required=False, max_length=500, label="Source")
    illustrative = forms.BooleanField(required=False, label="Illustrative")

    def __init__(self, *args: Any, is_band: bool, **kwargs: Any) -> None:  # noqa: ANN401
        """Ask for a band's edges or for one target."""
        super().__init__(*args, **kwargs)
        for name in POINT if is_band else BAND_EDGES:
            del self.fields[name]

    def worded(self, texts: Mapping[str, str]) -> Mapping[str, str]:
        """Show that a row has no target, so that it looks other than no row."""
        return {**texts, "target": NO_TARGET} if texts and not texts["target"] else texts


class RateForm(PeriodForm):
    """Units of the organisation's currency for one unit of a currency, in one period."""

    sheet = "rates"
    average = number_field("Average")
    closing = number_field("Closing")
