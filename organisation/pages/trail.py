"""Lay the trail out: who did what to which thing, when, from what, to what, why and how."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import NoReverseMatch, reverse

from kpialign.styles import moment
from organisation.models import AuditEntry, User
from organisation.pages.trail_words import (
    action_words,
    column_words,
    path_words,
    value_words,
)
from organisation.selectors.trail import DRAFT_ACTIONS

Values = Mapping[str, Any] | None
FEW = 6  # changes beyond these, and series, wait to be opened
MOST = 400  # of one entry; a longer one is whole in the file


@dataclass(frozen=True)
class Told:
    """What an entry tells to somebody who may or may not read drafts."""

    before: Values
    after: Values
    why: str
    is_cut: bool = False


@dataclass(frozen=True)
class Change:
    """One changed field."""

    name: str
    old: str
    new: str


@dataclass(frozen=True)
class TrailRow:
    """One entry as the page shows it."""

    pk: int
    when: str
    who: str
    who_address: str
    what: str
    kind: str
    subject: str
    address: str
    how: str
    why: str
    changes: list[Change]
    rest: list[Change]  # what waits to be opened
    is_cut: bool
    unshown_count: int = 0


def trail_rows(
    entries: Iterable[AuditEntry], zone: ZoneInfo, people: Mapping[str, int], *, reads_drafts: bool
) -> list[TrailRow]:
    """Lay out entries; `people` maps the addresses among their subjects to keys."""
    return [_row(entry, zone, people, reads_drafts=reads_drafts) for entry in entries]


def told_to(entry: AuditEntry, *, reads_drafts: bool) -> Told:
    """Leave out drafts and review notes for whoever may not read them."""
    if reads_drafts or entry.subject_kind != "actual":
        return Told(entry.before, entry.after, entry.why)
    before, after = _without_drafts(entry.before), _without_drafts(entry.after)
    is_note = entry.action in DRAFT_ACTIONS
    is_cut = is_note or (before, after) != (entry.before, entry.after)
    return Told(before, after, "" if is_note else entry.why, is_cut)


def _without_drafts(values: Values) -> Values:
    """Leave a draft out: the whole of one cell, or its periods in a series."""
    status = values.get("status") if values else None
    if values is None or status == "draft":
        return None
    if not isinstance(status, Mapping):
        return values
    drafts = {period for period, one in status.items() if one == "draft"}
    cut = {
        name: {period: value for period, value in column.items() if period not in drafts}
        if isinstance(column, Mapping)
        else column
        for name, column in values.items()
    }
    return {name: column for name, column in cut.items() if column != {}}


def _row(
    entry: AuditEntry, zone: ZoneInfo, people: Mapping[str, int], *, reads_drafts: bool
) -> TrailRow:
    told = told_to(entry, reads_drafts=reads_drafts)
    changes, series = _changes(told, zone)
    rest = changes[FEW:] + series
    return TrailRow(
        pk=entry.pk,
        when=moment(entry.at, zone, seconds=True),
        who=str(entry.actor) if entry.actor else "The system",
        who_address=_address("person", str(entry.actor_id)) if entry.actor else "",
        what=action_words(entry.action),
        kind=column_words(entry.subject_kind),
        subject=entry.subject_key,
        address=_subject_address(entry, people),
        how=path_words(entry.path),
        why=told.why,
        changes=changes[:FEW],
        rest=rest[:MOST],
        is_cut=told.is_cut,
        unshown_count=max(len(rest) - MOST, 0),
    )


def _changes(told: Told, zone: ZoneInfo) -> tuple[list[Change], list[Change]]:
    """Tell the fields that differ, apart from those that hold a value for each of many periods."""
    before, after = told.before or {}, told.after or {}
    plain: list[Change] = []
    series: list[tuple[str, Change]] = []
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name), after.get(name)
        if isinstance(old, Mapping) or isinstance(new, Mapping):
            series += _series(name, old, new, zone)
        elif old != new:
            words = (value_words(name, one, zone) for one in (old, new))
            plain.append(Change(column_words(name), *words))
    return plain, [change for _, change in sorted(series, key=lambda one: one[0])]


def _series(name: str, old: object, new: object, zone: ZoneInfo) -> list[tuple[str, Change]]:
    was, now = (one if isinstance(one, Mapping) else {} for one in (old, new))
    return [
        (
            str(inner),
            Change(
                f"{inner} {column_words(name).lower()}",
                value_words(name, was.get(inner), zone),
                value_words(name, now.get(inner), zone),
            ),
        )
        for inner in dict.fromkeys([*was, *now])
        if was.get(inner) != now.get(inner)
    ]


def _subject_address(entry: AuditEntry, people: Mapping[str, int]) -> str:
    """Find the page about what was written; nothing where there is none."""
    kind, key = entry.subject_kind, entry.subject_key
    if kind == "person":
        return _address("person", str(people[key])) if key in people else ""
    if kind in {"kpi", "objective", "department"}:
        return _address(kind, key)
    if kind in {"actual", "target"}:
        return _figure_address(*key.split(" "))
    if kind == "period":
        return _address("period", key.split(" ")[0])
    names = {"setting": "settings", "entity": "entities", "link": "cascade"}
    return _address(names[kind]) if kind in names else ""


def _figure_address(code: str, entity: str = "", period: str = "", *_rest: str) -> str:
    found = _address("kpi", code)
    query = {name: value for name, value in (("period", period), ("entity", entity)) if value}
    return f"{found}?{urlencode(query)}" if found and query else found


def _address(name: str, *parts: str) -> str:
    try:
        return reverse(name, args=parts)
    except NoReverseMatch:
        return ""


def people_named(entries: Iterable[AuditEntry]) -> dict[str, int]:
    """Map the addresses of the people among the subjects to their keys, in one query."""
    emails = {entry.subject_key for entry in entries if entry.subject_kind == "person"}
    return dict(User.objects.filter(email__in=emails).values_list("email", "pk"))
