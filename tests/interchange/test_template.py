"""The template has exactly what an import takes, and filled in it is one."""

from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from openpyxl import Workbook
from openpyxl.utils import range_boundaries

from kpialign.interchange.column_notes import COLUMN_NOTES, SHEET_NOTES
from kpialign.interchange.figures import Marks, read_figure
from kpialign.interchange.settings_keys import SETTINGS
from kpialign.interchange.sheets import READ_ME, SHEETS, Column
from kpialign.interchange.template_workbook import TEXT, template_workbook
from kpis.models import KPI
from organisation.models import Organisation
from tests.interchange import files
from tests.interchange.uploading import browser

COLUMNS = [(sheet.name, column) for sheet in SHEETS.values() for column in sheet.columns]
IDS = [f"{sheet}-{column.name}" for sheet, column in COLUMNS]


@pytest.fixture(scope="module")
def book() -> Workbook:
    return openpyxl.load_workbook(BytesIO(template_workbook()))


def saved(path: Path, book: Workbook) -> Path:
    book.save(path)
    return path


def test_the_template_has_every_sheet_and_column_that_an_import_takes(book: Workbook) -> None:
    heads = {page.title: [cell.value for cell in page[1]] for page in book.worksheets[1:]}

    assert book.worksheets[0].title == READ_ME
    assert heads == {name: [c.name for c in sheet.columns] for name, sheet in SHEETS.items()}
    assert all(page.freeze_panes == "A2" for page in book.worksheets[1:])


def test_every_sheet_and_column_has_its_note_and_no_note_is_left_over() -> None:
    wanted = {name: [c.name for c in sheet.columns] for name, sheet in SHEETS.items()}

    assert list(SHEET_NOTES) == list(SHEETS)
    assert {name: list(notes) for name, notes in COLUMN_NOTES.items()} == wanted


@pytest.mark.parametrize(("sheet", "column"), COLUMNS, ids=IDS)
def test_a_note_says_what_is_required_and_its_example_is_accepted(
    book: Workbook, sheet: str, column: Column
) -> None:
    place = [one.name for one in SHEETS[sheet].columns].index(column.name) + 1
    comment = book[sheet].cell(1, place).comment
    example = COLUMN_NOTES[sheet][column.name][1]

    read = read_figure(example, Marks.NONE) if column.is_figure else column.reader(example)

    assert comment is not None
    assert f"Example: {example}" in comment.text
    needed = column.required and not column.may_be_empty
    assert ("Required." if needed else "Optional.") in comment.text
    assert read not in ("", None)


@pytest.mark.parametrize(("sheet", "column"), COLUMNS, ids=IDS)
def test_a_list_to_choose_from_has_what_the_column_accepts(
    book: Workbook, sheet: str, column: Column
) -> None:
    words = getattr(column.reader, "accepted", None)
    place = [one.name for one in SHEETS[sheet].columns].index(column.name) + 1
    rules = [
        rule
        for rule in book[sheet].data_validations.dataValidation
        if any(range_boundaries(str(area))[0] == place for area in rule.sqref.ranges)
    ]

    if isinstance(words, tuple):
        assert [rule.formula1 for rule in rules] == [f'"{",".join(words)}"']
        assert all(len(str(rule.formula1)) <= 257 for rule in rules)
    elif column.name in {"department", "entity", "kpi", "perspective"}:
        assert [rule.type for rule in rules] == ["list"]
        assert rules[0].formula1 in book.defined_names


def test_every_key_of_the_settings_can_be_chosen(book: Workbook) -> None:
    area = str(book.defined_names["keys_of_settings"].attr_text)
    page, cells = area.split("!")

    found = [row[0].value for row in book[page.strip("'")][cells.replace("$", "")]]

    assert found == list(SETTINGS)


def test_codes_and_periods_are_kept_as_text(book: Workbook) -> None:
    formats = {
        name: [
            book[name].column_dimensions[cell.column_letter].number_format
            for cell in book[name][1]
            if cell.value in {"code", "period", "kpi", "entity", "active_from"}
        ]
        for name in SHEETS
    }

    assert {one for found in formats.values() for one in found} == {TEXT}
    assert book["actuals"].column_dimensions["D"].number_format == "General"


@pytest.mark.django_db
def test_the_empty_template_is_an_import_of_nothing(tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    path.write_bytes(template_workbook())

    answer = files.run("import_cascade", path)

    assert (answer.code, answer.counts, answer.err) == (0, "added 0, changed 0, unchanged 0", [])
    assert not Organisation.objects.exists()


@pytest.mark.django_db
def test_the_template_filled_in_is_a_cascade(tmp_path: Path, book: Workbook) -> None:
    filled = openpyxl.load_workbook(BytesIO(template_workbook()))
    for name, text in files.SHEETS.items():
        rows = files.rows_of(text)
        places = {cell.value: cell.column for cell in filled[name][1]}
        for number, row in enumerate(rows[1:], start=2):
            for head, value in zip(rows[0], row, strict=True):
                filled[name].cell(number, places[head], value)

    answer = files.run("import_cascade", saved(tmp_path / "filled.xlsx", filled))

    assert (answer.code, answer.counts, answer.err) == (0, "added 23, changed 0, unchanged 0", [])
    assert KPI.objects.count() == 4


@pytest.mark.django_db
def test_the_template_can_be_had_before_there_is_anything() -> None:
    answer = browser().get("/import/template.xlsx")

    assert answer.content == template_workbook()
    assert answer["Content-Disposition"] == 'attachment; filename="kpialign-template.xlsx"'
    assert openpyxl.load_workbook(BytesIO(answer.content)).sheetnames == [READ_ME, *SHEETS]
