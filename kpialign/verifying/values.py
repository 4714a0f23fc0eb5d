"""Values that stand alone: choices that exist, codes that can be written, settings that fit."""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from zoneinfo import available_timezones

from django.apps import apps

from kpialign.scoring.alignment import COMPONENTS
from kpialign.verifying.fault import Fault
from kpis.models import Node, NodeDefinition, Plan
from objectives.models import Perspective
from organisation.models import Department, Entity, Organisation

OURS = ("organisation", "kpis", "objectives", "dashboards")
CODE = re.compile(r"\A[A-Za-z0-9._-]{1,64}\Z")
CURRENCY = re.compile(r"\A[A-Z]{3}\Z")
MOST_NAMED = 20
MOST_WEIGHT = 1_000_000


def value_faults() -> Iterator[Fault]:
    """Look at fields with choices, at codes, definitions and settings."""
    yield from _choices()
    yield from _codes()
    yield from _definitions()
    yield from _settings()


def _choices() -> Iterator[Fault]:
    """Look whether every field with a list of choices holds one of them."""
    for label in OURS:
        for model in apps.get_app_config(label).get_models():
            for field in model._meta.concrete_fields:  # noqa: SLF001
                known = [value for value, _words in field.flatchoices]
                if not known:
                    continue
                wanted = [*known, ""] if field.blank else known
                other = model._default_manager.exclude(**{f"{field.name}__in": wanted})  # noqa: SLF001
                for key, value in other.values_list("pk", field.name)[:MOST_NAMED]:
                    named = f"{model._meta.db_table} {key}"  # noqa: SLF001
                    yield Fault("choice_is_known", named, f"{field.name} is {value!r}")


def _codes() -> Iterator[Fault]:
    for model in (Node, Entity, Department, Perspective):
        codes: list[str] = list(model._default_manager.values_list("code", flat=True))  # noqa: SLF001
        for code in codes:
            if not CODE.match(code):
                yield Fault("code_is_writable", repr(code), "is no code")


def _definitions() -> Iterator[Fault]:
    """Look whether KPIs have what a KPI needs, and roll up by a formula only if they have one."""
    rows = NodeDefinition.objects.select_related("node", "version").order_by("pk")
    for row in rows.iterator(chunk_size=2_000):
        named = f"{row.node.code} in {row.version}"
        is_kpi = row.node.kind == Node.Kind.KPI
        if is_kpi and not (row.direction and row.time_rollup):
            yield Fault("kpi_is_defined", named, "has no direction or no time roll-up")
        if not is_kpi and row.formula:
            yield Fault("objective_has_no_formula", named, "has a formula")
        if "formula" in (row.time_rollup, row.entity_rollup) and not row.formula:
            yield Fault("formula_rolls_up_a_formula", named, "rolls up by a formula it has not")


def _settings() -> Iterator[Fault]:
    organisation = Organisation.objects.first()
    if organisation is None:
        return
    limits = (0, organisation.at_risk, organisation.on_track, 100)
    if list(limits) != sorted(limits):
        told = f"at risk from {organisation.at_risk:f}, on track from {organisation.on_track:f}"
        yield Fault("thresholds_are_in_order", organisation.name, told)
    if not 0 <= organisation.min_coverage <= 1:
        told = f"the least coverage is {organisation.min_coverage:f}"
        yield Fault("coverage_is_a_share", organisation.name, told)
    if organisation.timezone not in available_timezones():
        yield Fault("time_zone_is_known", organisation.name, f"{organisation.timezone!r} is none")
    if not CURRENCY.match(organisation.currency):
        told = f"{organisation.currency!r} is no currency"
        yield Fault("currency_has_three_letters", organisation.name, told)
    yield from _weights(organisation)
    active = Plan.objects.filter(state=Plan.State.ACTIVE).count()
    if active != 1:
        yield Fault("one_plan_is_active", organisation.name, f"{active} plans are active")


def _weights(organisation: Organisation) -> Iterator[Fault]:
    """Look whether alignment is weighed by its components, each with a number from 0 on."""
    held = organisation.component_weights
    if not isinstance(held, dict):
        told = "the weights of the parts of alignment are no list of names and numbers"
        yield Fault("alignment_is_weighed", organisation.name, told)
        return
    for name, weight in held.items():
        if name not in COMPONENTS or not _is_weight(weight):
            told = f"{name} weighs {weight!r}, which cannot be"
            yield Fault("alignment_is_weighed", organisation.name, told)


def _is_weight(value: object) -> bool:
    try:
        return 0 <= Decimal(str(value)) <= MOST_WEIGHT
    except InvalidOperation:
        return False
