"""The organisation: one root, a tree, and calendar rows that fit."""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from kpialign.scoring.formula import find_cycle
from kpialign.verifying.fault import Fault
from kpis.models import Rate, ReportingPeriod
from organisation.models import AuditEntry, Entity, FiscalCalendar, Organisation

CURRENCY = re.compile(r"\A[A-Z]{3}\Z")
INNER = {"year": ("quarter", 4), "quarter": ("month", 3)}


def organisation_faults() -> Iterator[Fault]:
    """Look at entities, periods and rates."""
    yield from _entities()
    yield from _periods()
    yield from _rates()


def _entities() -> Iterator[Fault]:
    if not Organisation.objects.exists() and AuditEntry.objects.filter(subject_kind="setting"):
        yield Fault("organisation_is_there", "organisation", "its row is gone")
    rows = list(Entity.objects.values_list("code", "parent__code", "active_from", "active_to"))
    roots = list(Entity.objects.filter(parent=None).values_list("code", flat=True))
    if rows and len(roots) != 1:
        yield Fault("one_root", ", ".join(roots) or "entities", f"{len(roots)} roots, not one")
    loop = find_cycle({code: [parent] for code, parent, *_ in rows if parent})
    if loop:
        yield Fault("entities_are_a_tree", loop[0], " > ".join(loop))
    for code, currency in Entity.objects.exclude(currency="").values_list("code", "currency"):
        if not CURRENCY.match(currency):
            yield Fault("currency_has_three_letters", code, f"{currency!r} is no currency")
    for code, _parent, begins, ends in rows:
        if begins and ends and ends < begins:
            yield Fault("entity_ends_after_it_starts", code, f"from {begins} to {ends}")


def _periods() -> Iterator[Fault]:
    """Look whether each longer period holds its inner ones, end to end, and years follow on."""
    inner: dict[int, list[ReportingPeriod]] = defaultdict(list)
    rows = list(ReportingPeriod.objects.order_by("start_on"))
    for row in rows:
        if row.parent_id is not None:
            inner[row.parent_id].append(row)
        elif row.kind != ReportingPeriod.Kind.YEAR:
            yield Fault("period_lies_in_another", row.label, "has no longer period around it")
    yield from _begin(rows)
    for row in rows:
        if row.kind in INNER:
            yield from _inside(row, inner[row.pk])
    years = [row for row in rows if row.kind == ReportingPeriod.Kind.YEAR]
    for before, after in pairwise(years):
        if (after.start_on - before.end_on).days != 1:
            yield Fault("years_follow_on", after.label, f"does not follow {before.label}")


def _begin(rows: list[ReportingPeriod]) -> Iterator[Fault]:
    """Look whether months are what they are called, and years begin as the calendar says."""
    first = FiscalCalendar.objects.values_list("first_month", flat=True).first()
    for row in rows:
        if row.kind == ReportingPeriod.Kind.MONTH and row.label != f"{row.start_on:%Y-%m}":
            yield Fault("month_is_its_label", row.label, f"begins on {row.start_on}")
        if row.kind == ReportingPeriod.Kind.YEAR and row.start_on.month != first:
            told = f"begins on {row.start_on}, and fiscal years begin with month {first}"
            yield Fault("year_is_the_calendars", row.label, told)


def _inside(row: ReportingPeriod, held: list[ReportingPeriod]) -> Iterator[Fault]:
    kind, count = INNER[row.kind]
    ends = [(one.start_on, one.end_on) for one in held]
    follows = all((b[0] - a[1]).days == 1 for a, b in pairwise(ends))
    whole = len(held) == count and all(one.kind == kind for one in held) and follows
    if not whole or (ends[0][0], ends[-1][1]) != (row.start_on, row.end_on):
        yield Fault(
            "period_holds_its_inner_ones", row.label, f"does not consist of {count} {kind}s"
        )


def _rates() -> Iterator[Fault]:
    organisation = Organisation.objects.first()
    for rate in Rate.objects.select_related("period").order_by("currency", "period"):
        named = f"{rate.currency} {rate.period.label}"
        if not (rate.average > 0 and rate.closing > 0):
            yield Fault("rate_is_positive", named, f"is {rate.average:f} and {rate.closing:f}")
        if not CURRENCY.match(rate.currency):
            yield Fault("currency_has_three_letters", named, f"{rate.currency!r} is no currency")
        if organisation is not None and rate.currency == organisation.currency:
            yield Fault("own_currency_has_no_rate", named, "is the organisation's own currency")
    if organisation is not None and not FiscalCalendar.objects.exists():
        yield Fault("calendar_is_there", organisation.name, "has no fiscal calendar")
