"""Blocks whose every slot is taken are written like any other."""

import numpy as np
import pytest

from dashboards.blocks import SLOTS, Block
from dashboards.selectors.scores import score_table
from dashboards.services.refresh import refresh_scores
from organisation.models import Entity
from tests.factories import aim, figure, make_kpi, make_organisation, period, record


def test_a_grown_block_leaves_the_old_one_as_it_was() -> None:
    full = Block.empty(SLOTS)

    full.grown(SLOTS).figures[0, 0] = 1.0

    assert np.isnan(full.figures[0, 0])


@pytest.mark.django_db
def test_a_changed_figure_reaches_a_block_that_is_full() -> None:
    make_organisation()
    kpis = [make_kpi(f"K{number:03}") for number in range(SLOTS)]
    for kpi in kpis:
        aim(kpi, target="100")
    record(*[figure(kpi, "2026-Q1", "50") for kpi in kpis])
    refresh_scores(path="command")

    record(figure(kpis[7], "2026-Q1", "60"))
    run = refresh_scores(path="command")

    table = score_table(Entity.objects.get(), [period("2026-Q1")])
    assert table.at("K007", period("2026-Q1").pk).score == pytest.approx(60)
    assert run is not None
    assert not run.is_full
