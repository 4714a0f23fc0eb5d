"""Whether a person may make the changes of a file: people need another right than the rest."""

from kpialign.interchange.difference import Difference
from kpialign.interchange.problems import Report
from organisation.models import User
from organisation.permissions import can_import, can_manage_people

PEOPLE = "people"


def check_rights(by: User, changes: Difference, report: Report) -> None:
    """Report each sheet in which a person would change what they may not."""
    for name, sheet in changes.sheets.items():
        if name == PEOPLE and not can_manage_people(by):
            for number in sheet.numbers:
                told = f"{by.email} may not change people and roles"
                report.error(name, number, "email", told, "rows that change nothing")
        elif name != PEOPLE and not can_import(by):
            _refuse(by, name, sheet.numbers[:1], report)
    if not can_import(by):
        _refuse(by, "actuals", [entry.number for entry in changes.actuals[:1]], report)


def _refuse(by: User, sheet: str, numbers: list[int], report: Report) -> None:
    for number in numbers:
        told = f"{by.email} may not change this sheet"
        report.error(sheet, number, "-", told, "an import by a finance admin")
