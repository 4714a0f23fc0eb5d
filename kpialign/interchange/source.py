"""Read the sheets of a cascade from wherever they are: a workbook, a folder, a zip file."""

import zipfile
from pathlib import Path

from kpialign.interchange.folder import read_archive, read_folder
from kpialign.interchange.problems import ImportRefusedError, Report
from kpialign.interchange.tables import RawTable
from kpialign.interchange.workbook import read_workbook

ACCEPTED = "accepted: a workbook (.xlsx or .xlsm), or a folder or .zip of UTF-8 .csv files"
OLE_MARK = bytes.fromhex("d0cf11e0a1b11ae1")
ENCRYPTED_MARK = "EncryptedPackage".encode("utf-16-le")
OLE_HEAD = 2_000_000


def read_source(path: Path, report: Report) -> dict[str, RawTable]:
    """Read the sheets at a path; raise ImportRefusedError if it is of another kind."""
    try:
        if path.is_dir():
            return read_folder(path, report)
        if not path.is_file():
            raise ImportRefusedError(f"There is no file or folder {path}; {ACCEPTED}.")
        with path.open("rb") as file:
            head = file.read(OLE_HEAD)
    except OSError as error:
        raise ImportRefusedError(f"{path} cannot be read: {error.strerror}.") from None
    if head.startswith(OLE_MARK):
        raise ImportRefusedError(_told_of_ole(path, head))
    if not head.startswith(b"PK"):
        raise ImportRefusedError(_told_of_text(path))
    return _read_zip(path, report)


def _told_of_ole(path: Path, head: bytes) -> str:
    if ENCRYPTED_MARK in head:
        return f"{path} is an encrypted workbook; take the password off and try again."
    return f"{path} is a workbook of the old kind (.xls); save it as .xlsx and try again."


def _told_of_text(path: Path) -> str:
    if path.suffix.lower() in (".csv", ".txt", ".tsv"):
        return f"{path} is one text file, not a cascade; {ACCEPTED}, each named as its sheet."
    return f"{path} is of another kind; {ACCEPTED}."


def _read_zip(path: Path, report: Report) -> dict[str, RawTable]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.lower() for name in archive.namelist()}
            if not _is_office(names):
                return read_archive(path, archive, report)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        raise ImportRefusedError(f"{path} is a damaged workbook or zip file.") from None
    if "xl/workbook.xml" not in names:
        raise ImportRefusedError(_told_of_document(path, names))
    return read_workbook(path, report)


def _told_of_document(path: Path, names: set[str]) -> str:
    if any(name.endswith("workbook.xml") for name in names):
        return f"{path} is a workbook packed unusually; save it anew with a spreadsheet program."
    return f"{path} is a document of another kind; {ACCEPTED}."


def _is_office(names: set[str]) -> bool:
    return bool({"[content_types].xml", "xl/workbook.xml", "xl/workbook.bin", "mimetype"} & names)
