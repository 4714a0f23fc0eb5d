"""Folders and zip files of CSV: what is read, and what is named when it is not."""

from errno import EACCES
from pathlib import Path

import pytest

from kpialign.interchange.problems import MOST_PROBLEMS
from tests.interchange.files import (
    SHEETS,
    archive,
    folder,
    import_sheets,
    refusal,
    rows_of,
    run,
    workbook,
)

pytestmark = pytest.mark.django_db


def test_a_folder_is_imported(tmp_path: Path) -> None:
    answer = import_sheets(tmp_path)

    assert (answer.code, answer.counts) == (0, "added 23, changed 0, unchanged 0")
    assert answer.err == []


def test_the_same_folder_again_changes_nothing(tmp_path: Path) -> None:
    import_sheets(tmp_path)

    assert import_sheets(tmp_path).counts == "added 0, changed 0, unchanged 23"


def test_case_and_order_of_headers_and_files_do_not_count(tmp_path: Path) -> None:
    path = folder(tmp_path / "in")
    (path / "objectives.csv").rename(path / "Objectives.CSV")
    (path / "entities.csv").write_text("Name,PARENT, Code \nGroup,,GRP\nG,GRP,DE\nA,GRP,US\n")

    assert run("import_cascade", path).code == 0


def test_a_byte_order_mark_is_read_over(tmp_path: Path) -> None:
    marked = SHEETS["kpis"].encode("utf-8-sig")

    assert import_sheets(tmp_path, kpis=marked).code == 0


def test_a_zip_file_is_imported_whatever_folder_stands_in_it(tmp_path: Path) -> None:
    entries = {f"../../Acme/{name}.csv": text for name, text in SHEETS.items()}
    entries["__MACOSX/Acme/._kpis.csv"] = "\0\0"
    path = archive(tmp_path / "in.zip", entries)

    answer = run("import_cascade", path)

    assert (answer.code, answer.counts) == (0, "added 23, changed 0, unchanged 0")
    assert list(tmp_path.iterdir()) == [path]


def test_a_sheet_twice_in_a_zip_file_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "in.zip", {"a/kpis.csv": "code\n", "b/KPIs.csv": "code\n"})

    answer = run("import_cascade", path)

    assert answer.code == 1
    assert answer.errors[0] == "kpis, 1, -: the sheet stands twice, accepted: once"


def test_a_bomb_in_a_zip_file_is_refused_by_what_it_unpacks_to(tmp_path: Path) -> None:
    path = archive(tmp_path / "in.zip", {"kpis.csv": b"\n" * 21_000_000})

    assert run("import_cascade", path).err == [f"{path} unpacks to more than 20,000,000 bytes."]


def test_a_damaged_zip_file_is_refused(tmp_path: Path) -> None:
    whole = archive(tmp_path / "in.zip", dict(SHEETS)).read_bytes()
    for cut in (10, len(whole) // 2, len(whole) - 10):
        (tmp_path / "cut.zip").write_bytes(whole[:cut])
        assert "damaged" in run("import_cascade", tmp_path / "cut.zip").err[0]
    spoiled = bytearray(whole)
    spoiled[60] ^= 0xFF
    (tmp_path / "spoiled.zip").write_bytes(spoiled)
    answer = run("import_cascade", tmp_path / "spoiled.zip")
    assert answer.code == 1


def test_a_missing_path_is_named(tmp_path: Path) -> None:
    answer = run("import_cascade", tmp_path / "none")

    assert answer.code == 1
    assert answer.err[0].startswith(f"There is no file or folder {tmp_path}/none; accepted: ")


def test_a_path_that_no_system_takes_is_named(tmp_path: Path) -> None:
    answer = run("import_cascade", tmp_path / ("a" * 5_000))

    assert (answer.code, answer.out, len(answer.err)) == (1, [], 1)
    assert "cannot be read: File name too long" in answer.err[0]


def test_a_file_in_a_folder_of_others_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> bool:
        raise PermissionError(EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_dir", refuse)

    answer = run("import_cascade", tmp_path / "in.xlsx")

    assert (answer.code, answer.out) == (1, [])
    assert answer.err == [f"{tmp_path}/in.xlsx cannot be read: Permission denied."]


def test_of_very_many_problems_the_first_are_told(tmp_path: Path) -> None:
    rows = "OTD,DE,2026-01,x\n" * (MOST_PROBLEMS + 5)
    answer = import_sheets(tmp_path, actuals="kpi,entity,period,value\n" + rows)

    assert answer.code == 1
    assert len(answer.errors) == MOST_PROBLEMS + 1
    assert answer.errors[0].startswith("actuals, 2, value: 'x' is not a number")
    assert answer.errors[-1] == "These are the first 10,000 problems; there may be more."


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.csv", b"kpi,period,value\n", "one text file, not a cascade"),
        ("a.txt", "kpi\tvalue".encode("utf-16"), "one text file, not a cascade"),
        ("a.xls", bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "old kind (.xls)"),
        ("a.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"),
         "encrypted workbook"),
        ("a.pdf", b"%PDF-1.4", "of another kind"),
        ("a.xlsx", b"", "of another kind"),
        ("a.xlsx", b"PK\x03\x04nothing", "damaged"),
    ],
)  # fmt: skip
def test_a_file_of_another_kind_is_named(tmp_path: Path, name: str, data: bytes, told: str) -> None:
    (tmp_path / name).write_bytes(data)

    answer = run("import_cascade", tmp_path / name)

    assert (answer.code, answer.out) == (1, [])
    assert len(answer.err) == 1
    assert told in answer.err[0]


def test_a_folder_without_any_sheet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "figures.csv").write_text("kpi,value\n")

    answer = run("import_cascade", tmp_path)

    assert answer.code == 1
    assert answer.err[0].startswith(f"There is no sheet of a cascade in the folder {tmp_path}")


def test_unknown_sheets_and_columns_are_warnings(tmp_path: Path) -> None:
    path = folder(tmp_path / "in", notes="a,b\n1,2\n", perspectives="code,name,colour\nFIN,F,red\n")

    answer = run("import_cascade", path)

    assert answer.code == 0
    assert [line.split(", accepted")[0] for line in answer.warnings] == [
        "'notes.csv', 1, -: the file is no sheet and is left out",
        "perspectives, 1, column 3: the unknown column 'colour' is left out",
    ]


def test_a_calendar_of_its_own_comes_later(tmp_path: Path) -> None:
    told = "calendar, 1, -: calendars other than months come later, accepted: calendar months"
    sheets = SHEETS | {"Calendar": "period,first_day,last_day\n2026-01,2025-12-29,2026-01-25\n"}
    book = {name: rows_of(text) for name, text in sheets.items()}

    for path in (folder(tmp_path / "in", sheets), workbook(tmp_path / "in.xlsx", book)):
        answer = run("import_cascade", path)
        assert (answer.code, answer.errors) == (1, [told])


def test_a_column_without_header_that_holds_something_is_a_warning(tmp_path: Path) -> None:
    answer = import_sheets(tmp_path, perspectives="code,name,\nFIN,Finance,\nNEW,New,x\n")

    assert answer.code == 0
    assert "column 3: the column has no header" in answer.warnings[0]


def test_missing_columns_and_columns_twice_are_errors(tmp_path: Path) -> None:
    answer = import_sheets(tmp_path, links="parent,Parent,weight\nTOP,OBJ,1\n")

    assert [line.split(",")[:3] for line in answer.errors[:2]] == [
        ["links", " 1", " parent: the column stands twice"],
        ["links", " 1", " child: the column is missing"],
    ]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ("code,name\nFIN,Zürich\n".encode("cp1252"), "perspectives, 2, -: the byte 0xFC is not "),
        ("code,name\nFIN,F\n".encode("utf-16"), "perspectives, 1, -: near here, the file is UTF-"),
        ("code,name\nFIN,F\n".encode("utf-16-le"), "perspectives, 1, -: near here, there is a NUL"),
        (b"code;name\nFIN;F\n", "perspectives, 1, -: the columns are separated by semicolons"),
        (b"code\tname\nFIN\tF\n", "perspectives, 1, -: the columns are separated by tabs"),
        (b"code,name\nFIN,F,G\n", "perspectives, 2, -: the row has 3 cells, the header 2"),
        (b"code,name\n\nFIN\n", "perspectives, 3, -: the row has 1 cells, the header 2"),
        (b'code,name\nFIN,"F\n', "perspectives, 2, -: near here, unexpected end of data"),
        (b'code,name\nFIN,"F"x\n', "perspectives, 2, -: near here, "),
        (b"code,name\nFIN," + b"x" * 200_000 + b"\n", "perspectives, 2, -: near here, field "),
        (b"", "perspectives, 1, -: the file is empty"),
    ],
)
def test_a_text_that_is_no_csv_is_named_with_its_place(
    tmp_path: Path, data: bytes, line: str
) -> None:
    assert refusal(tmp_path, perspectives=data).startswith(line)


@pytest.mark.parametrize(
    "spoiled", ["OTD,DE,\0,1", 'OTD,DE,"2026-01"x,1', 'OTD,DE,"2026-01,1', "OTD," + "x" * 140_000]
)
def test_a_line_that_is_no_csv_is_named_by_its_row_however_far_down(
    tmp_path: Path, spoiled: str
) -> None:
    rows = [f"OTD,DE,{year}-{month:02d},1" for year in range(1990, 2010) for month in range(1, 13)]
    text = "\n".join(["kpi,entity,period,value", *rows, spoiled, ""])

    assert refusal(tmp_path, actuals=text).startswith(f"actuals, {len(rows) + 2}, -: near here, ")


def test_quoted_line_breaks_count_as_one_row(tmp_path: Path) -> None:
    text = 'code,name\nA,"two\nlines"\nFIN,F\n\nbad code,B\n'

    assert refusal(tmp_path, perspectives=text).startswith("perspectives, 5, code: 'bad code'")


def test_one_apostrophe_is_taken_off(tmp_path: Path) -> None:
    import_sheets(tmp_path, perspectives="code,name\nFIN,''t Hooft\n")

    assert run("export_cascade", tmp_path / "out").code == 0
    assert "FIN,''t Hooft,no" in (tmp_path / "out" / "perspectives.csv").read_text()


def test_a_database_that_is_not_migrated_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("organisation.models.Organisation._meta.db_table", "not_there")

    answer = import_sheets(tmp_path)

    assert answer.code == 1
    assert "manage.py migrate" in answer.err[0]
