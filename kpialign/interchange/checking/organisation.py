"""Settings, entities, departments and people."""

from collections.abc import Mapping

from kpialign.interchange import rows, stored
from kpialign.interchange.cells import described
from kpialign.interchange.checking.closed import check_closed_entities, check_closed_settings
from kpialign.interchange.checking.references import check_known, row_of
from kpialign.interchange.problems import CellError, Report, shown
from kpialign.interchange.proposal import Proposal, merge
from kpialign.interchange.settings_keys import SETTING_WORDS, SETTINGS
from kpialign.interchange.sheets import SHEETS
from kpialign.interchange.tables import Table
from kpialign.scoring.formula import find_cycle
from organisation.models import Membership

GROUP = rows.EntityRow("GROUP", "Group", "", "", "", "")


def check_organisation(proposal: Proposal) -> None:
    """Merge and check who and what the organisation consists of."""
    _check_settings(proposal)
    _check_entities(proposal)
    _check_departments(proposal)
    _check_people(proposal)


def _merge(proposal: Proposal, name: str, held: dict[str, object]) -> None:
    table = proposal.tables.get(name)
    proposal.sheets[name] = merge(table, SHEETS[name], held, proposal.report)


def _check_settings(proposal: Proposal) -> None:
    report, held = proposal.report, stored.settings()
    table = proposal.tables.get("settings")
    if table is not None:
        table = _read_settings(table, held, report)
    merged = merge(table, SHEETS["settings"], held, report)
    proposal.sheets["settings"] = merged
    values = {key: row.value for key, row in merged.final.items()}
    defaults = {key: setting.default for key, setting in SETTINGS.items()}
    values = defaults | values
    proposal.first_month = int(values["fiscal_year_start"])
    at_risk, on_track = (values[key].normalize() for key in ("at_risk", "on_track"))
    if at_risk > on_track:
        row = max(row_of(merged, key) for key in ("at_risk", "on_track"))
        told = f"at_risk ({at_risk:f}) is above on_track ({on_track:f})"
        report.error("settings", row, "value", told, "at most on_track")
    check_closed_settings(proposal)


def _read_settings(table: Table, held: Mapping[str, rows.SettingRow], report: Report) -> Table:
    """Read each value as its key says; an unknown key is a warning, as an unknown column is.

    What cannot be read leaves what is there, so that nothing else is held against a default.
    """
    read: list[rows.SettingRow] = []
    numbers: list[int] = []
    broken: set[int] = set()
    for number, row in zip(table.numbers, table.rows, strict=True):
        key = row.key.strip().casefold()
        if key not in SETTINGS:
            told = f"the unknown key {shown(row.key)} is left out"
            report.warn("settings", number, "key", told, SETTING_WORDS)
            continue
        setting, value = SETTINGS[key], row.value
        try:
            is_blank = isinstance(value, str) and not value.strip()
            value = setting.default if is_blank else setting.reader(value)
        except CellError as error:
            report.error("settings", number, "value", f"{key}: {error.wrong}", error.accepted)
            broken.add(len(read))
            value = held[key].value if key in held else setting.default
        numbers.append(number)
        read.append(rows.SettingRow(key, value))
    present = frozenset({"key", "value"})
    return Table(table.sheet, numbers, read, present, frozenset(broken))


def _check_entities(proposal: Proposal) -> None:
    """Check that the entities form one tree, with one root."""
    report = proposal.report
    _merge(proposal, "entities", dict(stored.entities()))
    merged = proposal.sheets["entities"]
    if not merged.final:
        merged.final[GROUP.code] = GROUP
    check_known(proposal, merged, "parent", merged.final, "entities")
    roots = [code for code, row in merged.final.items() if not row.parent]
    proposal.root = roots[0] if roots else ""
    if len(roots) != 1:
        number = row_of(merged, roots[-1]) if roots else 1
        told = f"{len(roots)} entities have no parent{': ' if roots else ''}{', '.join(roots[:5])}"
        report.error("entities", number, "parent", told, "exactly one entity without a parent")
    loop = find_cycle({code: [row.parent] for code, row in merged.final.items() if row.parent})
    if loop:
        told = f"the parents go round in a circle: {' > '.join(loop)}"
        report.error("entities", row_of(merged, loop[0]), "parent", told, "a tree")
    for entry in merged.sound:
        starts, ends = entry.new.active_from, entry.new.active_to
        if starts and ends and ends < starts:
            told = f"the entity ends ({ends}) before it starts ({starts})"
            report.error("entities", entry.number, "active_to", told, f"{starts} or later")
    check_closed_entities(proposal)


def _check_departments(proposal: Proposal) -> None:
    _merge(proposal, "departments", dict(stored.departments()))


def _check_people(proposal: Proposal) -> None:
    """Check scopes, and that a person is called by one name."""
    _merge(proposal, "people", dict(stored.people()))
    merged, report = proposal.sheets["people"], proposal.report
    check_known(proposal, merged, "department", proposal.final("departments"), "departments")
    check_known(proposal, merged, "entity", proposal.entities, "entities")
    names: dict[str, str] = {}
    for entry in merged.sound:
        row = entry.new
        if row.role == Membership.Role.DEPARTMENT_HEAD and not row.department:
            told = "a department_head has no department"
            report.error("people", entry.number, "department", told, "a code of departments")
        if not row.role and (row.department or row.entity):
            told = "a department or entity is given without a role"
            report.error("people", entry.number, "role", told, ", ".join(Membership.Role.values))
        if row.name and names.setdefault(row.email, row.name) != row.name:
            told = f"{row.email} is called {described(names[row.email])} in another row"
            report.error("people", entry.number, "name", told, "one name for each person")
