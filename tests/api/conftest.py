"""A small company that the tests of the API ask about."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from tests.factories import (
    figure,
    link,
    make_entity,
    make_kpi,
    make_objective,
    make_organisation,
    record,
)


@pytest.fixture(autouse=True)
def company(db: None) -> Iterator[None]:
    """Two objectives, three KPIs of two departments, figures and a draft."""
    cache.clear()
    make_organisation()
    make_entity("PLANT")
    margin, growth = make_objective("MARGIN", financial=True), make_objective("GROWTH")
    dio = make_kpi("DIO", department="OPS", entities=("GROUP", "PLANT"))
    dso = make_kpi("DSO", department="SALES", entities=("GROUP",))
    make_kpi("CCC", department="OPS", formula="[DIO] + [DSO]", time_rollup="formula")
    link(margin, dio.node, "2")
    link(growth, dso.node)
    record(figure(dio, "2026-Q1", "41.5"), figure(dso, "2026-Q1", "30"))
    record(figure(dio, "2026-Q2", "777123.25", status="draft", comment="canary-ops"))
    record(figure(dso, "2026-Q2", "888321.75", status="draft", comment="canary-sales"))
    yield
    cache.clear()
