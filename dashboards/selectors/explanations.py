"""Work out how one score arises, down to the revisions of the figures behind it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from dashboards.axis import Axis, current_span
from dashboards.loading import load_inputs
from dashboards.structure import structure_of
from kpialign.scoring.compute import Workings, compute
from kpialign.scoring.explain import explain
from kpialign.scoring.explanation import Explanation, ValuePart
from kpialign.scoring.reach import inputs_of
from kpis.models import ActualRevision, ReportingPeriod
from kpis.selectors.purpose import version_in_force
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
    """An explanation, the labels of its columns, and the revisions behind its figures."""

    explanation: Explanation
    labels: tuple[str, ...]
    revisions: Mapping[FigureKey, RevisionFacts]
    period_ids: tuple[int, ...]

    def label(self, column: int) -> str:
        """Name the period of a column."""
        return self.labels[column]

    def revision(self, code: str, entity: str, column: int) -> RevisionFacts | None:
        """Return the counted revision of an entered figure."""
        return self.revisions.get((code, entity, self.period_ids[column]))


def explained_score(code: str, entity: Entity, period: ReportingPeriod) -> ExplainedScore | None:
    """Explain a node's score; None where no scores exist at that time."""
    version, span = version_in_force(), current_span()
    if version is None or span is None or period.pk not in Axis(span).index:
        return None
    structure = structure_of(version)
    beneath = inputs_of([code], structure.children)
    loaded = load_inputs(version, span, needed=inputs_of(beneath, structure.uses))
    workings = Workings(loaded.inputs)
    results = compute(loaded.inputs, workings=workings)
    column = loaded.period_ids.index(period.pk)
    place = next(i for i, one in enumerate(loaded.inputs.entities) if one.key == entity.code)
    node = results.nodes.index(code)
    explanation = explain(loaded.inputs, results, place, node, column, workings=workings)
    labels = dict(ReportingPeriod.objects.values_list("pk", "label"))
    return ExplainedScore(
        explanation=explanation,
        labels=tuple(labels[pk] for pk in loaded.period_ids),
        revisions=_revisions(explanation, loaded.period_ids),
        period_ids=loaded.period_ids,
    )


def _revisions(
    explanation: Explanation, period_ids: tuple[int, ...]
) -> dict[FigureKey, RevisionFacts]:
    """Read the counted revisions of all entered figures of an explanation, in one query."""
    wanted = {
        (part.code, part.entity, period_ids[part.column]) for part in entered_figures(explanation)
    }
    counted = ActualRevision.objects.exclude(status=ActualRevision.Status.DRAFT).filter(
        actual__kpi__node__code__in={key[0] for key in wanted},
        actual__period__in={key[2] for key in wanted},
    )
    rows = counted.select_related("by", "actual__kpi__node", "actual__entity")
    found: dict[FigureKey, RevisionFacts] = {}
    for row in rows.order_by("number"):
        key = (row.actual.kpi.node.code, row.actual.entity.code, row.actual.period_id)
        if key in wanted:
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
