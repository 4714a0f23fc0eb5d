"""Read a cascade from a folder, or a zip file, of one CSV file a sheet."""

import lzma
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from kpialign.interchange.delimited import Opener, read_delimited
from kpialign.interchange.problems import ImportRefusedError, Report, shown
from kpialign.interchange.sheets import LATER, SHEET_WORDS, SHEETS
from kpialign.interchange.tables import RawTable

MOST_ENTRIES = 1_000
MOST_BYTES = 1_000_000_000
MOST_ZIPPED_BYTES = 400_000_000
MOST_RATIO = 60  # figures as text shrink to a tenth or so
LEAST_LIMIT = 20_000_000
CSV = ".csv"
UNREADABLE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError)

Tables = dict[str, RawTable]


def read_folder(folder: Path, report: Report) -> Tables:
    """Read every sheet for which the folder has a file."""
    try:
        files = sorted(e for e in folder.iterdir() if e.is_file() and e.name[0] != ".")
    except OSError as error:
        raise ImportRefusedError(f"{folder} cannot be read: {error.strerror}.") from None
    sizes = sum(entry.stat().st_size for entry in files if entry.suffix.lower() == CSV)
    if sizes > MOST_BYTES:
        raise ImportRefusedError(f"{folder} holds more than {MOST_BYTES:,} bytes of CSV.")
    named = [(entry.name, _file_opener(entry)) for entry in files]
    return _read_named(named, f"the folder {folder}", report)


def _file_opener(path: Path) -> Opener:
    def open_file() -> BinaryIO:
        return path.open("rb")

    return open_file


def read_archive(path: Path, archive: zipfile.ZipFile, report: Report) -> Tables:
    """Read every sheet for which a zip file has an entry, which is never written anywhere."""
    entries = [entry for entry in archive.infolist() if _may_be_sheet(entry)]
    if len(archive.infolist()) > MOST_ENTRIES:
        raise ImportRefusedError(f"{path} has more than {MOST_ENTRIES:,} entries.")
    if any(entry.flag_bits & 1 for entry in entries):
        raise ImportRefusedError(f"{path} is encrypted; take the password off and try again.")
    try:
        _refuse_bomb(path, archive, entries)
    except UNREADABLE:
        raise ImportRefusedError(f"{path} is a damaged zip file, or packed unusually.") from None
    named = [(PurePosixPath(e.filename).name, _entry_opener(archive, e)) for e in entries]
    return _read_named(named, f"the zip file {path}", report)


def _may_be_sheet(entry: zipfile.ZipInfo) -> bool:
    """Tell whether an entry is a file, and not a hidden one."""
    name = PurePosixPath(entry.filename).name
    return not entry.is_dir() and not name.startswith(".")


def _refuse_bomb(path: Path, archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """Unpack the sheets to nowhere and count: a zip file may lie about its sizes."""
    left = limit = min(MOST_ZIPPED_BYTES, max(LEAST_LIMIT, MOST_RATIO * path.stat().st_size))
    for entry in entries:
        if not entry.filename.lower().endswith(CSV):
            continue
        with archive.open(entry) as unpacked:
            while block := unpacked.read(1_000_000):
                left -= len(block)
                if left < 0:
                    message = f"{path} unpacks to more than {limit:,} bytes."
                    raise ImportRefusedError(message)


def _entry_opener(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Opener:
    def open_file() -> BinaryIO:
        return cast("BinaryIO", archive.open(entry))

    return open_file


def _read_named(named: Iterable[tuple[str, Opener]], where: str, report: Report) -> Tables:
    """Read the files that are sheets, and name those that are not."""
    found: dict[str, Opener] = {}
    for name, opener in named:
        stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix
        sheet = stem.strip().casefold()
        if suffix.lower() == CSV and sheet in LATER:
            report.error(sheet, 1, "-", LATER[sheet], "calendar months")
        elif suffix.lower() != CSV or sheet not in SHEETS:
            report.warn(shown(name), 1, "-", "the file is no sheet and is left out", SHEET_WORDS)
        elif sheet in found:
            report.error(sheet, 1, "-", "the sheet stands twice", "once")
        else:
            found[sheet] = opener
    if not found:
        message = f"There is no sheet of a cascade in {where}; accepted: {SHEET_WORDS}, each .csv."
        raise ImportRefusedError(message)
    tables: Tables = {}
    for sheet in (name for name in SHEETS if name in found):
        table = read_delimited(found[sheet], SHEETS[sheet], report)
        if table is not None:
            tables[sheet] = table
    return tables
