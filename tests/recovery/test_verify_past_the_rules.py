"""Damage by somebody with the database in hand: guards, the trail, what is frozen, bare values."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from dashboards.models import FrozenPart, NodeSlot, ScoreBlock, ScoreSnapshot, WorkerHeartbeat
from dashboards.services.refresh import refresh_scores
from kpialign.verifying.every import every_fault
from kpis.models import (
    KPI,
    ActualRevision,
    NodeDefinition,
    PeriodState,
    PlanVersion,
    Rate,
    Reopening,
    Review,
    Target,
)
from kpis.services.reopening import ask_reopening, confirm_reopening
from kpis.services.reviews import approve_figures
from organisation.models import ApiToken, AuditEntry, Entity, Organisation, User
from tests.factories import Status, figure, make_person, period, record
from tests.recovery import test_verify as others
from tests.recovery.test_verify import CLOSED, OPEN, close, flipped, plant, revisions, rules

sound, unguarded = others.sound, others.unguarded
AT_ONCE = 8  # kinds of damage in one test, as making what they damage takes longest


def typed(value: str = "91", *, status: str = Status.SUBMITTED) -> User:
    """Save a figure of the open month as a person does."""
    person = make_person(f"head{value}@example.com", "finance_admin")
    otd = KPI.objects.get(node__code="OTD")
    change = figure(otd, OPEN, value, entity="PLANT", why="Late", status=status)
    record(change, by=person, path="form")
    return person


def no_guards() -> None:
    """Leave it at what the fixture took away."""


def a_migration_of_nobody() -> None:
    MigrationRecorder(connection).record_applied("kpis", "0999_of_nobody")


def no_number() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kpis_actualrevision SET value = 'NaN'")


def a_score_of_a_closed_month() -> None:
    block = ScoreBlock.objects.filter(period__label=CLOSED).latest("pk")
    ScoreBlock.objects.filter(pk=block.pk).update(data=flipped(bytes(block.data), -2))


def a_torn_block() -> None:
    block = ScoreBlock.objects.filter(period__label=OPEN).latest("pk")
    ScoreBlock.objects.filter(pk=block.pk).update(data=bytes(block.data)[:-3])


def a_node_without_a_slot() -> None:
    NodeSlot.objects.filter(node__code="OTD").delete()


def a_rate_of_a_closed_month() -> None:
    Rate.objects.filter(period__label=CLOSED).update(closing="1.3")


def a_closed_figure_no_more_approved() -> None:
    ActualRevision.objects.filter(actual__period__label=CLOSED).update(status=Status.SUBMITTED)


def a_direction_of_a_frozen_version() -> None:
    NodeDefinition.objects.filter(node__code="OTD").update(direction="lower")


def a_version_that_can_be_edited() -> None:
    PlanVersion.objects.update(frozen_at=None)


def a_version_from_another_month() -> None:
    PlanVersion.objects.update(effective_from="2026-01-01")


def a_close_by_somebody_else() -> None:
    person = make_person("other@example.com")
    PeriodState.objects.filter(period__label=CLOSED).update(changed_by=person)


def a_close_the_trail_does_not_tell() -> None:
    AuditEntry.objects.filter(action="close_period").latest("pk").delete()


def a_trail_without_an_entry() -> None:
    AuditEntry.objects.filter(action="add").latest("pk").delete()


def another_value_in_the_trail() -> None:
    typed()
    AuditEntry.objects.filter(action="submitted_actual").update(after={"value": "92"})


def another_person_in_the_trail() -> None:
    typed()
    AuditEntry.objects.filter(action="submitted_actual").update(actor=None)


def a_review_the_trail_does_not_tell() -> None:
    typed()
    reviewer = make_person("fin@example.com", "finance_admin")
    approve_figures(revisions=[revisions().latest("pk").pk], by=reviewer, path="form")
    AuditEntry.objects.filter(action="approved_actual").delete()


def an_approval_taken_back() -> None:
    typed()
    reviewer = make_person("fin@example.com", "finance_admin")
    approve_figures(revisions=[revisions().latest("pk").pk], by=reviewer, path="form")
    Review.objects.get().revision.__class__.objects.filter(path="form").update(status="submitted")


def reopening(**fields: object) -> None:
    asker, second = make_person("one@example.com"), make_person("two@example.com")
    held: dict[str, object] = {
        "period": period(CLOSED),
        "entity": plant(),
        "asked_by": asker,
        "settled_by": second,
        "settled_at": timezone.now(),
        "is_confirmed": True,
        "reason": "Late invoice",
    }
    Reopening.objects.create(**{**held, **fields})


def a_reopening_by_nobody() -> None:
    reopening(settled_by=None)


def a_reopening_without_a_reason() -> None:
    reopening(reason=" ")


def a_reopening_at_no_time() -> None:
    reopening(settled_at=None)


def a_reopening_of_what_is_open() -> None:
    reopening(period=period(OPEN), settled_by=None, settled_at=None, is_confirmed=False)


def closed_again_without_a_reopening() -> None:
    snapshot = ScoreSnapshot.objects.filter(period__label=CLOSED).latest("pk")
    snapshot.pk, snapshot.number = None, 2
    snapshot.closed_at += timedelta(days=1)
    snapshot.save(force_insert=True)


def a_part_that_nothing_rests_on() -> None:
    FrozenPart.objects.create(digest=hashlib.sha256(b"x").hexdigest(), data=b"x")


def a_part_that_is_gone() -> None:
    ScoreSnapshot.objects.update(inputs_id="0" * 64)


def a_plain_token() -> None:
    person = make_person("token@example.com")
    ApiToken.objects.create(user=person, digest="secret", expires_at=timezone.now())


def a_plain_password() -> None:
    User.objects.filter(pk=make_person("plain@example.com").pk).update(password="secret")


def no_address() -> None:
    User.objects.filter(pk=make_person("plain@example.com").pk).update(email="Plain")


def no_time_zone() -> None:
    Organisation.objects.update(timezone="Mars/Olympus")


def a_weight_of_alignment_below_zero() -> None:
    Organisation.objects.update(component_weights={"focus": "-1"})


def no_currency() -> None:
    Entity.objects.filter(code="PLANT").update(currency="chf")


Plant = Callable[[], None]
PLANTED: list[tuple[str, Plant]] = [
    ("guard_is_there", no_guards),
    ("constraint_is_there", no_guards),
    ("migrated", a_migration_of_nobody),
    ("value_is_of_its_kind", no_number),
    ("closed_scores_are_sealed", a_score_of_a_closed_month),
    ("scores_equal_recompute", a_torn_block),
    ("node_has_a_slot", a_node_without_a_slot),
    ("closed_is_untouched", a_rate_of_a_closed_month),
    ("closed_is_untouched", a_closed_figure_no_more_approved),
    ("frozen_version_is_unchanged", a_direction_of_a_frozen_version),
    ("closed_version_is_frozen", a_version_that_can_be_edited),
    ("version_begins_as_told", a_version_from_another_month),
    ("close_is_as_sealed", a_close_by_somebody_else),
    ("closes_are_in_the_trail", a_close_the_trail_does_not_tell),
    ("figures_are_in_the_trail", another_value_in_the_trail),
    ("figures_are_in_the_trail", another_person_in_the_trail),
    ("reviews_are_in_the_trail", a_review_the_trail_does_not_tell),
    ("approval_stands", an_approval_taken_back),
    ("reopening_takes_two_people", a_reopening_by_nobody),
    ("reopening_has_a_reason", a_reopening_without_a_reason),
    ("reopening_is_settled", a_reopening_at_no_time),
    ("reopening_is_of_a_close", a_reopening_of_what_is_open),
    ("reopening_is_on_record", closed_again_without_a_reopening),
    ("frozen_parts_are_used", a_part_that_nothing_rests_on),
    ("frozen_parts_are_there", a_part_that_is_gone),
    ("token_is_hashed", a_plain_token),
    ("password_is_hashed", a_plain_password),
    ("person_has_an_address", no_address),
    ("time_zone_is_known", no_time_zone),
    ("alignment_is_weighed", a_weight_of_alignment_below_zero),
    ("currency_has_three_letters", no_currency),
]


@pytest.mark.usefixtures("unguarded")
@pytest.mark.parametrize("first", range(0, len(PLANTED), AT_ONCE))
def test_damage_past_every_rule_is_found_and_named(first: int) -> None:
    missed = []
    for rule, plants in PLANTED[first : first + AT_ONCE]:
        with transaction.atomic():
            if connection.vendor != "sqlite":
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            plants()
            if rule not in (found := rules()):
                missed.append((rule, plants.__name__, found))
            transaction.set_rollback(True)

    assert missed == []


@pytest.mark.usefixtures("unguarded")
def test_an_entry_taken_out_of_the_trail_is_found() -> None:
    a_trail_without_an_entry()

    # PostgreSQL leaves out numbers of what was undone, so that a gap there says nothing.
    assert ("trail_is_whole" in rules()) == (connection.vendor == "sqlite")


def test_reopening_closing_again_and_editing_in_between_is_sound() -> None:
    one, two = (make_person(f"{n}@example.com", "finance_admin") for n in ("one", "two"))
    typed()
    approve_figures(revisions=[revisions().latest("pk").pk], by=one, path="form")
    refresh_scores(path="command")
    close(OPEN)
    for label in (CLOSED, OPEN):
        asked = ask_reopening(period=period(label), entity=None, by=one, reason="Late", path="form")
        for row in asked:
            row.refresh_from_db()
            if row.settled_at is None:
                confirm_reopening(reopening=row, by=two, path="form")
        Target.objects.filter(period__label=label).update(target=95)
        refresh_scores(path="command", full=True)
        close(label)

    assert list(every_fault()) == []


def test_figures_entered_meanwhile_are_no_fault_while_a_worker_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("kpialign.verifying.scores.PATIENCE", 0)
    WorkerHeartbeat.objects.create(name="worker")
    typed()

    assert list(every_fault()) == []

    block = ScoreBlock.objects.filter(period__label=OPEN, entity__code="PLANT").latest("pk")
    blank = bytes(block.data)
    ScoreBlock.objects.filter(pk=block.pk).update(data=blank[:4] + blank[4:][::-1])

    assert rules() == {"scores_equal_recompute"}
