"""Real spreadsheets, and mutants of honest ones: a sentence, never a trace or a part."""

import random
import re
import zipfile
from pathlib import Path

import pytest
from django.db import transaction

from kpis.models import KPI, Node
from organisation.models import AuditEntry, Organisation
from tests.interchange.files import SHEETS, Answer, archive, folder, rows_of, run, workbook

pytestmark = pytest.mark.django_db
MESSY = Path(__file__).parents[1] / "data" / "messy"
FILES = sorted(path for path in MESSY.rglob("*.*") if path.parent != MESSY)
WORKBOOKS = [path for path in FILES if path.suffix in (".xlsx", ".xlsm")]
TEXTS = [path for path in FILES if path.suffix in (".csv", ".txt")]
MUTANTS = 60
# Where a file has sheets with our names, or is given one, it may have any number of problems.
PLACE = re.compile(r"(?:warning: )?'?[^,:]{1,60}'?, \d+, [^:]+: .+")


def refused(answer: Answer) -> bool:
    """Tell whether an import ended with problems alone, and wrote nothing."""
    assert answer.out == []
    assert answer.code == 1
    assert answer.err
    assert not any("Traceback" in line or line == "" for line in answer.err)
    assert not Organisation.objects.exists()
    assert not Node.objects.exists()
    assert not AuditEntry.objects.exists()
    return True


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_messy_file_ends_in_a_sentence(path: Path) -> None:
    assert refused(run("import_cascade", path))


@pytest.mark.parametrize("path", WORKBOOKS, ids=lambda path: path.name)
@pytest.mark.parametrize("sheet", ["actuals", "settings"])
def test_a_messy_workbook_whose_sheet_has_our_name_ends_in_places(
    tmp_path: Path, path: Path, sheet: str
) -> None:
    with zipfile.ZipFile(path) as packed:
        entries: dict[str, str | bytes] = {name: packed.read(name) for name in packed.namelist()}
        part = "xl/workbook.xml" if "xl/workbook.xml" in entries else "workbook.xml"
        xml = packed.read(part).decode()
    entries[part] = re.sub(r'(<(?:\w+:)?sheet [^>]*?name=")[^"]*', rf"\g<1>{sheet}", xml, count=1)

    answer = run("import_cascade", archive(tmp_path / "renamed.xlsx", entries))

    assert refused(answer)
    assert all(PLACE.fullmatch(line) for line in answer.err) or len(answer.err) == 1


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
@pytest.mark.parametrize("sheet", ["actuals", "settings"])
def test_a_messy_text_in_the_place_of_a_sheet_ends_in_places(
    tmp_path: Path, path: Path, sheet: str
) -> None:
    answer = run("import_cascade", folder(tmp_path / "in", {}, **{sheet: path.read_bytes()}))

    assert refused(answer)
    assert all(PLACE.fullmatch(line) for line in answer.err)


@pytest.mark.parametrize("seed", range(MUTANTS))
def test_a_mutant_of_an_honest_workbook_is_refused_or_read(tmp_path: Path, seed: int) -> None:
    honest = workbook(tmp_path / "in.xlsx", {name: rows_of(text) for name, text in SHEETS.items()})
    mutant = tmp_path / "mutant.xlsx"
    mutant.write_bytes(mutated(honest, random.Random(seed)))  # noqa: S311, a seed, no secret

    with transaction.atomic():
        answer = run("import_cascade", mutant)
        if answer.code == 0:
            assert KPI.objects.count() == 4
            transaction.set_rollback(True)
            return
    assert refused(answer)


def mutated(path: Path, dice: random.Random) -> bytes:
    """Change some bytes of the file, or of one of its parts, or cut or repeat a piece of it."""
    if dice.random() < 0.3:
        return spoiled(path.read_bytes(), dice)
    with zipfile.ZipFile(path) as packed:
        entries: dict[str, str | bytes] = {name: packed.read(name) for name in packed.namelist()}
    part = dice.choice([name for name in entries if "sheet" in name or "workbook" in name])
    data = entries[part]
    assert isinstance(data, bytes)
    entries[part] = spoiled(data, dice)
    return archive(path.with_name("parts.xlsx"), entries).read_bytes()


def spoiled(data: bytes, dice: random.Random) -> bytes:
    start = dice.randrange(len(data))
    piece = data[start : start + dice.randrange(1, 40)]
    kind = dice.randrange(4)
    if kind == 0:
        return data[:start] + data[start + len(piece) :]
    if kind == 1:
        return data[:start] + piece * dice.randrange(2, 50) + data[start:]
    changed = bytearray(data)
    for _time in range(dice.randrange(1, 6)):
        changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)
