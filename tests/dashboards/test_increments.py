"""An incremental recompute equals a full one, bit for bit: a change is followed to its end."""

from contextlib import suppress
from pathlib import Path

import pytest

from dashboards.models import RecomputeRun, ScoreBlock
from dashboards.services.closing import close_period
from dashboards.services.refresh import refresh_scores
from kpis.models import PeriodState, ReportingPeriod
from tests.dashboards.commands import run
from tests.scoring.reference.change import change
from tests.scoring.reference.figure_maker import Sheets
from tests.scoring.reference.folder_writer import write_folder
from tests.scoring.reference.generator import generate

SEEDS = range(12)
EDITS = 5
REACH_ALL = {"rates", "entities"}

Stored = dict[tuple[int, int, int], bytes]


def stored() -> Stored:
    """Return the bytes of every block."""
    rows = ScoreBlock.objects.values_list("entity", "period", "number", "data")
    return {(entity, period, number): bytes(data) for entity, period, number, data in rows}


def once(figures: list[dict[str, str]], sheets: Sheets) -> list[dict[str, str]]:
    """Keep one figure for each cell; without an entity it is the root's."""
    entities = sheets.get("entities") or [{"code": "GROUP", "parent": ""}]
    root = next(row["code"] for row in entities if not row["parent"])
    cells = {(row["kpi"], row["entity"] or root, row["period"]): row for row in figures}
    return list(cells.values())


def edited(folder: Path, sheets: Sheets, seed: int) -> Sheets:
    """Import a file of changes, bring the scores up to date, and return the whole as it stands."""
    changed, whole = change(sheets, seed)
    if seed % 4:  # what reaches everything only now and then
        changed = {name: rows for name, rows in changed.items() if name not in REACH_ALL}
    if "actuals" in changed:
        changed["actuals"] = once(changed["actuals"], sheets)
    write_folder(folder, changed)
    if changed:
        run("import_cascade", str(folder))
        refresh_scores(path="task")
    return whole


def imported(folder: Path, seed: int) -> Sheets:
    """Import a cascade made up from a seed, with its scores."""
    sheets = generate(seed)
    write_folder(folder, sheets)
    run("import_cascade", str(folder))
    refresh_scores(path="task")
    return sheets


@pytest.mark.django_db
@pytest.mark.parametrize("seed", SEEDS)
def test_a_full_recompute_after_any_edits_changes_no_stored_score(
    seed: int, tmp_path: Path
) -> None:
    sheets = imported(tmp_path / "first", seed)
    for edit in range(EDITS):
        sheets = edited(tmp_path / f"edit{edit}", sheets, 1000 * seed + edit)
    before = stored()

    full = refresh_scores(path="command", full=True)

    assert full is not None
    assert full.changed_block_count == 0
    assert stored() == before


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6))
def test_a_full_recompute_after_edits_and_a_close_changes_no_stored_score(
    seed: int, tmp_path: Path
) -> None:
    sheets = imported(tmp_path / "first", seed)
    sheets = edited(tmp_path / "before", sheets, 1000 * seed)
    close_something(seed)
    closed = {where: data for where, data in stored().items() if is_closed(where)}
    for edit in range(1, EDITS):
        with suppress(SystemExit):  # what reaches into the closed period is refused, whole
            sheets = edited(tmp_path / f"edit{edit}", sheets, 1000 * seed + edit)
    before = stored()

    full = refresh_scores(path="command", full=True)

    assert full is not None
    assert full.changed_block_count == 0
    assert stored() == before
    assert {where: data for where, data in before.items() if is_closed(where)} == closed


def close_something(seed: int) -> None:
    """Close some month that has scores, for everybody."""
    scored = ScoreBlock.objects.filter(period__kind="month").values_list("period", flat=True)
    months = sorted(set(scored))
    month = ReportingPeriod.objects.get(pk=months[seed * 7 % len(months)])
    close_period(period=month, entity=None, by=None, path="command", why="As it is")


def is_closed(where: tuple[int, int, int]) -> bool:
    """Tell whether a block's entity and period are closed."""
    return PeriodState.objects.filter(entity=where[0], period=where[1], state="closed").exists()


@pytest.mark.django_db
def test_the_edits_above_are_mostly_followed_and_not_computed_anew(tmp_path: Path) -> None:
    sheets = imported(tmp_path / "first", 1)
    for edit in range(20):
        sheets = edited(tmp_path / f"edit{edit}", sheets, edit)

    assert RecomputeRun.objects.filter(is_full=False).count() > RecomputeRun.objects.count() / 2
