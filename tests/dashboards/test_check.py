"""The check of a cascade names what is wrong, where, and what would mend it."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests import factories
from tests.dashboards.cascade import aim, make_cascade
from tests.dashboards.commands import run
from tests.factories import figure, make_kpi, record

Found = dict[str, Any]

pytestmark = pytest.mark.django_db


def found(*options: str) -> tuple[list[Found], int]:
    """Return the findings as JSON, and the exit code."""
    printed, code = StringIO(), 0
    try:
        call_command("check_cascade", "--format", "json", *options, stdout=printed)
    except SystemExit as ended:
        code = int(ended.code or 0)
    findings: list[Found] = json.loads(printed.getvalue())
    return findings, code


def reverse_the_target() -> None:
    """Want more of what is to go down."""
    costs = make_kpi("COSTS", direction="lower")
    factories.aim(costs, baseline="45", target="60")
    record(figure(costs, "2026-Q1", "50"))


def test_a_sound_cascade_has_no_error() -> None:
    make_cascade()

    findings, code = found()

    assert [one for one in findings if one["severity"] == "error"] == []
    assert code == 0


def test_an_error_is_told_in_full_and_ends_with_1() -> None:
    make_cascade()
    reverse_the_target()

    findings, code = found()

    worst = next(one for one in findings if one["rule"] == "target_worse_than_baseline")
    assert code == 1
    assert set(worst) == {"rule", "severity", "node", "entity", "period", "message", "fix"}
    assert (worst["severity"], worst["node"], worst["entity"]) == ("error", "COSTS", "GROUP")
    assert worst["period"] == "2026-Q1"
    assert worst["message"]
    assert worst["fix"]


def test_what_is_late_is_judged_as_of_a_day() -> None:
    cascade = make_cascade()
    aim(cascade.delivery, "100", "2026-Q2")

    early, _ = found("--as-of", "2026-04-01")
    late, _ = found("--as-of", "2026-12-31")

    assert "stale" not in {one["rule"] for one in early}
    assert "DELIVERY" in {one["node"] for one in late if one["rule"] == "stale"}


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(CommandError, match="'soon' is no day"):
        run("check_cascade", "--as-of", "soon")


def test_the_text_has_a_line_for_each_finding() -> None:
    make_cascade()
    reverse_the_target()
    findings, _ = found()
    printed = StringIO()

    with pytest.raises(SystemExit):
        call_command("check_cascade", stdout=printed)

    lines = printed.getvalue().splitlines()
    assert len(lines) == len(findings)
    assert lines[0].startswith("error target_worse_than_baseline (COSTS, GROUP, 2026-Q1): ")


def test_an_empty_database_has_nothing_to_find() -> None:
    assert found() == ([], 0)
