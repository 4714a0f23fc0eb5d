"""Frozen inputs give, for each entity on its own, the very scores that the whole gave."""

from pathlib import Path

import numpy as np
import pytest

from dashboards.axis import current_span
from dashboards.freezing import frozen_of
from dashboards.frozen import FormatError, Frozen, cut, digest, pack, seal, unpack
from dashboards.loading import load_inputs
from kpialign.scoring.compute import compute
from kpialign.scoring.results import QUANTITIES
from kpis.models import ReportingPeriod
from kpis.selectors.purpose import version_in_force
from tests.dashboards.cascade import make_cascade
from tests.dashboards.commands import run

DATA = Path(__file__).parents[1] / "data" / "conformance"
FOLDERS = sorted(path for path in DATA.iterdir() if path.is_dir())


def loaded_and_frozen() -> Frozen:
    """Load all there is, as a close does."""
    version, span = version_in_force(), current_span()
    assert version is not None
    assert span is not None
    loaded = load_inputs(version, span, is_numbered=True)
    return frozen_of(loaded, dict(ReportingPeriod.objects.values_list("pk", "label")))


@pytest.mark.django_db
@pytest.mark.parametrize("path", FOLDERS, ids=lambda path: path.name)
def test_the_cut_inputs_of_each_entity_give_the_same_bits(path: Path) -> None:
    run("import_cascade", str(path))
    frozen = loaded_and_frozen()
    whole = compute(frozen.inputs)

    for place, entity in enumerate(whole.entities):
        part = compute(unpack(pack(cut(frozen, place))).inputs)

        assert part.entities[0] == entity
        for name in QUANTITIES:
            ours, theirs = getattr(part, name)[0], getattr(whole, name)[place]
            np.testing.assert_array_equal(ours.view(np.uint64), theirs.view(np.uint64), name)
        np.testing.assert_array_equal(part.marks[0], whole.marks[place])


@pytest.mark.django_db
def test_the_same_inputs_give_the_same_bytes() -> None:
    make_cascade()

    assert pack(loaded_and_frozen()) == pack(loaded_and_frozen())


@pytest.mark.django_db
def test_frozen_inputs_know_the_revision_of_each_figure() -> None:
    make_cascade()

    frozen = unpack(pack(cut(loaded_and_frozen(), 0)))

    assert frozen.revision_numbers == {
        ("DELIVERY", "GROUP", "2026-Q1"): 1,
        ("LEAD-TIME", "GROUP", "2026-Q1"): 1,
    }
    assert frozen.column("2026-Q1") is not None
    assert frozen.column("1999") is None


@pytest.mark.django_db
def test_inputs_of_another_format_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    make_cascade()
    monkeypatch.setattr("dashboards.frozen.FORMAT", 2)
    data = pack(loaded_and_frozen())
    monkeypatch.undo()

    with pytest.raises(FormatError):
        unpack(data)


def test_a_seal_breaks_with_whatever_changes() -> None:
    facts, parts, blocks = {"period": "2026-03"}, ["a", "b"], [(0, b"x")]
    sealed = seal(facts, parts, blocks)

    assert sealed == seal(dict(facts), list(parts), list(blocks))
    assert sealed != seal({"period": "2026-04"}, parts, blocks)
    assert sealed != seal(facts, ["a", "c"], blocks)
    assert sealed != seal(facts, parts, [(0, b"y")])
    assert sealed != seal(facts, parts, [(1, b"x")])
    assert digest(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
