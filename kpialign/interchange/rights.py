"""Whether a person may make the changes of a file: people, the cascade, and figures in scope."""

from functools import cache

from kpialign.interchange.difference import Difference
from kpialign.interchange.problems import Report
from kpialign.interchange.proposal import Proposal
from kpis.models import KPI
from organisation.models import Department, Entity, User
from organisation.permissions import can_enter_actuals, can_import, can_manage_people

PEOPLE = "people"


def check_rights(by: User, proposal: Proposal, changes: Difference) -> None:
    """Report each sheet in which a person would change what they may not."""
    report = proposal.report
    for name, sheet in changes.sheets.items():
        if name == PEOPLE and not can_manage_people(by):
            for number in sheet.numbers:
                told = f"{by.email} may not change people and roles"
                report.error(name, number, "email", told, "rows that change nothing")
        elif name != PEOPLE and not can_import(by):
            _refuse(by, name, sheet.numbers[:1], report)
    if can_import(by):
        _check_scope(by, proposal)
    else:
        _refuse(by, "actuals", [entry.number for entry in changes.actuals[:1]], report)


def _refuse(by: User, sheet: str, numbers: list[int], report: Report) -> None:
    for number in numbers:
        told = f"{by.email} may not change this sheet"
        report.error(sheet, number, "-", told, "an import by a finance admin")


def _check_scope(by: User, proposal: Proposal) -> None:
    """Report each figure that lies outside the scope in which the person enters figures."""
    enters = cache(lambda kpi, entity: _enters(by, proposal, kpi, entity))
    for number, _held, new in proposal.actuals:
        if not enters(new.kpi, new.entity):
            told = f"{by.email} enters no figures of {new.kpi} at {new.entity}"
            proposal.report.error("actuals", number, "kpi", told, "figures within one's scope")


def _enters(by: User, proposal: Proposal, kpi: str, entity: str) -> bool:
    """Tell whether a person enters figures of a KPI, where it belongs now or is to be made.

    An entity that is to be made lies in the scope that its parent lies in; of a department that
    is to be made nobody has figures to hide.
    """
    held = KPI.objects.filter(node__code=kpi).select_related("department").first()
    code = proposal.kpis[kpi].department
    department = held.department if held else Department.objects.filter(code=code).first()
    place = Entity.objects.filter(code=entity).first()
    while place is None and entity:
        entity = proposal.entities[entity].parent
        place = Entity.objects.filter(code=entity).first()
    return can_enter_actuals(by, department, place)
