"""Workbooks: honest ones are read cell by cell, hostile ones end in a sentence."""

import re
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from tests.interchange.files import SHEETS, Answer, archive, rows_of, run, workbook

pytestmark = pytest.mark.django_db
Rows = list[list[object]]
WHOLE = {name: rows_of(text) for name, text in SHEETS.items()}


def book(path: Path, **other: Rows) -> Path:
    """Write the small cascade as a workbook, some sheets replaced."""
    return workbook(path / "in.xlsx", {**WHOLE, **other})


def changed(path: Path, part: str, change: Callable[[str], str]) -> Path:
    """Write the file anew with one part of its zip changed."""
    with zipfile.ZipFile(path) as packed:
        entries = {name: packed.read(name) for name in packed.namelist()}
    before = entries[part].decode()
    entries[part] = change(before).encode()
    assert entries[part].decode() != before
    return archive(path.with_name("changed.xlsx"), entries)


def part_of(sheet: str) -> str:
    return f"xl/worksheets/sheet{list(WHOLE).index(sheet) + 1}.xml"


def actuals(tmp_path: Path, *cells: object) -> Answer:
    """Import a workbook whose actuals are these values of OTD."""
    rows: Rows = [["kpi", "entity", "period", "value"]]
    rows += [["OTD", "DE", f"2026-{n:02d}", cell] for n, cell in enumerate(cells, start=1)]
    return run("import_cascade", book(tmp_path, actuals=rows))


def test_a_workbook_is_imported_as_the_folder_of_the_same_sheets_is(tmp_path: Path) -> None:
    answer = run("import_cascade", book(tmp_path))

    assert (answer.code, answer.counts, answer.err) == (
        0,
        "added 23, changed 0, unchanged 0",
        [],
    )


def test_sheet_names_have_no_case_and_others_are_warnings(tmp_path: Path) -> None:
    sheets = {name.upper(): rows for name, rows in WHOLE.items()} | {"Notes": [["x"]]}
    answer = run("import_cascade", workbook(tmp_path / "in.xlsx", sheets))

    assert answer.code == 0
    assert answer.warnings[0].startswith("'Notes', 1, -: the sheet is not one of a cascade")


def test_a_hidden_sheet_is_read_with_a_warning(tmp_path: Path) -> None:
    path = book(tmp_path)
    held = openpyxl.load_workbook(path)
    held["rates"].sheet_state = "veryHidden"
    held.save(path)

    answer = run("import_cascade", path)

    assert answer.code == 0
    assert answer.warnings == ["rates, 1, -: the sheet is hidden, and is read all the same"]


def test_dates_and_numbers_stand_for_periods(tmp_path: Path) -> None:
    rows: Rows = [["kpi", "entity", "period", "value"], ["OTD", "DE", date(2026, 3, 1), 5]]
    targets: Rows = [["kpi", "entity", "period", "target"], ["OTD", "DE", 2026.0, 5]]

    assert run("import_cascade", book(tmp_path, actuals=rows, targets=targets)).code == 0
    out = tmp_path / "out"
    run("export_cascade", out)
    assert "OTD,DE,2026-03,5," in (out / "actuals.csv").read_text()
    assert "OTD,DE,2026,,5," in (out / "targets.csv").read_text()


@pytest.mark.parametrize("cell", [5, 0.1, date(2026, 3, 1), True])
def test_a_cell_that_is_no_text_where_a_code_belongs_is_refused(
    tmp_path: Path, cell: object
) -> None:
    rows: Rows = [["code", "name"], ["FIN", "Finance"], [cell, "Changed"]]

    answer = run("import_cascade", book(tmp_path, perspectives=rows))

    assert len(answer.errors) == 1
    assert answer.errors[0].startswith("perspectives, 3, code: ")
    assert "may have been changed" in answer.errors[0]


def test_a_formula_without_a_stored_value_is_an_error_with_its_place(tmp_path: Path) -> None:
    answer = actuals(tmp_path, 5, "=1+1")

    assert answer.errors == [
        "actuals, 3, value: the cell holds a spreadsheet formula without a stored value,"
        " accepted: a value, or open the file, calculate and save it"
    ]


@pytest.mark.parametrize(
    ("stored", "counts"),
    [("", ""), ("<v></v>", "added 22, changed 0, unchanged 0")],
)
def test_a_formula_of_text_without_a_stored_text_is_no_blank(
    tmp_path: Path, stored: str, counts: str
) -> None:
    cell = f'<c r="D2" t="str"><f>IF(1,"")</f>{stored}</c>'
    path = changed(book(tmp_path), part_of("actuals"), lambda xml: re.sub(
        r'<c r="D2".*?</c>', cell, xml))  # fmt: skip

    answer = run("import_cascade", path)

    assert answer.counts == counts
    assert ["without a stored value" in line for line in answer.errors] == [True] * (not stored)


def test_a_formula_with_its_stored_value_is_that_value(tmp_path: Path) -> None:
    path = book(tmp_path)
    stored = changed(path, part_of("actuals"), lambda xml: xml.replace(
        "<v>93.5</v>", "<f>187/2</f><v>93.5</v>"))  # fmt: skip

    assert run("import_cascade", stored).counts == "added 23, changed 0, unchanged 0"


def test_an_error_cell_in_the_header_is_a_column_that_is_left_out(tmp_path: Path) -> None:
    rows: Rows = [["kpi", "entity", "period", "value", "#REF!"]]

    answer = run("import_cascade", book(tmp_path, actuals=rows))

    assert (answer.code, len(answer.warnings)) == (0, 1)
    assert answer.warnings[0].startswith(
        "actuals, 1, column 5: the unknown column (the cell holds the error #REF!) is left out"
    )


def test_a_workbook_is_known_by_what_it_is_not_by_its_name(tmp_path: Path) -> None:
    path = book(tmp_path).rename(tmp_path / "in.xls")

    assert run("import_cascade", path).counts == "added 23, changed 0, unchanged 0"


@pytest.mark.parametrize("error", ["#DIV/0!", "#N/A", "#REF!"])
def test_an_error_cell_is_an_error_with_its_place(tmp_path: Path, error: str) -> None:
    answer = actuals(tmp_path, error)

    assert answer.errors == [
        f"actuals, 2, value: the cell holds the error {error}, accepted: a value"
    ]


def test_a_cell_shown_as_percentage_counts_as_percent_where_the_unit_is(tmp_path: Path) -> None:
    path = book(tmp_path)
    held = openpyxl.load_workbook(path)
    held["actuals"]["D2"].value = 0.935
    held["actuals"]["D2"].number_format = '0.0" "%'
    held.save(path)

    assert run("import_cascade", path).code == 0
    run("export_cascade", tmp_path / "out")
    assert "OTD,DE,2026-01,93.5," in (tmp_path / "out" / "actuals.csv").read_text()


def test_a_percentage_of_another_unit_is_refused(tmp_path: Path) -> None:
    path = book(tmp_path)
    held = openpyxl.load_workbook(path)
    held["actuals"]["D3"].number_format = "0%"
    held.save(path)

    answer = run("import_cascade", path)

    assert answer.errors[0].startswith("actuals, 3, value: 120000 % is a percentage, and REV is")


def test_a_percent_sign_in_quotes_of_a_format_is_no_percentage(tmp_path: Path) -> None:
    path = book(tmp_path)
    held = openpyxl.load_workbook(path)
    held["actuals"]["D3"].number_format = '0.0"%"'
    held.save(path)

    assert run("import_cascade", path).code == 0


def test_columns_and_rows_are_counted_from_the_corner_of_the_sheet(tmp_path: Path) -> None:
    rows: Rows = [[None, "code", "name"], [], [], [None, "bad code", "Bad"]]

    answer = run("import_cascade", book(tmp_path, perspectives=rows))

    assert next(line for line in answer.errors if line.startswith("perspectives")).startswith(
        "perspectives, 4, code: 'bad code'"
    )


def test_a_header_below_the_first_row_is_refused(tmp_path: Path) -> None:
    rows: Rows = [[], ["code", "name"], ["FIN", "F"]]

    answer = run("import_cascade", book(tmp_path, perspectives=rows))

    assert "perspectives, 1, code: the column is missing, accepted: code, name, financial" in (
        answer.errors
    )


def test_a_declared_size_that_hides_rows_is_not_believed(tmp_path: Path) -> None:
    path = changed(book(tmp_path), part_of("actuals"), lambda xml: xml.replace(
        'ref="A1:D3"', 'ref="A1:A2"'))  # fmt: skip

    assert run("import_cascade", path).counts == "added 23, changed 0, unchanged 0"


def hostile(name: str) -> Callable[[str], str]:
    """Return what makes a sheet hostile."""
    entity = '<!DOCTYPE x [<!ENTITY a "' + "b" * 100 + '">]>'
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    changes: dict[str, Callable[[str], str]] = {
        "a far cell": lambda xml: xml.replace("</sheetData>", far),
        "a far cell without row": lambda xml: xml.replace(
            "</sheetData>", '<row><c r="XFD1048576" t="s"/></row></sheetData>'
        ),
        "an address that is none": lambda xml: xml.replace('r="A2"', 'r="AAAAAAAA99999999999"'),
        "entities": lambda xml: entity + xml.replace("93.5", "&a;"),
        "cut xml": lambda xml: xml[: len(xml) // 2],
        "no xml": lambda _xml: "not xml at all",
    }
    return changes[name]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("a far cell", "far more than a cascade needs"),
        ("a far cell without row", "far more than a cascade needs"),
        ("an address that is none", "a cell with the address"),
        ("entities", "declares XML entities"),
        ("cut xml", "is damaged"),
        ("no xml", "is damaged"),
    ],
)
def test_a_hostile_sheet_ends_in_a_sentence(tmp_path: Path, name: str, told: str) -> None:
    path = changed(book(tmp_path), part_of("actuals"), hostile(name))

    answer = run("import_cascade", path)

    assert (answer.code, answer.out) == (1, [])
    assert len(answer.err) == 1
    assert answer.err[0].startswith(f"{path} cannot be read as a workbook: ")
    assert told in answer.err[0]


def test_a_sheet_cut_off_after_a_whole_row_is_not_taken_for_a_short_one(tmp_path: Path) -> None:
    path = changed(book(tmp_path), part_of("actuals"), lambda xml: xml[: xml.index('<row r="3"')])

    assert "is damaged" in run("import_cascade", path).err[0]


def test_a_long_text_in_very_many_cells_ends_in_a_sentence(tmp_path: Path) -> None:
    cells = '<c r="A{0}" t="s"><v>0</v></c>'
    rows = "".join(f'<row r="{n}">{cells.format(n)}</row>' for n in range(1, 12_000))
    path = changed(
        book(tmp_path),
        part_of("actuals"),
        lambda xml: xml[: xml.index("<sheetData>")] + f"<sheetData>{rows}</sheetData></worksheet>",
    )
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/sharedStrings.xml", f"<sst><si><t>{'x' * 30_000}</t></si></sst>")

    answer = run("import_cascade", path)

    assert len(answer.err) == 1
    assert "hold more text than a cascade needs" in answer.err[0]


def test_a_bomb_ends_in_a_sentence(tmp_path: Path) -> None:
    path = book(tmp_path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/media/image1.png", b"\0" * 410_000_000)

    answer = run("import_cascade", path)

    assert answer.err == [
        f"{path} cannot be read as a workbook: it unpacks to more than 400,000,000 bytes."
    ]


def test_texts_that_need_too_much_memory_end_in_a_sentence(tmp_path: Path) -> None:
    path = book(tmp_path)
    texts = "<sst>" + "<si><t>x</t></si>" * 12_000_000 + "</sst>"
    with zipfile.ZipFile(path) as packed:
        entries = {name: packed.read(name) for name in packed.namelist()}
    path = archive(tmp_path / "big.xlsx", {**entries, "xl/sharedStrings.xml": texts})

    answer = run("import_cascade", path)

    assert (answer.code, answer.out) == (1, [])
    assert len(answer.err) == 1


def test_a_workbook_that_does_not_end_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kpialign.interchange.workbook.MOST_WAIT", 0.0)

    answer = run("import_cascade", book(tmp_path))

    assert answer.code == 1
    assert "takes too long to read" in answer.err[0]


def test_a_very_long_text_is_refused_with_its_place(tmp_path: Path) -> None:
    path = changed(book(tmp_path), part_of("perspectives"), lambda xml: xml.replace(
        ">Finance<", ">" + "F" * 40_000 + "<"))  # fmt: skip

    answer = run("import_cascade", path)

    assert answer.errors[0] == (
        "perspectives, 2, name: the text has 40,000 characters, accepted: at most 32,767"
    )
