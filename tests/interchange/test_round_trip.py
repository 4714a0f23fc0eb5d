"""Export and import give the same sheets, value for value, whatever the texts begin with."""

import csv
import gc
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kpialign.interchange.writing import digits
from tests.interchange.files import exported, folder, import_sheets, run

pytestmark = pytest.mark.django_db
CONFORMANCE = Path(__file__).parents[1] / "data" / "conformance"

# Each example is an import or two: making a failing one smaller would take minutes.
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
NASTY = st.sampled_from("=+-@\t\r\n'\"_x000DF;,|\\ <&é売🚀\u00a01.")
texts = st.one_of(
    st.text(NASTY, max_size=12),
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=12),
    st.sampled_from(
        [
            "=1+1",
            "+1",
            "-1",
            "@x",
            "\tx",
            "\rx",
            "'x",
            "''",
            " ",
            "\t",
            "\r",
            "\n",
            "_x000D_",
            "#N/A",
            "n/a",
        ]
    ),
)
names = texts.filter(lambda text: text.strip() != "")
codes = st.from_regex(r"\A[A-Za-z0-9._-]{1,12}\Z")
figures = st.builds(
    lambda whole, places: Decimal(whole).scaleb(-places),
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.integers(0, 15),
)


@st.composite
def organisations(draw: st.DrawFn) -> dict[str, list[list[str]]]:
    """Make the sheets of an organisation as they are exported."""
    node_codes = draw(st.lists(codes, min_size=4, max_size=4, unique=True))
    objective, *kpis = node_codes
    unit = draw(texts)
    kpi_rows = [
        [code, draw(names), draw(texts), "financial", "D", unit, "", "higher", "monthly", "sum",
         "", "", "", "arithmetic", "", draw(texts), draw(st.sampled_from(["active", "archived"]))]
        for code in kpis
    ]  # fmt: skip
    weights = [digits(draw(figures.map(abs).filter(bool))) for _code in kpis]
    values = [digits(draw(figures)) for _code in kpis]
    return {
        "departments": [["D", draw(names), "", ""]],
        "objectives": [[objective, draw(names), draw(texts), "", "", "", "geometric", "active"]],
        "kpis": kpi_rows,
        "links": [
            [objective, code, weight, "contributes", "", draw(texts)]
            for code, weight in zip(kpis, weights, strict=True)
        ],
        "targets": [
            [code, "GROUP", "2026-02", value, "", "", "", value, draw(texts), "yes"]
            for code, value in zip(kpis, values, strict=True)
        ],
        "actuals": [
            [code, "GROUP", "2026-01", value, draw(texts), draw(STATUSES), draw(texts)]
            for code, value in zip(kpis, values, strict=True)
        ],
    }


STATUSES = st.sampled_from(["draft", "submitted", "approved"])
HEADERS = {
    "departments": "code,name,head_email,partner_email",
    "objectives": "code,name,description,perspective,department,owner_email,aggregation,state",
    "kpis": "code,name,description,category,department,unit,decimals,direction,frequency,"
    "time_rollup,entity_rollup,entities,formula,aggregation,owner_email,tags,state",
    "links": "parent,child,weight,kind,lag,rationale",
    "targets": "kpi,entity,period,baseline,target,band_low,band_high,budget,source,illustrative",
    "actuals": "kpi,entity,period,value,comment,status,source",
}
NUMBERS = {"weight", "baseline", "target", "band_low", "band_high", "budget", "value"}


def write(path: Path, sheets: dict[str, list[list[str]]]) -> Path:
    """Write the sheets by the contract's words alone, not by the product's writer."""
    path.mkdir()
    for name, rows in sheets.items():
        header = HEADERS[name].split(",")
        with (path / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL)
            writer.writerow(header)
            for row in rows:
                writer.writerow(written(header, row))
    return path


def written(header: list[str], row: list[str]) -> list[str]:
    cells = zip(header, row, strict=True)
    return [cell if column in NUMBERS else guarded(cell) for column, cell in cells]


def guarded(text: str) -> str:
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r", "'") else text


@contextmanager
def fresh() -> Iterator[Path]:
    """Give a folder, and take back afterwards what the database was told."""
    path = Path(tempfile.mkdtemp())
    try:
        with transaction.atomic():
            yield path
            transaction.set_rollback(True)
    finally:
        shutil.rmtree(path)


@settings(
    max_examples=30, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.too_slow]
)
@given(sheets=organisations())
def test_what_is_imported_is_exported_value_for_value(sheets: dict[str, list[list[str]]]) -> None:
    with fresh() as path:
        answer = run("import_cascade", write(path / "in", sheets))
        assert answer.code == 0, answer
        first = exported(path / "out")
        for name, rows in sheets.items():
            header = HEADERS[name].split(",")
            wanted = [written(header, row) for row in rows]
            assert first[name][0] == header
            assert sorted(first[name][1:]) == sorted(wanted)

        again = run("import_cascade", path / "out")
        assert again.counts.startswith("added 0, changed 0"), again

        assert run("export_cascade", path / "out.xlsx").code == 0
        by_workbook = run("import_cascade", path / "out.xlsx")
        assert by_workbook.counts == again.counts, by_workbook


@settings(
    max_examples=8, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.too_slow]
)
@given(sheets=organisations())
def test_a_workbook_carries_everything_into_an_empty_database(
    sheets: dict[str, list[list[str]]],
) -> None:
    with fresh() as path:
        assert run("import_cascade", write(path / "in", sheets)).code == 0
        first = exported(path / "first")
        assert run("export_cascade", path / "out.xlsx").code == 0
        book = (path / "out.xlsx").read_bytes()

    with fresh() as path:
        (path / "in.xlsx").write_bytes(book)
        answer = run("import_cascade", path / "in.xlsx")
        assert answer.code == 0, answer
        assert exported(path / "second") == first


def test_a_workbook_holds_no_formula_and_guards_its_texts(tmp_path: Path) -> None:
    perspectives = "code,name\nFIN,'=HYPERLINK(0)\n-1,'+1\n"
    assert import_sheets(tmp_path, perspectives=perspectives).code == 0

    run("export_cascade", tmp_path / "out.xlsx")

    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    cells = [cell for page in book for row in page for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "b", "inlineStr"}
    held = {cell.value: cell for cell in cells}
    assert held["=HYPERLINK(0)"].quotePrefix
    assert held["-1"].data_type == "s"


def test_numbers_of_a_workbook_are_numbers_unless_a_digit_would_be_lost(tmp_path: Path) -> None:
    actuals = (
        "kpi,period,value\nREV,2026-01,-1.5\nREV,2026-02,99999999999999.9\n"
        "REV,2026-03,9.00000000000001\n"
    )
    import_sheets(tmp_path, actuals=actuals)

    run("export_cascade", tmp_path / "out.xlsx")

    page = openpyxl.load_workbook(tmp_path / "out.xlsx")["actuals"]
    values = [row[3] for row in page.iter_rows(min_row=2, values_only=True)]
    assert [Decimal(str(value)) for value in values] == [
        Decimal("-1.5"),
        Decimal("99999999999999.9"),
        Decimal("9.00000000000001"),
    ]
    assert isinstance(values[0], float)


def test_an_export_writes_every_row_with_its_entity_and_in_order(tmp_path: Path) -> None:
    actuals = "kpi,period,value,status\nREV,2026-02,1.50,draft\nREV,2025-12,2,\nOTD,2026-01,3,\n"
    import_sheets(tmp_path, actuals=actuals)

    assert exported(tmp_path / "new" / "folder")["actuals"] == rows_of_text(
        "kpi,entity,period,value,comment,status,source\n"
        "OTD,GRP,2026-01,3,,approved,\n"
        "REV,GRP,2025-12,2,,approved,\n"
        "REV,GRP,2026-02,1.5,,draft,\n"
    )


def rows_of_text(text: str) -> list[list[str]]:
    return [line.split(",") for line in text.splitlines()]


def test_a_draft_beside_a_counted_figure_is_not_exported(tmp_path: Path) -> None:
    import_sheets(tmp_path)
    draft = "kpi,entity,period,value,status\nOTD,DE,2026-01,1,draft\n"
    import_sheets(tmp_path, full=False, actuals=draft)

    assert "OTD,DE,2026-01,93.5,,approved," in [
        ",".join(row) for row in exported(tmp_path / "out")["actuals"]
    ]


def test_an_export_into_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    folder(tmp_path / "out")

    answer = run("export_cascade", tmp_path / "out")

    assert answer.code == 1
    assert answer.err == [
        f"{tmp_path}/out is not empty. Nothing was exported; name an empty folder."
    ]


@pytest.mark.parametrize("name", ["out.csv", "out.zip"])
def test_an_export_to_a_file_of_another_kind_is_refused(tmp_path: Path, name: str) -> None:
    answer = run("export_cascade", tmp_path / name)

    assert answer.code == 1
    assert "neither a folder nor a workbook" in answer.err[0]


@pytest.mark.parametrize("number", [f"{n:02d}" for n in range(1, 11)])
def test_each_conformance_cascade_is_the_same_after_a_workbook_and_an_empty_database(
    tmp_path: Path, number: str
) -> None:
    with transaction.atomic():
        assert run("import_cascade", CONFORMANCE / number).code == 0
        first = exported(tmp_path / "first")
        run("export_cascade", tmp_path / "out.xlsx")
        transaction.set_rollback(True)

    answer = run("import_cascade", tmp_path / "out.xlsx")

    assert (answer.code, answer.errors) == (0, [])
    assert exported(tmp_path / "second") == first


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", ["a" * 300, "a" * 300 + ".xlsx"])
def test_an_export_to_a_path_that_no_system_takes_is_refused(tmp_path: Path, name: str) -> None:
    answer = run("export_cascade", tmp_path / name)
    gc.collect()  # what was left open ends now, and Python prints how

    assert (answer.code, answer.out) == (1, [])
    assert answer.err == [f"{tmp_path / name} cannot be written: File name too long."]
