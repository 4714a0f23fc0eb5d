"""The charts of pages: which series they show, their sentences and their tables."""

from collections.abc import Sequence
from math import isnan, nan

from dashboards.figures import shown
from dashboards.figures.parts import Part, parts_figure
from dashboards.figures.shown import Unit
from dashboards.figures.trend import Trend, axis_note, trend_figure
from dashboards.pages.measures import BAND, LOWER, score_text, units_of
from dashboards.rows import Chart
from dashboards.selectors.board import Board
from dashboards.selectors.context import A_YEAR, SHOWN, name_of

WHOLE = (0.0, 100.0)
MOST_PARTS, FEW_PARTS = 9, 6


def kpi_trend(board: Board, code: str) -> Chart | None:
    """Draw a KPI over thirteen periods with last year and its target; None without any of them."""
    unit, node = units_of(board, [code])[code], board.node(code)
    values = _series(board, code, "value", unit)
    band = _series(board, code, "target_high", unit)
    trend = Trend(
        periods=_names(board),
        actual=values[-SHOWN:],
        texts=[str(_figure(value, unit)) for value in values[-SHOWN:]],
        prior=_a_year_before(board, values),
        target=_series(board, code, "target", unit)[-SHOWN:],
        high=band[-SHOWN:],
        target_text="band" if node.direction == BAND else "target",
        axis_unit=unit.suffix if unit.suffix == "%" else "",
    )
    if all(isnan(value) for value in (*values, *trend.target)):
        return None
    measured = unit.suffix or "number"
    note = f"{node.name} in {shown.SPOKEN.get(measured, measured)}, {_scope(board)}."
    table = [
        [name, _text(value, unit), _edges(low, high, unit), _text(prior, unit)]
        for name, value, low, high, prior in zip(
            trend.periods, trend.actual, trend.target, trend.high, trend.prior, strict=True
        )
    ]
    return Chart(
        key="trend",
        sentence=_change(board, code, values, unit),
        note=f"{note} {axis_note(trend)}".strip(),
        figure=trend_figure(trend),
        head=["Period", "Actual", "Band" if node.direction == BAND else "Target", "Last year"],
        table=table,
        is_tall=True,
    )


def score_trend(board: Board, name: str, scores: Sequence[float]) -> Chart | None:
    """Draw a score over thirteen periods, on an axis from 0 to 100; None without any score."""
    values = [float(score) for score in scores]
    if all(isnan(value) for value in values[-SHOWN:]):
        return None
    limits = board.context.limits
    trend = Trend(
        periods=_names(board),
        actual=values[-SHOWN:],
        texts=[score_text(value, limits) for value in values[-SHOWN:]],
        prior=_a_year_before(board, values),
        target=[limits.on_track] * len(values[-SHOWN:]),
        target_text="on track",
        reaches=WHOLE,
    )
    return Chart(
        key="score-trend",
        sentence=_score_change(name, values, board),
        note=f"Score, 0 to 100, {_scope(board)}.",
        figure=trend_figure(trend),
        head=["Period", "Score", "Last year"],
        table=[
            [period, score_text(value, limits), score_text(prior, limits)]
            for period, value, prior in zip(trend.periods, trend.actual, trend.prior, strict=True)
        ],
    )


def parts_chart(
    board: Board, sentence: str, note: str, parts: Sequence[tuple[str, float]]
) -> Chart | None:
    """Draw what children give of what they could give; (code, weight) each; None without any.

    Beyond ten the rest is drawn as one.
    """
    if not parts:
        return None
    drawn = [_part(board, [code], [weight]) for code, weight in parts[:MOST_PARTS]]
    rest = parts[MOST_PARTS:]
    if rest:
        drawn.append(_part(board, [one[0] for one in rest], [one[1] for one in rest]))
    return Chart(
        key="parts",
        sentence=sentence,
        note=note,
        figure=parts_figure(drawn),
        head=["Part", "Gives", "Could give"],
        table=[[one.name, shown.points(one.gives), shown.points(one.most)] for one in drawn],
        is_tall=len(drawn) > FEW_PARTS,
    )


def _part(board: Board, codes: Sequence[str], weights: Sequence[float]) -> Part:
    given = [board.score(code).score * weight for code, weight in zip(codes, weights, strict=True)]
    most, known = sum(weights) * 100, [one for one in given if not isnan(one)]
    name = board.node(codes[0]).name if len(codes) == 1 else f"{len(codes)} others"
    if not known:
        return Part(name, nan, most, "no score")
    return Part(name, sum(known), most, f"{shown.points(sum(known))} of {shown.points(most)}")


def _names(board: Board) -> list[str]:
    return [name_of(one) for one in board.context.history[-SHOWN:]]


def _scope(board: Board) -> str:
    return (
        f"{board.context.entity.name}, {len(_names(board))} periods to {board.context.period_name}"
    )


def _series(board: Board, code: str, quantity: str, unit: Unit) -> list[float]:
    return [float(value) / unit.divisor for value in board.table.series(code, quantity)]


def _a_year_before(board: Board, values: Sequence[float]) -> list[float]:
    """Give, for each shown period, the value a year before; unknown where history ends."""
    back = A_YEAR[board.context.period.kind]
    count = min(len(values), SHOWN)
    places = [len(values) - count + i - back for i in range(count)]
    return [values[place] if place >= 0 else nan for place in places]


def _figure(scaled: float, unit: Unit) -> shown.Figure:
    return shown.figure(scaled * unit.divisor, unit)


def _text(scaled: float, unit: Unit) -> str:
    return str(_figure(scaled, unit))


def _edges(low: float, high: float, unit: Unit) -> str:
    if isnan(high):
        return _text(low, unit)
    return f"{_figure(low, unit).text} to {_text(high, unit)}"


def _change(board: Board, code: str, values: Sequence[float], unit: Unit) -> str:
    """Say how a KPI has moved in a year."""
    name, back = board.node(code).name, A_YEAR[board.context.period.kind]
    now = values[-1]
    before = values[-1 - back] if len(values) > back else nan
    if isnan(now):
        return f"{name} has no figure for {board.context.period_name} yet"
    if isnan(before):
        return f"{name} stands at {shown.spoken(_figure(now, unit))}"
    if now == before:
        return f"{name} stands where it stood a year ago"
    size = shown.spoken(shown.difference(abs(now - before) * unit.divisor, unit)).lstrip("+")
    direction = board.node(code).direction
    if direction == BAND:
        return f"{name} is {size} {'higher' if now > before else 'lower'} than a year ago"
    is_better = (now < before) == (direction == LOWER)
    return f"{name} is {size} {'better' if is_better else 'worse'} than a year ago"


def _score_change(name: str, values: Sequence[float], board: Board) -> str:
    back = A_YEAR[board.context.period.kind]
    now = values[-1]
    before = values[-1 - back] if len(values) > back else nan
    if isnan(now):
        return f"{name} has no score for {board.context.period_name} yet"
    if isnan(before):
        return f"{name} scores {score_text(now, board.context.limits)}"
    difference = round(now - before, 1)
    if not difference:
        return f"{name} scores as a year ago"
    side = "above" if difference > 0 else "below"
    return f"{name} scores {shown.points(abs(difference))} points {side} a year ago"
