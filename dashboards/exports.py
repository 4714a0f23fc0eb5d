"""The rows of exported scores: full precision, empty where unknown."""

from collections.abc import Iterator
from math import isnan

from dashboards.selectors.scores import NodeScore, score_table, thresholds
from dashboards.selectors.standing import standing
from kpialign.scoring.results import Mark
from kpis.models import Node, ReportingPeriod
from organisation.models import Entity

SCORE_COLUMNS = (
    "period",
    "entity",
    "node_type",
    "code",
    "value",
    "target",
    "baseline",
    "score",
    "coverage",
    "status",
    "attainment",
    "driver_score",
    "score_low",
    "score_high",
    "provisional",
)
DEPARTMENT_COLUMNS = ("period", "entity", "department", "node", "score", "coverage")
AT_ONCE = 64  # periods read together


def plain(value: float) -> str:
    """Write a number so that reading it gives the same bits; unknown is empty."""
    return "" if isnan(value) else repr(float(value))


def score_rows(
    *, period: str | None = None, entity: str | None = None, node: str | None = None
) -> Iterator[tuple[str, ...]]:
    """Give a row for each period, entity and node that has a value or is scored there."""
    kinds = dict(Node.objects.values_list("code", "kind"))
    limits = thresholds()
    for place in Entity.objects.filter(**({"code": entity} if entity else {})).order_by("code"):
        for chosen in _some_periods(period):
            table = score_table(place, chosen, codes=[node] if node else None, limits=limits)
            for one in chosen:
                for score in table.in_period(one.pk):
                    if score.holds_something:
                        yield _row(one.label, place.code, kinds[score.code], score)


def department_rows(
    *, period: str | None = None, entity: str | None = None, node: str | None = None
) -> Iterator[tuple[str, ...]]:
    """Give each department's score beneath all top-level objectives, then beneath each one."""
    limits = thresholds()
    for place in Entity.objects.filter(**({"code": entity} if entity else {})).order_by("code"):
        for chosen in _some_periods(period):
            found = standing(place, chosen, limits=limits)
            beneath: list[str | None] = [None, *found.objectives]
            wanted = [one for one in beneath if node is None or one == node]
            by_node = {one: found.department_scores(one) for one in wanted}
            for column, one in enumerate(chosen):
                for code, scores in by_node.items():
                    for department, score in scores.items():
                        if not isnan(score.coverage[column]):
                            yield (
                                one.label,
                                place.code,
                                department,
                                code or "",
                                plain(score.score[column]),
                                plain(score.coverage[column]),
                            )


def _some_periods(label: str | None) -> Iterator[list[ReportingPeriod]]:
    periods = ReportingPeriod.objects.order_by("label")
    found = list(periods.filter(label=label) if label else periods)
    for start in range(0, len(found), AT_ONCE):
        yield found[start : start + AT_ONCE]


def _row(label: str, entity: str, kind: str, score: NodeScore) -> tuple[str, ...]:
    is_band = not isnan(score.target_high)
    is_assumed = Mark.BASELINE_ASSUMED in score.marks
    return (
        label,
        entity,
        kind,
        score.code,
        plain(score.value),
        "" if is_band else plain(score.target),
        "" if is_assumed else plain(score.baseline),
        plain(score.score),
        plain(score.coverage),
        score.status.value,
        plain(score.attainment),
        plain(score.driver),
        plain(score.low),
        plain(score.high),
        _provisional(score),
    )


def _provisional(score: NodeScore) -> str:
    """Say whether a score is provisional; nothing where only an unscored value is."""
    if not score.is_scored and Mark.VALUE_PROVISIONAL in score.marks:
        return ""
    return str(int(Mark.PROVISIONAL in score.marks))
