"""Work out how one score arises, down to the revisions of the figures behind it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import inf

from dashboards.selectors.basis import Basis, basis_of
from kpialign.scoring.compute import compute
from kpialign.scoring.explain import explain
from kpialign.scoring.explanation import Explanation, ValuePart
from kpis.models import ActualRevision, ReportingPeriod
from organisation.models import Entity

FigureKey = tuple[str, str, int]  # code of the KPI, code of the entity, period's key


@dataclass(frozen=True)
class RevisionFacts:
    """The counted revision of an entered figure: who typed what, when, why, and over what."""

    number: int
    status: str
    by: str
    at: datetime
    before: Decimal | None
    after: Decimal | None
    why: str
    path: str


@dataclass(frozen=True)
class ExplainedScore:
    """An explanation, the labels of its columns, and the revisions behind its figures.

    `is_archived` says that the node has no score: archived now, or when the period was closed.
    """

    explanation: Explanation
    labels: tuple[str, ...]
    revisions: Mapping[FigureKey, RevisionFacts]
    period_ids: tuple[int, ...]
    is_archived: bool

    def label(self, column: int) -> str:
        """Name the period of a column."""
        return self.labels[column]

    def revision(self, code: str, entity: str, column: int) -> RevisionFacts | None:
        """Return the counted revision of an entered figure."""
        return self.revisions.get((code, entity, self.period_ids[column]))


def explained_score(code: str, entity: Entity, period: ReportingPeriod) -> ExplainedScore | None:
    """Explain a node's score, of a closed period as it stood then; None where none exists."""
    basis = basis_of([code], entity, period)
    node = basis.node(code) if basis else None
    if basis is None or node is None:
        return None
    results = compute(basis.inputs, workings=basis.workings)
    explanation = explain(
        basis.inputs, results, basis.entity, node, basis.column, workings=basis.workings
    )
    return ExplainedScore(
        explanation=explanation,
        labels=basis.labels,
        revisions=_revisions(explanation, basis),
        period_ids=basis.period_ids,
        is_archived=basis.inputs.nodes[node].archived,
    )


def _revisions(explanation: Explanation, basis: Basis) -> dict[FigureKey, RevisionFacts]:
    """Read the counted revisions of all entered figures of an explanation, in one query.

    Of a closed period these are the revisions that its close counted.
    """
    wanted = {(p.code, p.entity, p.column) for p in entered_figures(explanation)}
    last = {
        (code, entity, basis.period_ids[column]): _number(basis, code, entity, column)
        for code, entity, column in wanted
    }
    counted = ActualRevision.objects.exclude(status=ActualRevision.Status.DRAFT).filter(
        actual__kpi__node__code__in={key[0] for key in last},
        actual__period__in={key[2] for key in last},
    )
    rows = counted.select_related("by", "actual__kpi__node", "actual__entity")
    found: dict[FigureKey, RevisionFacts] = {}
    for row in rows.order_by("number"):
        key = (row.actual.kpi.node.code, row.actual.entity.code, row.actual.period_id)
        if key in last and row.number <= last[key]:
            before = found.get(key)
            found[key] = RevisionFacts(
                number=row.number,
                status=row.status,
                by=row.by.email if row.by else "system",
                at=row.at,
                before=before.after if before else None,
                after=row.value,
                why=row.why,
                path=row.path,
            )
    return found


def _number(basis: Basis, code: str, entity: str, column: int) -> float:
    """Return the number of the last revision that counts for a figure."""
    if basis.revisions is None:
        return inf
    return basis.revisions.get((code, entity, basis.labels[column]), 0)


def entered_figures(explanation: Explanation) -> Iterator[ValuePart]:
    """Give every entered figure that an explanation rests on."""
    nodes = [explanation]
    parts: list[ValuePart] = []
    while nodes:
        node = nodes.pop()
        parts += [node.actual] if node.actual else []
        nodes += [term.of for term in (*node.terms, *node.drivers)]
        nodes += node.waiting
    while parts:
        part = parts.pop()
        if part.entered and not part.own_periods:
            yield part
        parts += part.own_periods
        parts += part.formula.inputs if part.formula else ()
        parts += [member.of for member in part.consolidated]
