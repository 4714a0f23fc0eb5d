"""Write the trail: what it keeps of a change, digit for digit."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from organisation.models import AuditEntry, User
from organisation.services import trail
from organisation.services.trail import Written


def test_an_entry_keeps_who_what_from_to_why_and_by_which_path(head: User) -> None:
    entry = trail.record(
        actor=head,
        path="form",
        action="submit",
        subject_kind="actual",
        subject_key="DIO/PLANT/2026-Q1",
        before={"value": Decimal("12.50")},
        after={"value": Decimal("99999999999999.9")},
        why="recounted",
    )

    kept = AuditEntry.objects.get(pk=entry.pk)
    assert (kept.actor, kept.path, kept.action, kept.why) == (head, "form", "submit", "recounted")
    assert (kept.subject_kind, kept.subject_key) == ("actual", "DIO/PLANT/2026-Q1")
    assert (kept.before, kept.after) == ({"value": "12.5"}, {"value": "99999999999999.9"})


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (Decimal("1E+3"), "1000"),
        (Decimal("-0.000000000000001"), "-0.000000000000001"),
        (Decimal(0), "0"),
        (date(2026, 3, 31), "2026-03-31"),
        (datetime(2026, 3, 31, 14, 2, tzinfo=UTC), "2026-03-31T14:02:00+00:00"),
        ({"inner": [Decimal("0.10")]}, {"inner": ["0.1"]}),
        (None, None),
        (True, True),
        (7, 7),
    ],
)
def test_each_kind_of_value_is_kept_as_json_without_losing_a_digit(
    db: None, value: object, kept: object
) -> None:
    trail.record_many(
        [Written("change", "kpi", "DIO", None, {"it": value})], actor=None, path="import"
    )

    assert AuditEntry.objects.get().after == {"it": kept}


def test_many_entries_keep_their_order(db: None) -> None:
    trail.record_many(
        [Written("add", "kpi", f"K{n}") for n in range(600)], actor=None, path="import"
    )

    told = AuditEntry.objects.order_by("pk").values_list("subject_key", flat=True)
    assert list(told) == [f"K{n}" for n in range(600)]


def test_a_path_that_does_not_exist_is_refused(db: None) -> None:
    with pytest.raises(ValueError, match="telepathy"):
        trail.record_many([Written("add", "kpi", "DIO")], actor=None, path="telepathy")


def test_a_download_is_an_entry_with_its_filter_alone(head: User) -> None:
    trail.record_download(
        actor=head,
        path="form",
        kind="trail",
        name="trail.csv",
        filters={"person": "a@example.com", "words": "", "action": None},
    )

    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.path, entry.action) == (head, "form", "download")
    assert (entry.subject_kind, entry.subject_key) == ("trail", "trail.csv")
    assert (entry.before, entry.after) == (None, {"person": "a@example.com"})


def test_a_file_of_any_name_can_be_told(db: None) -> None:
    trail.record_download(
        actor=None, path="command", kind="cascade", name=f"{'a' * 300}/caf\udce9.xlsx"
    )

    entry = AuditEntry.objects.get()
    assert len(entry.subject_key) == 200
    assert entry.subject_key.endswith("/caf\\udce9.xlsx")
    assert entry.after is None
