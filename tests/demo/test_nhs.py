"""England's emergency departments: the country's figure is worked out from its providers'."""

import csv
import io
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

NHS: Path = settings.BASE_DIR / "demo" / "nhs"
PUBLISHED: Path = settings.BASE_DIR / "tests" / "data" / "nhs" / "england.csv"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.django_db
def test_the_share_of_england_equals_the_published_one_in_each_month() -> None:
    said, told = StringIO(), StringIO()
    call_command("import_cascade", str(NHS), stdout=said)
    call_command("recompute_scores", stdout=StringIO())
    call_command("export_scores", entity="ENGLAND", node="WITHIN-4H", stdout=told)

    exported = {row["period"]: row for row in csv.DictReader(io.StringIO(told.getvalue()))}
    published = {row["period"]: float(row["pct_within_4h"]) for row in rows(PUBLISHED)}
    assert len(published) == 36
    for month, share in published.items():
        assert float(exported[month]["value"]) / 100 == pytest.approx(share, rel=1e-12), month
        assert (exported[month]["target"], exported[month]["coverage"]) == ("95.0", "1.0")


def test_every_month_of_a_provider_is_there_or_says_that_it_counts_as_nothing() -> None:
    reported: dict[str, set[str]] = {}
    for row in rows(NHS / "actuals.csv"):
        reported.setdefault(row["entity"], set()).add(row["period"])
        if "counted as 0" in row["source"]:
            assert row["value"] == "0"
    months = sorted({period for periods in reported.values() for period in periods})

    for entity in rows(NHS / "entities.csv"):
        if entity["parent"]:
            first = entity["active_from"] or months[0]
            last = entity["active_to"] or months[-1]
            assert reported[entity["code"]] == {m for m in months if first <= m <= last}


def test_a_provider_that_starts_or_ends_says_from_when_or_until_when() -> None:
    published: dict[str, list[str]] = {}
    for row in rows(NHS / "actuals.csv"):
        if "counted as 0" not in row["source"]:
            published.setdefault(row["entity"], []).append(row["period"])
    months = sorted({period for periods in published.values() for period in periods})

    providers = [entity for entity in rows(NHS / "entities.csv") if entity["parent"]]
    assert len(providers) == 274
    for entity in providers:
        first, last = min(published[entity["code"]]), max(published[entity["code"]])
        assert entity["active_from"] == ("" if first == months[0] else first), entity
        assert entity["active_to"] == ("" if last == months[-1] else last), entity


def test_a_month_that_is_lacking_between_is_nothing_of_everything_and_says_so() -> None:
    lacking: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows(NHS / "actuals.csv"):
        if "No row in the published table for this month" in row["source"]:
            lacking.setdefault((row["entity"], row["period"]), {})[row["kpi"]] = row["value"]

    assert len(lacking) == 10
    for figures in lacking.values():
        assert figures == {"ATTENDANCES": "0", "BREACHES": "0", "ADMISSIONS": "0"}
