"""Clean what people upload: one workbook or zip, or CSV files named as their sheets."""

import unicodedata
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any

from django import forms
from django.core.files import File

from kpialign.upload_limit import MEGABYTE, is_over_limit, upload_limit

CSV = ".csv"
SUFFIXES = {".xlsx", ".xlsm", ".zip", CSV, ".xls", ".xlsb", ".ods", ".txt", ".tsv"}
LONGEST_NAME = 200
INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # kinds of characters that a name does not need


class FilesInput(forms.ClearableFileInput):
    """A field of the browser for one file or several."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One file or several."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> "list[File[bytes]]":  # noqa: ANN401
        """Hold each file against the rules of a field for one."""
        given = data if isinstance(data, list) else [data]
        return [super(FilesField, self).clean(one, initial) for one in given or [None]]


@dataclass(frozen=True)
class Uploaded:
    """What came as one thing to import: its name for people, its kind, its bytes."""

    name: str
    suffix: str
    content: bytes


class UploadForm(forms.Form):
    """The file to import."""

    use_required_attribute = False
    file = FilesField(
        label="File",
        max_length=1_000,
        error_messages={
            "required": "Choose a file.",
            "invalid": "Choose a file.",
            "missing": "Choose a file.",
            "empty": "The file is empty. Choose one with at least one sheet.",
            "max_length": "The name of the file is too long.",
        },
        widget=FilesInput(attrs={"accept": ".xlsx,.xlsm,.zip,.csv", "multiple": True}),
    )

    def __init__(self, *args: Any, request: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Say how large a file may be, and find out whether this one was."""
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.most = upload_limit() // MEGABYTE
        self._is_over = is_over_limit(request)
        self.fields["file"].help_text = (
            f"A workbook (.xlsx), a .zip of CSV files, or CSV files named as their sheets;"
            f" {self.most} MB at most."
        )

    def clean_file(self) -> Uploaded:
        """Bring what was chosen into one thing that can be imported."""
        files: list[Any] = self.cleaned_data["file"]
        if sum(file.size or 0 for file in files) > upload_limit():
            raise self._too_large()
        names = [_name(file).casefold() for file in files]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise forms.ValidationError(f"{min(twice)} was chosen twice.")
        suffixes = {_suffix(file) for file in files}
        if suffixes == {CSV}:
            return _packed(files)
        if len(files) > 1:
            raise forms.ValidationError("Choose one workbook or zip file, or CSV files alone.")
        return Uploaded(_name(files[0]), _suffix(files[0]), files[0].read())

    def add_error(self, field: str | None, error: Any) -> None:  # noqa: ANN401, as Django has it
        """Tell of a file that was too large in place of one that is missing: nothing was kept."""
        super().add_error(field, self._too_large() if self._is_over else error)

    def _too_large(self) -> forms.ValidationError:
        return forms.ValidationError(
            f"This is larger than {self.most} MB. Split it by sheet or by year, or let whoever"
            " runs KPIAlign import it with the command import_cascade."
        )


def _suffix(file: "File[bytes]") -> str:
    suffix = PurePosixPath(_name(file)).suffix.lower()
    return suffix if suffix in SUFFIXES else ""


def _name(file: "File[bytes]") -> str:
    """Take a file's name without what nobody sees or what would turn it round."""
    kept = "".join(one for one in file.name or "" if unicodedata.category(one) not in INVISIBLE)
    return kept.strip()[-LONGEST_NAME:] or "file"


def _packed(files: "list[File[bytes]]") -> Uploaded:
    """Put CSV files into one zip file, as a folder of them would be."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for file in files:
            archive.writestr(zipfile.ZipInfo(_name(file)), file.read())
    names = ", ".join(_name(file) for file in files)
    return Uploaded(names[:LONGEST_NAME], ".zip", packed.getvalue())
