"""A version is edited in place until a period is closed under it; the next edit copies it."""

from datetime import date

import pytest

from dashboards.services.closing import close_period
from kpialign.interchange.editing import edit_rows
from kpis.models import PlanVersion
from kpis.selectors.versions import version_of
from kpis.services.versions import first_open_month, version_to_edit
from organisation.models import AuditEntry, Entity
from tests.dashboards.cascade import aim, make_cascade
from tests.factories import figure, make_entity, period, record

pytestmark = pytest.mark.django_db


def close(label: str, entity: str = "") -> None:
    where = Entity.objects.get(code=entity) if entity else None
    close_period(period=period(label), entity=where, by=None, path="command", why="As it is")


def edit() -> PlanVersion:
    return version_to_edit(by=None, path="form")


def test_a_version_that_nothing_is_closed_under_is_edited_in_place() -> None:
    make_cascade()
    version = PlanVersion.objects.get()

    assert edit() == version
    assert PlanVersion.objects.get().edit_count == version.edit_count + 1


def test_a_frozen_version_is_copied_with_definitions_and_links() -> None:
    make_cascade()
    close("2026-Q1")

    copy = edit()

    old = PlanVersion.objects.get(number=1)
    assert (copy.number, copy.effective_from, copy.frozen_at) == (2, date(2026, 4, 1), None)
    for rows in ("definitions", "links"):
        fields = [f.name for f in getattr(old, rows).model._meta.fields[2:]]
        assert list(getattr(copy, rows).values_list(*fields)) == list(
            getattr(old, rows).values_list(*fields)
        )
        assert getattr(copy, rows).exists()
    assert AuditEntry.objects.filter(action="begin_version", subject_key="v2").exists()


def test_the_copy_is_edited_in_place_in_its_turn() -> None:
    make_cascade()
    close("2026-Q1")

    assert edit() == edit()


def test_a_name_alone_makes_no_version() -> None:
    make_cascade()
    close("2026-Q1")

    edit_rows(rows={"kpis": [{"code": "DELIVERY", "name": "On time"}]}, by=None, path="form")

    assert PlanVersion.objects.count() == 1


def test_a_copy_begins_with_the_earliest_month_open_for_anybody() -> None:
    make_cascade()
    make_entity("NORTH")
    close("2026-01")
    close("2026-02", "NORTH")
    close("2026-03", "NORTH")

    assert first_open_month() == date(2026, 2, 1)


def test_without_a_figure_a_copy_holds_from_the_beginning() -> None:
    cascade = make_cascade()
    record(figure(cascade.delivery, "2026-Q1", None), figure(cascade.lead_time, "2026-Q1", None))

    assert first_open_month() is None


def test_months_before_the_time_of_scores_do_not_count() -> None:
    cascade = make_cascade()
    record(figure(cascade.delivery, "2026-Q1", None), figure(cascade.lead_time, "2026-Q1", None))
    aim(cascade.delivery, "1", "2026-Q3")
    record(figure(cascade.delivery, "2026-Q3", "1"))

    assert first_open_month() == date(2026, 7, 1)


def test_a_period_has_the_newest_version_that_has_begun_by_its_end() -> None:
    make_cascade()
    close("2026-Q1")
    copy = edit()
    old = PlanVersion.objects.get(number=1)

    assert version_of(period("2026-Q1")) == old
    assert version_of(period("2026-04")) == copy
    assert version_of(period("2026")) == copy
