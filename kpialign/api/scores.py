"""Scores: how every objective and KPI stands at one entity in one period."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from dashboards.selectors.cascade import cascade_in_force
from dashboards.selectors.context import page_context
from dashboards.selectors.scores import NodeScore, ScoreTable, score_table
from kpialign.api.doors import Listing
from kpialign.api.fields import Choice, CodeField, NumberField, PeriodField
from kpialign.api.paging import page_of, paged
from kpialign.api.queries import PageQuery, asked_for
from kpialign.api.refusals import ABSENT, READ_ERRORS
from kpialign.scoring.results import Mark
from kpialign.scoring.status import Status
from kpis.models import Node, ReportingPeriod
from organisation.models import Entity

NODE_TYPES = Node.Kind.values


class ScoreRow(serializers.Serializer[Any]):
    """How one node stands: the figures of its export, unrounded; null is unknown."""

    period = PeriodField()
    entity = CodeField()
    node_type = serializers.ChoiceField(NODE_TYPES)
    code = CodeField()
    value = NumberField(allow_null=True)
    target = NumberField(allow_null=True, help_text="null for a band.")
    baseline = NumberField(allow_null=True, help_text="null where it is assumed.")
    score = NumberField(allow_null=True, help_text="0 to 100.")
    coverage = NumberField(allow_null=True, help_text="0 to 1; null where it is not scored.")
    status = serializers.ChoiceField([one.value for one in Status])
    attainment = NumberField(allow_null=True, help_text="1.2 is 120 %.")
    driver_score = NumberField(allow_null=True)
    score_low = NumberField(allow_null=True)
    score_high = NumberField(allow_null=True)
    provisional = serializers.BooleanField(
        allow_null=True, help_text="Whether it rests on figures that nobody has approved yet."
    )


class ScoreQuery(PageQuery):
    """Which scores."""

    period = PeriodField(required=False, help_text="Without it: the latest that has ended.")
    entity = CodeField(required=False, help_text="Without it: the root.")
    node = CodeField(required=False, help_text="Only this objective or KPI.")
    node_type = Choice(NODE_TYPES, required=False)
    status = Choice([one.value for one in Status], required=False)


@extend_schema_view(
    get=extend_schema(
        tags=["scores"],
        operation_id="scores_list",
        parameters=[ScoreQuery],
        responses={200: paged(ScoreRow), **READ_ERRORS, **ABSENT},
    ),
)
class ScoresView(Listing):
    """The scores of one period at one entity, by code: of nodes with a value or a score."""

    row, query = ScoreRow, ScoreQuery

    def get(self, request: Request) -> Response:
        """Give one page of the scores."""
        asked = asked_for(request, self.query)
        place, period = entity_asked_for(asked), period_asked_for(asked)
        if place is None or period is None:
            return Response(page_of(request, [], asked, self.row))
        return Response(page_of(request, _Scores.of(place, period, asked), asked, self.row))


def entity_asked_for(asked: Mapping[str, Any]) -> Entity | None:
    """Return the entity that is named, or the root; None before there is one."""
    code = asked.get("entity")
    found = Entity.objects.filter(**({"code": code} if code else {"parent": None})).first()
    if found is None and code:
        raise NotFound(f"There is no entity “{code}”.")
    return found


def period_asked_for(asked: Mapping[str, Any]) -> ReportingPeriod | None:
    """Return the period that is named, or the one that pages open with; None before any."""
    label = asked.get("period")
    if label is None:
        context = page_context({}, cascade_in_force())
        return context.period if context else None
    found = ReportingPeriod.objects.filter(label=label).first()
    if found is None:
        raise NotFound(f"There is no period “{label}”.")
    return found


@dataclass(frozen=True)
class _Scores:
    """Rows of scores that are made when their page is asked for."""

    codes: Sequence[str]
    made: Callable[[str], dict[str, Any]]

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, part: slice) -> list[dict[str, Any]]:
        return [self.made(code) for code in self.codes[part]]

    @classmethod
    def of(cls, place: Entity, period: ReportingPeriod, asked: Mapping[str, Any]) -> "_Scores":
        """Find the nodes that are asked for and hold something."""
        wanted = [asked["node"]] if "node" in asked else None
        table = score_table(place, [period], codes=wanted)
        kinds = dict(Node.objects.values_list("code", "kind"))
        codes = [
            code
            for code in _holding(table)
            if asked.get("node_type") in {None, kinds[code]}
            and asked.get("status") in {None, table.at(code, period.pk).status.value}
        ]

        def made(code: str) -> dict[str, Any]:
            known = _told(table.at(code, period.pk))
            return {"period": period.label, "entity": place.code, "node_type": kinds[code]} | known

        return cls(codes, made)


def _holding(table: ScoreTable) -> list[str]:
    """List the nodes that have a value or are scored, as an export does."""
    known = ~np.isnan(table.quantities["value"]) | ~np.isnan(table.quantities["coverage"])
    return [code for code, holds in zip(table.codes, known[:, 0], strict=True) if holds]


def _told(score: NodeScore) -> dict[str, Any]:
    unknown = float("nan")
    is_band = not np.isnan(score.target_high)
    rests_unscored = not score.is_scored and Mark.VALUE_PROVISIONAL in score.marks
    return {
        "code": score.code,
        "value": score.value,
        "target": unknown if is_band else score.target,
        "baseline": unknown if Mark.BASELINE_ASSUMED in score.marks else score.baseline,
        "score": score.score,
        "coverage": score.coverage,
        "status": score.status.value,
        "attainment": score.attainment,
        "driver_score": score.driver,
        "score_low": score.low,
        "score_high": score.high,
        "provisional": None if rests_unscored else Mark.PROVISIONAL in score.marks,
    }
