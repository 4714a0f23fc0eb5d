"""The empty workbook that people fill in: all sheets and columns, notes, lists to choose from.

Sheets and columns come from kpialign.interchange.sheets: the template has what an import takes.
"""

from collections.abc import Sequence
from functools import cache
from io import BytesIO

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from kpialign.interchange import cells, periods
from kpialign.interchange.column_notes import COLUMN_NOTES, SHEET_NOTES
from kpialign.interchange.figures import ACCEPTED as FIGURE_WORDS
from kpialign.interchange.settings_keys import SETTINGS
from kpialign.interchange.sheets import READ_ME, SHEETS, Column, Sheet

LAST_ROW = 5_000  # of the lists to choose from, and of the codes that they offer
TEXT = "@"  # keeps a spreadsheet program from reading a code or a period as something else
HEAD = PatternFill("solid", fgColor="DCE3EC")
HEAD_OF_REQUIRED = PatternFill("solid", fgColor="B9C8DB")
BOLD, LARGE = Font(bold=True), Font(bold=True, size=14)
WRAPPED = Alignment(wrap_text=True, vertical="top")
WIDE, MIDDLE, NARROW = 40, 22, 14
WIDTHS = {
    "name": WIDE,
    "description": WIDE,
    "formula": WIDE,
    "rationale": WIDE,
    "comment": WIDE,
    "value": MIDDLE,
    "source": MIDDLE,
    "tags": MIDDLE,
    "entities": MIDDLE,
    "perspective": MIDDLE,
}
# The columns whose cells are codes of another sheet, and that sheet.
REFERENCES = {
    "department": "departments",
    "perspective": "perspectives",
    "entity": "entities",
    "kpi": "kpis",
}
PARENT_OF_ENTITY = ("entities", "parent")
SETTING_KEYS = "keys_of_settings"
INTRODUCTION = (
    "Each sheet holds rows of one kind; fill in those you need, the others may stay empty or go.",
    "Point at a header to read what the column is and what it takes. Dark headers are required.",
    "Everything is referred to by its code: 1 to 64 of A-Z a-z 0-9 . - _, case-sensitive.",
    "An import adds and changes rows; what the file does not name stays as it is. One exception:"
    " a parent named in links gets exactly the children listed.",
    "Periods: 2026-03 is a month, 2026-Q1 a quarter, 2026 a fiscal year.",
    "Save as .xlsx, upload under Import, look at what would change, and confirm.",
)


@cache
def template_workbook() -> bytes:
    """Return the template as a file."""
    book = Workbook()
    _introduce(book.worksheets[0])
    for sheet in SHEETS.values():
        _add(book, sheet)
    ranges = {list_of(name): _codes_of(SHEETS[name]) for name in REFERENCES.values()}
    for name, cells_of in (ranges | {SETTING_KEYS: _keys_of(book.worksheets[0])}).items():
        book.defined_names[name] = DefinedName(name, attr_text=cells_of)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def list_of(sheet: str) -> str:
    """Name the range that holds the codes of a sheet."""
    return f"codes_of_{sheet}"


def _codes_of(sheet: Sheet) -> str:
    """Reach from the first code of a sheet to its last one, however many there are."""
    letter = get_column_letter(1 + [column.name for column in sheet.columns].index("code"))
    first, whole = f"{sheet.name}!${letter}$2", f"{sheet.name}!${letter}$2:${letter}${LAST_ROW}"
    return f"OFFSET({first},0,0,MAX(1,COUNTA({whole})),1)"


def _keys_of(page: Worksheet) -> str:
    """Reach over the keys of settings, which end the first sheet."""
    last = page.max_row
    return f"'{READ_ME}'!$A${last - len(SETTINGS) + 1}:$A${last}"


def _introduce(page: Worksheet) -> None:
    """Say how the workbook is filled in; the import leaves this sheet out."""
    page.title = READ_ME
    page.append(["How to fill in this workbook"])
    page["A1"].font = LARGE
    for line in INTRODUCTION:
        page.append([line])
        page.merge_cells(start_row=page.max_row, end_row=page.max_row, start_column=1, end_column=3)
        page.cell(page.max_row, 1).alignment = WRAPPED
        page.row_dimensions[page.max_row].height = 32
    required = {name: [c.name for c in one.columns if c.required] for name, one in SHEETS.items()}
    told = [(name, SHEET_NOTES[name], ", ".join(required[name])) for name in SHEETS]
    _tabulate(page, ("Sheet", "What it holds", "Required columns"), told)
    keys = [(key, str(setting.default), "") for key, setting in SETTINGS.items()]
    _tabulate(page, ("Key of settings", "If it is not set", ""), keys)
    for letter, width in (("A", 24), ("B", 64), ("C", 48)):
        page.column_dimensions[letter].width = width


def _tabulate(page: Worksheet, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    page.append([])
    page.append(head)
    for cell in page[page.max_row]:
        cell.font, cell.fill = BOLD, HEAD
    for row in rows:
        page.append(row)
        for cell in page[page.max_row]:
            cell.alignment = WRAPPED


def _add(book: Workbook, sheet: Sheet) -> None:
    """Add a sheet with its header, and rules for the cells beneath."""
    page = book.create_sheet(sheet.name)
    page.freeze_panes = "A2"
    for place, column in enumerate(sheet.columns, start=1):
        letter = get_column_letter(place)
        cell = page.cell(1, place, column.name)
        cell.font, cell.fill = BOLD, HEAD_OF_REQUIRED if column.required else HEAD
        cell.comment = note_of(sheet, column)
        page.column_dimensions[letter].width = _width(column)
        if not _is_number(column):
            page.column_dimensions[letter].number_format = TEXT
        rule = rule_of(sheet, column)
        if rule is not None:
            rule.add(f"{letter}2:{letter}{LAST_ROW}")
            page.add_data_validation(rule)


def _width(column: Column) -> int:
    if column.reader is cells.email:
        return MIDDLE
    return max(WIDTHS.get(column.name, NARROW), len(column.name) + 4)


def _is_number(column: Column) -> bool:
    return column.is_figure or isinstance(column.reader, cells.Whole)


def note_of(sheet: Sheet, column: Column) -> Comment:
    """Say what a column is, whether it is required, what it takes, and give an example."""
    what, example = COLUMN_NOTES[sheet.name][column.name]
    needed = "Required." if column.required and not column.may_be_empty else "Optional."
    if column.default not in ("", None, ()):
        default = column.default if isinstance(column.default, str) else "no"
        needed = f"{needed} Empty: {default}."
    lines = [f"{what}.", needed, f"Takes {accepted(sheet, column)}.", f"Example: {example}"]
    return Comment("\n".join(lines), "KPIAlign", height=140, width=300)


def accepted(sheet: Sheet, column: Column) -> str:
    """Say what the cells of a column may hold, as their reader has it."""
    reader = column.reader
    if isinstance(reader, cells.Choice):
        return ", ".join(reader.accepted)
    if isinstance(reader, cells.Whole):
        return reader.accepted
    if column.is_figure:
        return f"a number: {FIGURE_WORDS}"
    if (sheet.name, column.name) == ("settings", "key"):
        return ", ".join(SETTINGS)
    if isinstance(reader, cells.Text):
        return f"text of at most {reader.most:,} characters"
    told: dict[object, str] = {
        cells.code: f"a code: {cells.CODE_WORDS}",
        cells.codes: "codes with blanks between",
        cells.name: "text of at most 200 characters",
        cells.yes_no: "yes, no",
        cells.email: "an email address",
        cells.currency: "three letters",
        periods.period: f"a period: {periods.ACCEPTED}",
        periods.month: "a month: 2026-03",
    }
    return told.get(reader, "what the setting takes")


def rule_of(sheet: Sheet, column: Column) -> DataValidation | None:
    """Make the list that a column's cells are chosen from, or the bounds of its numbers."""
    words = _words(column)
    if words:
        return _rule(f'"{",".join(words)}"', "stop", f"Choose one of: {', '.join(words)}"[:255])
    if (sheet.name, column.name) == ("settings", "key"):
        return _rule(SETTING_KEYS, "stop", "Choose a key that the sheet Read me lists.")
    target = _referred(sheet, column)
    if target:
        told = f"The sheet {target} does not have this code. Keep it if KPIAlign knows it already."
        return _rule(list_of(target), "warning", told)
    if isinstance(column.reader, cells.Whole):
        bounds = column.reader
        rule = DataValidation(
            "whole", str(bounds.least), str(bounds.most), allow_blank=True, operator="between"
        )
        rule.error, rule.errorTitle = f"Type {bounds.accepted}.", "Not accepted"
        return rule
    return None


def _words(column: Column) -> tuple[str, ...]:
    if isinstance(column.reader, cells.Choice):
        return column.reader.accepted
    return cells.YES_NO.accepted if column.reader is cells.yes_no else ()


def _referred(sheet: Sheet, column: Column) -> str:
    if (sheet.name, column.name) == PARENT_OF_ENTITY:
        return "entities"
    return REFERENCES.get(column.name, "")


def _rule(formula: str, style: str, told: str) -> DataValidation:
    rule = DataValidation("list", formula, allow_blank=True, errorStyle=style)
    rule.error, rule.errorTitle = told, "Not in the list"
    return rule
