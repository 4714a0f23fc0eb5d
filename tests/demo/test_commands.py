"""The demo through the public commands."""

from io import StringIO

import pytest
from django.core.management import call_command

from tests.demo.sheets import FOLDER, sheet

ROWS = sum(
    len(sheet(name))
    for name in [
        "settings",
        "entities",
        "departments",
        "people",
        "perspectives",
        "objectives",
        "kpis",
        "links",
        "targets",
        "actuals",
    ]
)


def load() -> str:
    """Import the demo and give the last line of what the command says."""
    said = StringIO()
    call_command("import_cascade", str(FOLDER), stdout=said)
    return said.getvalue().strip().splitlines()[-1]


@pytest.mark.django_db
def test_the_demo_loads_once_and_a_second_time_changes_nothing() -> None:
    assert load().startswith("added ")
    assert load() == f"added 0, changed 0, unchanged {ROWS}"
