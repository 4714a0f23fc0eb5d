"""Check a formula while it is typed: what is wrong with it, what it uses, what it makes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan

from dashboards.figures import shown
from dashboards.selectors.context import name_of
from dashboards.selectors.freshness import freshness
from dashboards.selectors.scores import score_table
from kpialign.errors import RefusedError
from kpialign.interchange import stored
from kpialign.interchange.cells import CODE
from kpialign.interchange.changing import CascadeRefusedError
from kpialign.interchange.editing import edit_rows
from kpialign.interchange.rows import KPIRow
from kpialign.scoring.formula import Formula, FormulaError, Reference, parse
from kpialign.scoring.formula.evaluate import evaluate
from kpialign.scoring.series import Series, constant
from kpialign.shaping.problems import sentence
from kpialign.shaping.texts import texts_of
from kpis.models import KPI, NodeDefinition, ReportingPeriod
from kpis.selectors.periods import KIND_OF_FREQUENCY
from organisation.models import Entity, Organisation, User
from organisation.services import trail

STAND_IN = "this-KPI"  # the code of a KPI that has none yet
ABOUT = ("formula", "time_rollup", "entity_rollup")
LOOKED_AT = 13  # periods back in which all inputs are looked for
YEARLY = {"month": 12, "quarter": 4, "year": 1}
TIME_WORDS = {
    "formula": "A longer period is calculated anew from its own inputs.",
    "sum": "A longer period adds up what the formula gave in each period inside it.",
    "average": "A longer period is the mean of what the formula gave in each period inside it.",
    "last": "A longer period takes what the formula gave in its last period.",
}
ENTITY_WORDS = {
    "": "A group is calculated from its consolidated inputs.",
    "formula": "A group is calculated from its consolidated inputs.",
    "sum": "A group adds up its members' results.",
    "average": "A group takes the mean of its members' results.",
    "none": "A group has only what is entered there, and a formula takes no entries.",
}


@dataclass(frozen=True)
class Use:
    """A KPI that a formula uses, with its latest figure."""

    code: str
    name: str
    figure: str


@dataclass(frozen=True)
class Check:
    """What is said of a formula; empty where there is none."""

    problems: Sequence[str] = ()
    uses: Sequence[Use] = ()
    preview: str = ""
    notes: Sequence[str] = ()


def check_formula(typed: Mapping[str, str], by: User) -> Check:
    """Check what is typed as the save would, and try it on the latest figures."""
    text = typed.get("formula", "").replace("\r\n", "\n").strip()
    if not text:
        return Check()
    row = _row(typed) | {"formula": text}
    problems = _problems(row, typed.get("name", ""), by)
    try:
        formula = parse(text)
    except FormulaError:
        return Check(problems=problems)
    known = stored.kpis()
    used = [known[code] for code in dict.fromkeys(formula.codes) if code in known]
    if problems:
        return Check(problems=problems, uses=[Use(one.code, one.name, "") for one in used])
    notes = [TIME_WORDS[row["time_rollup"]], ENTITY_WORDS[row["entity_rollup"]]]
    return _tried(formula, row, used, notes)


def _row(typed: Mapping[str, str]) -> dict[str, str]:
    """Give the KPI as it would be, with stand-ins for what is not typed yet."""
    held = stored.kpis().get(typed.get("of", ""))
    code = typed.get("code", "").strip()
    is_free = CODE.fullmatch(code) and code not in stored.kpis()
    row = {
        "code": code if is_free else STAND_IN,
        "name": "this KPI",
        "category": KPI.Category.OPERATIONAL.value,
        "department": typed.get("department", "") or "-",
        "direction": "higher",
    }
    row |= texts_of(held)
    row["unit"] = typed.get("unit", row.get("unit", ""))
    row["frequency"] = _one_of(KPI.Frequency.values, typed, "frequency", "monthly")
    row["time_rollup"] = _one_of(NodeDefinition.TimeRollup.values, typed, "time_rollup", "formula")
    row["entity_rollup"] = _one_of(NodeDefinition.EntityRollup.values, typed, "entity_rollup", "")
    return row


def _one_of(words: Sequence[str], typed: Mapping[str, str], name: str, otherwise: str) -> str:
    return typed[name] if typed.get(name) in words else otherwise


def _problems(row: Mapping[str, str], name: str, by: User) -> list[str]:
    try:
        edit_rows(rows={"kpis": [row]}, by=by, path=trail.Path.FORM, dry_run=True)
    except CascadeRefusedError as refusal:
        names = {row["code"]: name or row["name"]}
        told = [sentence(one, names) for one in refusal.errors if one.column in ABOUT]
        return list(dict.fromkeys(told))
    except RefusedError as refusal:
        return [str(refusal)]
    return []


class OnePeriod:
    """The figures of one period at one entity, for a formula to be tried on."""

    before = 0

    def __init__(self, values: Mapping[str, float], period: ReportingPeriod) -> None:
        """Take the figures by code."""
        self._values, self._period = values, period
        self.periods_per_year = YEARLY[period.kind]

    def reference(self, reference: Reference) -> Series:
        """Give the figure of a KPI."""
        return constant(self._values[reference.code])

    def days(self, *, timed: bool) -> Series:
        """Give the days of the period."""
        del timed
        return constant(float((self._period.end_on - self._period.start_on).days + 1))


def _tried(
    formula: Formula, row: Mapping[str, str], used: Sequence[KPIRow], notes: list[str]
) -> Check:
    """Try a formula on the latest period in which all that it uses is known."""
    found = _latest(row["frequency"], [one.code for one in used])
    if found is None:
        uses = [Use(one.code, one.name, "") for one in used]
        return Check(uses=uses, notes=[*notes, "There are no figures to try it on yet."])
    period, values = found
    organisation = Organisation.objects.get()
    uses = [Use(one.code, one.name, _shown(values[one.code], one, organisation)) for one in used]
    when = name_of(period)
    if formula.uses_time:
        told = f"The figures are those of {when}; it looks back in time, so its own come later."
        return Check(uses=uses, notes=[*notes, told])
    value = float(evaluate(formula, OnePeriod(values, period)).value)
    unit = shown.unit_of(row.get("unit", ""), None, currency=organisation.currency, amounts=[value])
    if isnan(value):
        return Check(uses=uses, notes=[*notes, f"In {when} it has no value with these figures."])
    return Check(uses=uses, preview=f"{when}: {shown.figure(value, unit)}", notes=notes)


def _shown(value: float, row: KPIRow, organisation: Organisation) -> str:
    unit = shown.unit_of(row.unit, row.decimals, currency=organisation.currency, amounts=[value])
    return str(shown.figure(value, unit))


def _latest(
    frequency: str, codes: Sequence[str]
) -> tuple[ReportingPeriod, dict[str, float]] | None:
    """Find the latest period of a length in which all these KPIs have a figure at the root."""
    root = Entity.objects.filter(parent=None).first()
    until = freshness().reporting_on
    if root is None or until is None:
        return None
    same = ReportingPeriod.objects.filter(kind=KIND_OF_FREQUENCY[frequency], end_on__lte=until)
    periods = list(same.order_by("-start_on")[:LOOKED_AT])
    table = score_table(root, periods, codes=codes)
    for period in periods:
        values = {code: table.at(code, period.pk).value for code in codes}
        if not any(isnan(value) for value in values.values()):
            return period, values
    return None
