"""Money from a member's currency into its parent's, at the rates of exactly that period."""

import numpy as np

from kpialign.scoring.arrays import FloatArray, grouped
from kpialign.scoring.explanation import Exchange
from kpialign.scoring.inputs import CascadeInput, KpiInput, Length


class Conversion:
    """The rates of every currency and period, with what months say for quarters and years."""

    def __init__(self, inputs: CascadeInput) -> None:
        """Keep the inputs; rates are worked out when first asked for."""
        self._inputs = inputs
        self._known: dict[tuple[str, Length], tuple[FloatArray, FloatArray]] = {}

    def rate(self, currency: str, length: Length, *, closing: bool) -> FloatArray:
        """Give a currency's rate in every period of a length, NaN where there is none."""
        key = (currency, length)
        if key not in self._known:
            self._known[key] = self._pair(currency, length)
        return self._known[key][1 if closing else 0]

    def converted(self, value: FloatArray, kpi: KpiInput, *, child: int, parent: int) -> FloatArray:
        """Convert a KPI's own periods (last axis) from one entity's currency into another's."""
        entities = self._inputs.entities
        source, wanted = entities[child].currency, entities[parent].currency
        if not kpi.is_money or source == wanted:
            return value
        closing = kpi.time_rollup == "last"
        from_source = self.rate(source, kpi.length, closing=closing)
        return value * from_source / self.rate(wanted, kpi.length, closing=closing)

    def exchange(self, kpi: KpiInput, period: int, *, child: int, parent: int) -> Exchange | None:
        """Say what a KPI's money is exchanged into on its way up; None where it stays the same."""
        entities = self._inputs.entities
        source, wanted = entities[child].currency, entities[parent].currency
        if not kpi.is_money or source == wanted:
            return None
        closing = kpi.time_rollup == "last"
        lacking = tuple(
            one
            for one in (source, wanted)
            if np.isnan(self.rate(one, kpi.length, closing=closing)[period])
        )
        return Exchange(source, wanted, closing, lacking)

    def _pair(self, currency: str, length: Length) -> tuple[FloatArray, FloatArray]:
        count = self._inputs.calendar.count(length)
        if currency == self._inputs.currency:
            return np.ones(count), np.ones(count)
        rows = self._inputs.rates.get(currency, {})
        average, closing = rows.get(length, (np.full(count, np.nan), np.full(count, np.nan)))
        if length is Length.MONTH:
            return average, closing
        monthly, month_closing = self._pair(currency, Length.MONTH)
        months = grouped(monthly, length.months)
        mean = months[:, 0]
        for position in range(1, length.months):
            mean = mean + months[:, position]
        from_months = mean / length.months, month_closing[length.months - 1 :: length.months]
        without_row = np.isnan(average) & np.isnan(closing)
        return (
            np.where(without_row, from_months[0], average),
            np.where(without_row, from_months[1], closing),
        )
