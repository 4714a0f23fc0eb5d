"""The rows of `export_scores`, with and without `--departments`."""

from fractions import Fraction

from tests.scoring.reference.fiscal import Period
from tests.scoring.reference.scores import Scored, Scores

Row = dict[str, str]

COLUMNS = (
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
KEY = ("period", "entity", "code")


def text(value: Fraction | None) -> str:
    """Write a number in full; nothing where it is unknown."""
    return "" if value is None else repr(float(value))


def score_rows(scores: Scores) -> dict[tuple[str, ...], Row]:
    """Every row of every period and entity, by period, entity and code."""
    rows: dict[tuple[str, ...], Row] = {}
    cascade = scores.cascade
    for period in scores.periods():
        for entity in cascade.entities:
            for code in sorted(set(cascade.aggregation) - cascade.archived):
                row = score_row(scores, code, entity, period)
                if row["value"] or row["status"] != "not_scored":
                    rows[tuple(row[key] for key in KEY)] = row
    return rows


def score_row(scores: Scores, code: str, entity: str, period: Period) -> Row:
    """One row."""
    state = scores.node(code, entity, period)
    row = dict.fromkeys(COLUMNS, "")
    row |= {
        "period": scores.cascade.fiscal.label(period),
        "entity": entity,
        "code": code,
        "node_type": "kpi" if code in scores.cascade.kpis else "objective",
        "status": scores.status(state),
        "provisional": str(int(state is not None and state.provisional)),
    }
    if state is not None:
        row |= {
            "score": text(state.score),
            "coverage": text(state.coverage),
            "score_low": text(state.low),
            "score_high": text(state.high),
        }
    if row["node_type"] == "kpi":
        row |= kpi_cells(scores, code, entity, period)
        value = scores.figures.value(code, entity, period)
        if state is None and value is not None and value.provisional:
            row["provisional"] = ""
    return row


def kpi_cells(scores: Scores, code: str, entity: str, period: Period) -> Row:
    """The cells that only a KPI has."""
    value = scores.figures.value(code, entity, period)
    wanted = scores.targets.wanted(code, entity, period)
    driver = scores.driver(code, entity, period)
    band = scores.cascade.kpis[code].direction == "band"
    return {
        "value": text(value.value if value else None),
        "target": text(wanted.low if wanted and not band else None),
        "baseline": text(wanted.baseline if wanted else None),
        "attainment": text(scores.attainment(code, entity, period)),
        "driver_score": text(driver.score if driver else None),
    }


def department_rows(scores: Scores) -> dict[tuple[str, ...], Row]:
    """Every row of `--departments`, by period, entity, department and node."""
    rows: dict[tuple[str, ...], Row] = {}
    cascade = scores.cascade
    objectives = [code for code in sorted(cascade.objectives) if code not in cascade.archived]
    beneath = {child for parent, child, _ in cascade.links if parent not in cascade.archived}
    tops = {code: Fraction(1) for code in objectives if code not in beneath}
    for period in scores.periods():
        for entity in cascade.entities:
            heads = {"": tops} | {code: {code: Fraction(1)} for code in objectives}
            for head, start in heads.items():
                influence = influences(scores, start, entity, period)
                for department, row in by_department(scores, influence, entity, period).items():
                    label = cascade.fiscal.label(period)
                    rows[label, entity, department, head] = row
    return rows


def influences(
    scores: Scores, start: dict[str, Fraction], entity: str, period: Period
) -> dict[str, Fraction]:
    """How much each scored node beneath some heads counts, over all paths down to the bottom."""
    total: dict[str, Fraction] = {}
    waiting = [
        (code, weight) for code, weight in start.items() if scores.node(code, entity, period)
    ]
    while waiting:
        code, weight = waiting.pop()
        total[code] = total.get(code, Fraction(0)) + weight
        children = scores.scored_children(code, entity, period)
        whole = sum((w for _, w, _ in children), Fraction(0))
        waiting += [(child, weight * w / whole) for child, w, _ in children]
    return {code: weight for code, weight in total.items() if code not in start}


def by_department(
    scores: Scores, influence: dict[str, Fraction], entity: str, period: Period
) -> dict[str, Row]:
    """The score and coverage of each department with a scored KPI among these."""
    states: dict[str, list[tuple[Fraction, Scored]]] = {}
    for code, weight in influence.items():
        state = scores.node(code, entity, period)
        if state is not None and code in scores.cascade.kpis:
            states.setdefault(scores.cascade.kpis[code].department, []).append((weight, state))
    return {department: department_row(parts) for department, parts in states.items()}


def department_row(parts: list[tuple[Fraction, Scored]]) -> Row:
    """The mean by influence of scores that are known, and of all coverages."""
    known = [(w, s.score) for w, s in parts if s.score is not None]
    weight = sum((w for w, _ in known), Fraction(0))
    score = sum((w * s for w, s in known), Fraction(0)) / weight if known else None
    whole = sum((w for w, _ in parts), Fraction(0))
    coverage = sum((w * s.coverage for w, s in parts), Fraction(0)) / whole
    return {"score": text(score), "coverage": text(coverage)}
