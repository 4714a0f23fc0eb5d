"""Each file that leaves by a command is an entry of the trail; one that failed is none."""

from pathlib import Path

import pytest

from organisation.models import AuditEntry
from tests.dashboards.commands import run
from tests.factories import make_organisation
from tests.interchange import files

pytestmark = pytest.mark.django_db


def entry() -> AuditEntry:
    return AuditEntry.objects.filter(action="download").get()


def test_an_exported_cascade_is_an_entry_of_the_system(tmp_path: Path) -> None:
    make_organisation()

    files.run("export_cascade", tmp_path / "out")

    assert (entry().actor, entry().path) == (None, "command")
    assert (entry().subject_kind, entry().subject_key) == ("cascade", str(tmp_path / "out"))


def test_an_export_that_was_not_written_is_no_entry(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")

    answer = files.run("export_cascade", tmp_path / "taken" / "out.xlsx")

    assert answer.code == 1
    assert not AuditEntry.objects.exists()


def test_exported_scores_are_an_entry_with_what_they_were_cut_down_to(tmp_path: Path) -> None:
    make_organisation()

    run("export_scores", "--period", "2026-Q1", "--output", str(tmp_path / "scores.csv"))

    assert (entry().subject_kind, entry().subject_key) == ("scores", str(tmp_path / "scores.csv"))
    assert entry().after == {"period": "2026-Q1"}


def test_scores_on_standard_output_are_an_entry_too() -> None:
    make_organisation()

    run("export_scores", "--departments")

    assert entry().subject_key == "standard output"
    assert entry().after == {"departments": True}
